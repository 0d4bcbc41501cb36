import { type RequestContext, requireTenant } from '@switchyard/kernel/request-context';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import type { RouteServices } from './commands/route.ts';
import { createLoaders, type Loaders, type Read } from './store/loaders.ts';

/** What a resolver gets as its third argument. */
export type Context = RouteServices & {
  /** Who asks. */
  readonly request: RequestContext;
  /** Sees the caller's own tenant; refuses a caller without ROUTER_READ, and the operator. */
  readonly read: Read;
  readonly loaders: Loaders;
  /** Where hints come from; without it subscriptions look every few seconds. */
  readonly pubsub: PubSub | undefined;
};

export function createContext(services: RouteServices & Pick<Context, 'pubsub'>, request: RequestContext): Context {
  // Async, so that a refusal reaches whoever waits for the read, and never throws into a loader.
  const read: Read = async (work) => await services.database.tenant(requireTenant(request, 'ROUTER_READ'), work);
  return { ...services, request, read, loaders: createLoaders(read) };
}
