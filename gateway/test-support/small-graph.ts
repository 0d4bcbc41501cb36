import { EventEmitter, on } from 'node:events';
import { composeServices } from '@apollo/composition';
import { notFound } from '@switchyard/kernel/errors';
import { type RequestContext, requireTenant } from '@switchyard/kernel/request-context';
import { SCALARS } from '@switchyard/runtime/scalars';
import { createSubgraph, type Subgraph } from '@switchyard/runtime/subgraph';
import { describeEvent } from '@switchyard/runtime/subscription-event';
import { parse } from 'graphql';
import type { Logger } from 'pino';

/** A small graph of the platform's shape: `talks` owns episodes and their events, `costs` says what they cost, `routes` why. */
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';

const TALKS = `${LINK}
  scalar DateTime
  type Query {
    viewer: Viewer!
    episode(id: ID!): Episode
    episodes(first: Int = 20, since: DateTime): EpisodeConnection!
    slow(ms: Int!): String!
    broken: String
  }
  type Mutation { rename(id: ID!, title: String!): Episode! }
  type Subscription { events(talkId: ID!, after: ID): Event! }
  type Viewer { tenant: ID requestId: String! }
  type EpisodeConnection { edges: [EpisodeEdge!]! }
  type EpisodeEdge { node: Episode! }
  type Episode @key(fields: "id") { id: ID! title: String! }
  interface Event { id: ID! }
  type EpisodeChanged implements Event { id: ID! episode: Episode! }
  type AnswerDelta implements Event { id: ID! text: String! }
`;

const COSTS = `${LINK}
  type Money @shareable { amount: String! currency: String! }
  type Episode @key(fields: "id") { id: ID! cost: Money! askedBy: ID price(currency: String!): Money }
  type Query { rates: [Money!]! }
`;

const ROUTES = `${LINK}
  type RouteDecision @key(fields: "id") { id: ID! tier: String! }
  type Episode @key(fields: "id") { id: ID! routeDecisions: [RouteDecision!]! }
  type Query { tiers: [String!]! }
`;

const SDLS = { talks: TALKS, costs: COSTS, routes: ROUTES };

export const SUPERGRAPH = composed(SDLS);

/** The supergraph as it would be with some subgraphs changed. */
export function supergraphWith(changes: Partial<Record<keyof typeof SDLS, (sdl: string) => string>>): string {
  const changed = Object.entries(SDLS).map(([name, sdl]) => [name, changes[name as keyof typeof SDLS]?.(sdl) ?? sdl]);
  return composed(Object.fromEntries(changed) as Record<string, string>);
}

function composed(sdls: Readonly<Record<string, string>>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://${name}/graphql`, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
}

type Event = { readonly id: string; readonly episode?: { readonly id: string; readonly title: string }; readonly text?: string };

export type SmallGraph = {
  readonly subgraphs: Readonly<Record<'talks' | 'costs' | 'routes', Subgraph>>;
  /** Sends an event to everyone who watches the talk, and keeps it for those who resume behind another one. */
  publish(talkId: string, event: Event): void;
  watchers(talkId: string): number;
  /** How many fetches of entities, and of how many entities, the subgraphs have answered. */
  readonly fetched: { entities: number; calls: number };
  /** How many `slow` fields are being resolved. */
  slowRequests(): number;
};

/** Episodes of the tenant that asks; `lost` is one that nobody knows. */
export function createSmallGraph(contextKey: Buffer, logger: Logger): SmallGraph {
  const bus = new EventEmitter().setMaxListeners(0);
  const log = new Map<string, Event[]>();
  const fetched = { entities: 0, calls: 0 };
  const shared = { contextKey, logger, createContext: (request: RequestContext) => request };
  const talks = createSubgraph({ ...shared, name: 'talks', sdl: TALKS, resolvers: talkResolvers(bus, log) });
  const costs = createSubgraph({
    ...shared,
    name: 'costs',
    sdl: COSTS,
    resolvers: {
      Query: { rates: () => [] },
      Episode: {
        __resolveReference: ({ id }: { id: string }) => {
          fetched.entities += 1;
          // Thrown before anything is returned, which costs all entities of the fetch.
          if (id === 'explosive') throw new Error('out of reach');
          return Promise.resolve(id === 'unpriced' ? null : { id });
        },
        cost: ({ id }: { id: string }) => ({ amount: `${id.length}.00`, currency: 'EUR' }),
        askedBy: (_: unknown, __: unknown, context: RequestContext) => context.tenantId,
        price: (_: unknown, { currency }: { currency: string }) => ({ amount: '1.00', currency }),
      },
    },
  });
  const routes = createSubgraph({
    ...shared,
    name: 'routes',
    sdl: ROUTES,
    resolvers: {
      Query: { tiers: () => ['local'] },
      Episode: {
        __resolveReference: async ({ id }: { id: string }) => ({ id }),
        routeDecisions: ({ id }: { id: string }) => [{ id: `decision-of-${id}`, tier: 'local' }],
      },
    },
  });
  return {
    fetched,
    subgraphs: {
      talks,
      routes,
      costs: {
        ...costs,
        execute: (request) => {
          fetched.calls += 1;
          return costs.execute(request);
        },
      },
    },
    publish: (talkId, event) => {
      log.set(talkId, [...(log.get(talkId) ?? []), event]);
      bus.emit(talkId, event);
    },
    watchers: (talkId) => bus.listenerCount(talkId),
    slowRequests: () => bus.listenerCount('slow'),
  };
}

function talkResolvers(bus: EventEmitter, log: ReadonlyMap<string, readonly Event[]>) {
  return {
    DateTime: SCALARS.DateTime,
    Query: {
      viewer: (_: unknown, __: unknown, { tenantId, requestId }: RequestContext) => ({ tenant: tenantId, requestId }),
      episode: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        requireTenant(context, 'SESSIONS_READ');
        return id === 'lost' ? null : { id, title: `Episode ${id}` };
      },
      episodes: (_: unknown, { first }: { first: number }) => ({
        edges: Array.from({ length: Math.min(first, 3) }, (_unused, i) => ({ node: { id: `e${i}`, title: `Episode e${i}` } })),
      }),
      slow: async (_: unknown, { ms }: { ms: number }) => {
        const running = () => {};
        bus.on('slow', running);
        await new Promise((resolve) => setTimeout(resolve, ms));
        bus.off('slow', running);
        return 'done';
      },
      broken: () => {
        throw new Error('connect ECONNREFUSED 10.1.2.3:5432');
      },
    },
    Mutation: {
      rename: (_: unknown, { id, title }: { id: string; title: string }, context: RequestContext) => {
        requireTenant(context, 'SESSIONS_WRITE');
        if (id === 'lost') throw notFound('episode', id);
        return { id, title };
      },
    },
    Subscription: {
      events: {
        subscribe: (_: unknown, { talkId, after }: { talkId: string; after?: string | null }, context: RequestContext) => {
          requireTenant(context, 'SESSIONS_READ');
          if (talkId === 'lost') throw notFound('talk', talkId);
          const all = log.get(talkId) ?? [];
          const missed = after == null ? [] : all.slice(all.findIndex(({ id }) => id === after) + 1);
          return payloadsOf(on(bus, talkId), missed);
        },
      },
    },
    Event: { __resolveType: (event: Event) => (event.text === undefined ? 'EpisodeChanged' : 'AnswerDelta') },
    Episode: { __resolveReference: async ({ id }: { id: string }) => ({ id, title: `Episode ${id}` }) },
  };
}

function payloadsOf(source: AsyncIterator<unknown[]>, missed: readonly Event[]): AsyncIterableIterator<{ events: Event }> {
  const first = [...missed];
  return {
    async next() {
      const before = first.shift();
      if (before !== undefined) return { value: described(before), done: false };
      const { value, done } = await source.next();
      return done === true ? { value: undefined, done: true } : { value: described(value[0] as Event), done: false };
    },
    async return() {
      await source.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The same object for every watcher of an event, as it is with sources that share. */
const payloads = new WeakMap<Event, { events: Event }>();

function described(event: Event): { events: Event } {
  const payload = payloads.get(event) ?? describeEvent({ events: event }, { resumeAfter: event.id });
  payloads.set(event, payload);
  return payload;
}
