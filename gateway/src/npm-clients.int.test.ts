import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { type CuttingProxy, startCuttingProxy } from '@switchyard/testing/cutting-proxy';
import { subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { type Client, createClient } from 'graphql-ws';
import { tap } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningGateway, startGateway, until } from '../test-support/running-gateway.ts';

/**
 * Clients as they come from npm, with the retries that they bring. What resuming asks of an application is the same with each of them:
 * write the id of the last event into the variables, which are sent again when the client reconnects.
 */
const QUERY = 'subscription ($talk: ID!, $after: ID) { events(talkId: $talk, after: $after) { id } }';
type Variables = { talk: string; after?: string };
type Data = { readonly events: { readonly id: string } };
type Watch = (options: { talk: string; proxy: CuttingProxy; key: string; seen: (id: string) => void }) => () => unknown;

const wsClient = (proxy: CuttingProxy, key: string): Client =>
  createClient({
    url: `ws://127.0.0.1:${proxy.port}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 100,
    retryWait: async () => await new Promise((resolve) => setTimeout(resolve, 20)),
    shouldRetry: () => true,
  });

const CLIENTS: readonly (readonly [string, Watch])[] = [
  [
    'graphql-ws',
    ({ talk, proxy, key, seen }) => {
      const client = wsClient(proxy, key);
      const variables: Variables = { talk };
      client.subscribe<Data>(
        { query: QUERY, variables },
        {
          next: ({ data }) => {
            if (data == null) return;
            variables.after = data.events.id;
            seen(data.events.id);
          },
          error: (error) => seen(`error ${String(error)}`),
          complete: () => undefined,
        },
      );
      return () => client.dispose();
    },
  ],
  [
    '@apollo/client',
    ({ talk, proxy, key, seen }) => {
      const socket = wsClient(proxy, key);
      const resume = new ApolloLink((operation, forward) =>
        forward(operation).pipe(
          tap(({ data }) => {
            operation.variables.after = (data as Data).events.id;
          }),
        ),
      );
      const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([resume, new GraphQLWsLink(socket)]) });
      const subscription = client.subscribe<Data>({ query: gql(QUERY), variables: { talk } }).subscribe({
        next: ({ data, error }) => seen(data?.events.id ?? `error ${String(error)}`),
      });
      return async () => {
        subscription.unsubscribe();
        client.stop();
        await socket.dispose();
      };
    },
  ],
  [
    '@urql/core',
    ({ talk, proxy, key, seen }) => {
      const socket = wsClient(proxy, key);
      const forwardSubscription: Parameters<typeof subscriptionExchange>[0]['forwardSubscription'] = ({
        query = '',
        variables,
      }) => {
        const payload = { query, variables: { ...variables } as Variables };
        return {
          subscribe: (sink) => {
            const next: typeof sink.next = (result) => {
              payload.variables.after = (result.data as Data).events.id;
              sink.next(result);
            };
            return { unsubscribe: socket.subscribe(payload, { next, error: sink.error, complete: sink.complete } as never) };
          },
        };
      };
      const client = new UrqlClient({
        url: 'http://unused',
        preferGetMethod: false,
        exchanges: [subscriptionExchange({ forwardSubscription })],
      });
      const { unsubscribe } = client
        .subscription<Data>(QUERY, { talk })
        .subscribe(({ data, error }) => seen(data?.events.id ?? `error ${String(error)}`));
      return async () => {
        unsubscribe();
        await socket.dispose();
      };
    },
  ],
  [
    'graphql-sse',
    ({ talk, proxy, key, seen }) => {
      const client = createSseClient({
        url: `http://127.0.0.1:${proxy.port}/graphql`,
        headers: { authorization: `Bearer ${key}` },
        retryAttempts: 100,
        retry: async () => await new Promise((resolve) => setTimeout(resolve, 20)),
      });
      const variables: Variables = { talk };
      client.subscribe<Data>(
        { query: QUERY, variables },
        {
          next: ({ data }) => {
            if (data == null) return;
            variables.after = data.events.id;
            seen(data.events.id);
          },
          error: (error) => seen(`error ${String(error)}`),
          complete: () => seen('complete'),
        },
      );
      return () => client.dispose();
    },
  ],
];

describe.each(CLIENTS)('%s', (name, watch) => {
  let running: RunningGateway;
  let proxy: CuttingProxy;
  beforeAll(async () => {
    running = await startGateway('in process');
    proxy = await startCuttingProxy(Number(new URL(running.gateway.url).port));
  });
  afterAll(async () => {
    await proxy.close();
    await running.stop();
  });

  test('reconnects and resumes by itself, and shows every event once and in order', async () => {
    const seen: string[] = [];
    const stop = watch({ talk: name, proxy, key: running.key, seen: (id) => void seen.push(id) });
    await until(() => running.graph.watchers(name) === 1);
    for (let n = 1; n <= 40; n++) {
      running.graph.publish(name, { id: String(n), text: 'x' });
      // The first one is waited for: before it there is nothing to resume behind.
      if (n === 1) await until(() => seen.length === 1);
      if (n % 10 === 5) proxy.resetAll();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await until(() => seen.length >= 40 || seen.some((id) => Number.isNaN(Number(id))));
    expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => String(n + 1)));
    await stop();
    await until(() => running.graph.watchers(name) === 0);
  });
});
