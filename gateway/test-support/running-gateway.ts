import { createHash, randomBytes } from 'node:crypto';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import { createLogger } from '@switchyard/runtime/logger';
import { type SubgraphServer, serveSubgraph } from '@switchyard/runtime/subgraph-server';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { WebSocket } from 'ws';
import type { StoredCredential } from '../src/credentials.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../src/gateway.ts';
import { createSmallGraph, type SmallGraph, SUPERGRAPH } from './small-graph.ts';

export type Topology = 'in process' | 'over HTTP';

/** API keys in memory, as a store would hold them: by hash. */
export class KeyRing {
  readonly #keys = new Map<string, StoredCredential>();
  readonly used: string[] = [];

  issue(key: Partial<StoredCredential> & { readonly tenantId: TenantId }): string {
    const secret = `sk_${randomBytes(24).toString('base64url')}`;
    const scopes: readonly Scope[] = ['ADMIN'];
    this.#keys.set(hashOf(secret), { id: `key-${this.#keys.size}`, scopes, expiresAt: null, revokedAt: null, ...key });
    return secret;
  }

  revoke(secret: string): void {
    this.change(secret, { revokedAt: new Date() });
  }

  change(secret: string, change: Partial<StoredCredential>): void {
    const key = this.#keys.get(hashOf(secret));
    if (key !== undefined) this.#keys.set(hashOf(secret), { ...key, ...change });
  }

  byHash(hash: string): Promise<StoredCredential | null> {
    return Promise.resolve(this.#keys.get(hash) ?? null);
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export const OPERATOR_KEY = 'operator-key-of-the-tests';
export const TENANT = '0199a3c4-7c1e-7000-8000-000000000001' as TenantId;

export type RunningGateway = {
  readonly gateway: Gateway;
  readonly graph: SmallGraph;
  readonly keys: KeyRing;
  readonly registry: Registry;
  readonly servers: readonly SubgraphServer[];
  readonly contextKey: Buffer;
  /** What was logged, one JSON text per line. */
  readonly log: string[];
  /** A key of {@link TENANT} with every scope. */
  readonly key: string;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  socket(authorization: string | null, options?: Partial<ClientOptions>): Client;
  stop(): Promise<void>;
};

/** The small graph behind a real gateway on a free port; `over HTTP` with each subgraph behind a server of its own. */
export async function startGateway(topology: Topology, options: Partial<GatewayOptions> = {}): Promise<RunningGateway> {
  const contextKey = randomBytes(32);
  const log: string[] = [];
  const logger = createLogger({ level: 'info', service: 'test', destination: { write: (line) => void log.push(line) } });
  const graph = createSmallGraph(contextKey, logger);
  const servers = topology === 'over HTTP' ? await serveAll(graph, contextKey, logger) : [];
  const urls = Object.fromEntries(Object.keys(graph.subgraphs).map((name, i) => [name, { url: servers[i]?.url ?? '' }]));
  const keys = new KeyRing();
  const key = keys.issue({ tenantId: TENANT });
  const registry = new Registry();
  const gateway = await createGateway({
    supergraphSdl: SUPERGRAPH,
    dataSources: topology === 'over HTTP' ? urls : graph.subgraphs,
    contextKey,
    credentials: { byHash: (hash) => keys.byHash(hash), used: (id) => void keys.used.push(id) },
    operatorKey: OPERATOR_KEY,
    host: '127.0.0.1',
    port: 0,
    logger,
    registry,
    ...options,
  });
  const clients: Client[] = [];
  return {
    gateway,
    graph,
    keys,
    registry,
    servers,
    contextKey,
    log,
    key,
    post: (body, headers = {}) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    socket: (authorization, more = {}) => {
      const client = createClient({
        url: `${gateway.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: authorization === null ? {} : { authorization },
        retryAttempts: 0,
        ...more,
      });
      clients.push(client);
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.dispose()));
      await gateway.stop(500);
      await Promise.all(servers.map((server) => server.stop(500)));
    },
  };
}

async function serveAll(graph: SmallGraph, contextKey: Buffer, logger: Logger): Promise<SubgraphServer[]> {
  const where = { host: '127.0.0.1', port: 0, contextKey, logger };
  return await Promise.all(Object.values(graph.subgraphs).map((subgraph) => serveSubgraph(subgraph, where)));
}

/** Waits for `condition`, looking every 10 ms. */
export async function until(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not so within ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
