import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock, systemClock } from '@switchyard/kernel/clock';
import { PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { answerHealth, createHealth, type Probe } from '@switchyard/runtime/health';
import { listen } from '@switchyard/runtime/listen';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createAuthenticator } from './authentication.ts';
import type { CredentialStore } from './credentials.ts';
import type { DataSource } from './data-source.ts';
import { type ConnectionLimits, countConnections, DEFAULT_CONNECTION_LIMITS } from './delivery.ts';
import { toClientError } from './errors.ts';
import { answerExplorer } from './explorer.ts';
import { createGraph } from './graph.ts';
import { createHttpGraphQL, type HttpGraphQL, sendErrors } from './http-graphql.ts';
import { createJwtReader, type JwtOptions } from './jwt.ts';
import { DEFAULT_LIMITS, type OperationLimits } from './limits.ts';
import { createGatewayMetrics } from './metrics.ts';
import { watchOpenStreams } from './open-streams.ts';
import { answerRaw, type RawEndpoints } from './raw-endpoint.ts';
import { createRequestLimits, type RequestLimits, type RequestLimitsOptions } from './request-limits.ts';
import { DEFAULT_SOCKET_TIMES, type SocketTimes, serveSockets } from './sockets.ts';

export type GatewayOptions = {
  /** Text of schema/supergraph.graphql. */
  readonly supergraphSdl: string;
  /** By subgraph name: the subgraph mounted in this process, or the address of one that another process serves. */
  readonly dataSources: Readonly<Record<string, DataSource>>;
  /** Key that request contexts are signed with; the subgraphs have the same. */
  readonly contextKey: Buffer;
  /** Where API keys are looked up. */
  readonly credentials: CredentialStore;
  /** The operator's own key, as a client sends it. */
  readonly operatorKey: string;
  /** JWTs of an identity provider are taken too; off when left out. */
  readonly jwt?: JwtOptions;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly logger: Logger;
  /** Where metrics are registered. */
  readonly registry: Registry;
  /** What /health/ready asks besides the subgraphs, by name: `{ database: () => … }`. */
  readonly probes?: Readonly<Record<string, Probe>>;
  /** Addresses beside the graph, by the prefix of their path. */
  readonly endpoints?: RawEndpoints;
  /** What each tenant may ask for; without it nobody is limited. */
  readonly requestLimits?: Omit<RequestLimitsOptions, 'now'>;
  readonly limits?: Partial<OperationLimits>;
  /** What a tenant may hold open; null: the operator. Default: {@link DEFAULT_CONNECTION_LIMITS} for all. */
  limitsOf?(tenantId: TenantId | null): Promise<ConnectionLimits>;
  readonly times?: Partial<SocketTimes>;
  readonly clock?: Clock;
};

export type Gateway = {
  /** `http://host:port`. */
  readonly url: string;
  /** Loads another supergraph without cutting anyone off. @throws Error when it does not load; then nothing has changed. */
  reload(supergraphSdl: string): void;
  /** Takes nothing new, finishes what runs for `graceMs` at most, tells clients one by one to go on elsewhere, and closes. */
  stop(graceMs: number): Promise<void>;
};

/**
 * The public door of the platform: authentication, limits, plans over the subgraphs, subscriptions, explorers and health.
 * @throws Error when the supergraph does not load, a subgraph has no data source, or the port is taken (EADDRINUSE).
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { logger } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const metrics = createGatewayMetrics(options.registry);
  const authenticator = createAuthenticator({
    credentials: options.credentials,
    operatorKey: options.operatorKey,
    ...(options.jwt === undefined ? {} : { jwt: await createJwtReader(options.jwt) }),
    clock: options.clock ?? systemClock,
    logger,
  });
  const graph = await createGraph({ ...options, limits, metrics });
  const health = createHealth({ probes: { ...graph.probes, ...options.probes }, logger });
  const times = { ...DEFAULT_SOCKET_TIMES, ...options.times };
  const openStreams = watchOpenStreams(authenticator, logger);
  const realtime = {
    graph,
    authenticator,
    openStreams,
    connections: countConnections(),
    limitsOf: options.limitsOf ?? (async () => DEFAULT_CONNECTION_LIMITS),
    requestLimits: limitsFor(options),
    metrics,
    logger,
    times,
  };
  const http = createHttpGraphQL({ ...realtime, maxBodyBytes: limits.maxBodyBytes });
  let draining = false;

  const server = createServer((request, response) => {
    if (draining) response.setHeader('connection', 'close');
    route(request, response).catch((error: unknown) => sendErrors(response, [toClientError(error, logger)]));
  });
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url?.split('?')[0] ?? '/';
    if (path === '/graphql') return await answerGraphQL(request, response, { http, draining });
    if (await answerRaw(options.endpoints ?? {}, path, request, response)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(404).end();
    if (await answerHealth(health, path, response)) return;
    if (await answerExplorer(path, request, response)) return;
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
  };
  const sockets = serveSockets({ ...realtime, server, maxMessageBytes: limits.maxBodyBytes, isOpen: () => !draining });
  const url = await listen(server, options.host, options.port).catch(async (error: unknown) => {
    openStreams.stop();
    await graph.stop();
    throw error;
  });

  return {
    url,
    reload: (sdl) => graph.reload(sdl),
    stop: async (graceMs) => {
      draining = true;
      health.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      const spreadMs = graceMs * SPREAD_OVER;
      await Promise.all([http.endStreams(spreadMs), sockets.drain({ spreadMs, graceMs })]);
      openStreams.stop();
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
      await graph.stop();
    },
  };
}

/** The share of the grace period over which clients are told to go on elsewhere; in the rest they do. */
const SPREAD_OVER = 0.6;

function limitsFor({ requestLimits, clock = systemClock }: GatewayOptions): RequestLimits | null {
  return requestLimits === undefined ? null : createRequestLimits({ ...requestLimits, now: () => clock.now() });
}

/**
 * Any web page may call: callers prove themselves with a bearer token, which no browser sends by itself, so that there is nothing
 * for a foreign page to abuse.
 */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers':
    'authorization, content-type, accept, x-request-id, traceparent, apollographql-client-name, apollographql-client-version',
  'access-control-expose-headers': 'x-request-id, retry-after, ratelimit, ratelimit-policy',
  'access-control-max-age': '86400',
};

async function answerGraphQL(
  request: IncomingMessage,
  response: ServerResponse,
  { http, draining }: { http: HttpGraphQL; draining: boolean },
): Promise<void> {
  for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST, OPTIONS' }).end();
  if (draining) {
    throw new PlatformError('UPSTREAM_UNAVAILABLE', {
      publicMessage: 'This server is stopping. Try again in a moment.',
      retriable: true,
    });
  }
  await http.answer(request, response);
}
