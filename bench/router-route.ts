/**
 * The `route` mutation with its decision and its event durable before the reply, over the subgraph without HTTP:
 * `node bench/router-route.ts [requests in flight] [seconds] [tenants]`. PostgreSQL waits for the disk.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { countTokens } from '@switchyard/models/tokens';
import { signContext } from '@switchyard/runtime/context-token';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pino from 'pino';
import { createRouterModule, SCHEMA } from '../subgraphs/router/src/module.ts';
import { machineLine, quantile } from './machine.ts';

const inFlight = Number(process.argv[2] ?? 32);
const seconds = Number(process.argv[3] ?? 10);
const tenantCount = Number(process.argv[4] ?? 1);

const KEY = Buffer.alloc(32, 7);
const QUERY = 'mutation ($input: RouteInput!) { route(input: $input) { id tier explanation } }';
const TIERS = [
  { name: 'local', provider: 'local', model: 'retrieval', inputPricePerMillion: '0', outputPricePerMillion: '0' },
  { name: 'small', provider: 'openai', model: 'small-1', inputPricePerMillion: '0.15', outputPricePerMillion: '0.60' },
  { name: 'large', provider: 'anthropic', model: 'large-1', inputPricePerMillion: '3', outputPricePerMillion: '15' },
].map((tier) => ({ ...tier, currency: 'USD', contextTokens: 128_000 }));

console.log(machineLine());
const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
const server = await startEmbeddedPostgres({ directory });
try {
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const { appUrl } = await createTestDatabase(server.adminUrl, [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: appUrl, schema: SCHEMA });
  await run(database);
  await database.close();
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run(database: Awaited<ReturnType<typeof openDatabase>>): Promise<void> {
  const { subgraph } = createRouterModule({
    database,
    contextKey: KEY,
    clock: { now: () => new Date() },
    tiers: TIERS,
    countTokens,
    logger: pino({ level: 'error' }),
  });
  const tokens = await Promise.all(
    Array.from({ length: tenantCount }, () =>
      signContext(
        { requestId: newId(), tenantId: newId<TenantId>(), scopes: ['ADMIN'], credential: { kind: 'API_KEY', id: newId() } },
        KEY,
      ),
    ),
  );
  const latencies: number[] = [];
  let asked = 0;
  const worker = async (until: number) => {
    while (performance.now() < until) {
      asked += 1;
      const variables = { input: { content: `Where is my order ${asked}? It should have been here on Monday.` } };
      const began = performance.now();
      const { errors } = await subgraph.execute({ query: QUERY, variables, contextToken: tokens[asked % tenantCount] ?? '' });
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      latencies.push(performance.now() - began);
    }
  };
  const flight = async (ms: number) => {
    latencies.length = 0;
    const until = performance.now() + ms;
    await Promise.all(Array.from({ length: inFlight }, () => worker(until)));
  };
  await flight(2_000);
  await flight(1_000 * seconds);
  console.log(
    JSON.stringify({
      inFlight,
      tenants: tenantCount,
      perSecond: Math.round(latencies.length / seconds),
      p50Ms: Number(quantile(latencies, 0.5).toFixed(1)),
      p99Ms: Number(quantile(latencies, 0.99).toFixed(1)),
    }),
  );
}
