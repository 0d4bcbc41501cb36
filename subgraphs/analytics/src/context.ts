import type { Database } from '@switchyard/database/database';
import type { GroupLag } from '@switchyard/event-log/event-log';
import type { Clock } from '@switchyard/kernel/clock';
import type { RequestContext } from '@switchyard/kernel/request-context';
import type { PubSub } from '@switchyard/pubsub/pubsub';

/** What resolvers are given to work with, the same for every request. */
export type Services = {
  /** Where the read models are read; a replica will do. */
  readonly database: Database;
  readonly clock: Clock;
  /** Of every amount (ISO 4217): the one that the operator's tiers are priced in. */
  readonly currency: string;
  readonly pubsub: PubSub;
  /** How far the consumer groups that build read models have come. */
  lag(): Promise<readonly GroupLag[]>;
};

/** What a resolver gets as its third argument. */
export type Context = Services & { readonly request: RequestContext };
