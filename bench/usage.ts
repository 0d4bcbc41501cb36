/**
 * Usage that comes from outside, recorded as `recordUsage` does, and what a reservation costs:
 * `node bench/usage.ts [events] [tenants at once] [reservations]`. PostgreSQL waits for the disk.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Database, openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { QuotaLedger } from '../subgraphs/billing/src/commands/quota-ledger.ts';
import { recordExternalUsage } from '../subgraphs/billing/src/commands/record-external-usage.ts';
import { SCHEMA } from '../subgraphs/billing/src/module.ts';
import { createPlanVersions } from '../subgraphs/billing/src/store/quota-limits.ts';
import { createPostgresQuotaStore } from '../subgraphs/billing/src/store/quota-store/postgres.ts';
import { putOnPlan } from '../subgraphs/billing/src/test-support/quota-plans.ts';
import { cpuMs } from './cpu.ts';
import { machineLine, quantile } from './machine.ts';

const events = Number(process.argv[2] ?? 100_000);
const tenants = Number(process.argv[3] ?? 2);
const reservations = Number(process.argv[4] ?? 2_000);
const BATCH = 1_000;
const clock = { now: () => new Date() };
const versions = createPlanVersions();

console.log(machineLine());
const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
const server = await startEmbeddedPostgres({ directory });
try {
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const test = await createTestDatabase(server.adminUrl, [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
  const admin = new pg.Client({ connectionString: test.adminUrl });
  await admin.connect();
  const { rows } = await admin.query<{ file: string }>("select current_setting('data_directory') as file");
  await ingest(database, postmasterIn(rows[0]?.file ?? ''));
  await reserve(database, admin);
  await admin.end();
  await database.close();
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}

async function ingest(database: Database, postmaster: Promise<number>): Promise<void> {
  const services = { versions, pubsub: createMemoryPubSub() };
  const server = await postmaster;
  const [started, cpu] = [performance.now(), cpuMs(server)];
  let left = Math.ceil(events / BATCH);
  const one = async (tenantId: TenantId): Promise<void> => {
    while (left-- > 0) {
      const now = clock.now();
      const told = Array.from({ length: BATCH }, (_, nr) => ({
        id: newId(),
        meter: 'custom_units',
        quantity: '1.5',
        occurredAt: new Date(now.getTime() - nr * 100),
        dimensions: { region: 'eu' },
        replaces: null,
      }));
      const batch = { tenantId, source: 'API' as const, events: told, now, apiKeyId: null };
      await database.tenant(tenantId, (tx) => recordExternalUsage(services, tx, batch));
    }
  };
  await Promise.all(Array.from({ length: tenants }, () => one(newId<TenantId>())));
  const seconds = (performance.now() - started) / 1000;
  const after = cpuMs(server);
  const recorded = Math.ceil(events / BATCH) * BATCH;
  const cost = cpu === null || after === null ? 'unknown' : `${Math.round(((after - cpu) * 1000) / recorded)} µs`;
  console.log(
    `${Math.round(recorded / seconds)} events a second in batches of ${BATCH}, ${tenants} tenants at once; processor time ${cost} an event`,
  );
}

async function reserve(database: Database, admin: pg.Client): Promise<void> {
  const tenantId = newId<TenantId>();
  await putOnPlan(admin, tenantId, [{ meter: 'output_tokens', limit: '1000000000' }]);
  const ledger = new QuotaLedger({ database, clock, versions, store: createPostgresQuotaStore(database) });
  const times: number[] = [];
  const once = async (): Promise<void> => {
    const [key, began] = [`model:${newId()}`, performance.now()];
    await ledger.reserve({ tenantId, key, amounts: { output_tokens: 100 } });
    times.push(performance.now() - began);
    await ledger.release(tenantId, [key]);
  };
  for (let nr = 0; nr < reservations; nr++) await once();
  console.log(`reserve, one at a time: p50 ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`);
  const free = newId<TenantId>();
  await ledger.reserve({ tenantId: free, key: 'model:-', amounts: { output_tokens: 1 } });
  const began = performance.now();
  for (let nr = 0; nr < reservations; nr++)
    await ledger.reserve({ tenantId: free, key: `model:${nr}`, amounts: { output_tokens: 1 } });
  console.log(`of a tenant without a hard limit: ${(((performance.now() - began) * 1000) / reservations).toFixed(1)} µs`);
  const together = performance.now();
  await Promise.all(
    Array.from({ length: 1_000 }, () => ledger.reserve({ tenantId, key: `model:${newId()}`, amounts: { output_tokens: 100 } })),
  );
  console.log(`1,000 streams of one tenant at once: reserved in ${Math.round(performance.now() - together)} ms`);
}

async function postmasterIn(folder: string): Promise<number> {
  return Number((await readFile(path.join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}
