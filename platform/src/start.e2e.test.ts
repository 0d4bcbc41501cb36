import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGraphCaller } from '@switchyard/testing/graph-caller';
import { runPlatform, startPlatformProcess } from '@switchyard/testing/platform-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBreakablePostgres } from './test-support/breakable-postgres.ts';

const OPERATOR_KEY = 'operator-key-of-the-start-test';
const VIEWER = '{ viewer { scopes } }';

/** What dashboards and alerts stand on: renaming one breaks them silently. */
const PROMISED_METRICS = [
  'router_decision_latency_ms',
  'router_misroute_rate',
  'tier_distribution',
  'expected_vs_actual_cost',
  'ws_active_connections',
  'ws_backpressure_drops',
  'ws_send_errors',
  'graphql_requests_total',
  'graphql_request_duration_seconds',
  'log_consumer_lag_events',
  'log_consumer_lag_seconds',
  'database_pool_connections',
  'database_pool_waiting',
  'episodes_total',
  'tool_calls_total',
  'nodejs_eventloop_lag_seconds',
  'process_resident_memory_bytes',
];

/** A start that must fail says one sentence that tells what to do, and no stack. */
function expectOneSentence(ended: { code: number | null; output: string }, ...words: string[]): void {
  expect(ended.code).toBe(1);
  for (const word of words) expect(ended.output).toContain(word);
  expect(ended.output).not.toMatch(/^\s+at /m);
}

async function processesOf(directory: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(directory));
}

describe('a start of the platform', () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'switchyard-start-'));
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('makes the demo on the first start, finds its data on the second, and stops on SIGTERM and on SIGINT without leaving anything running', async () => {
    const env = { DATA_DIR: path.join(root, 'demo'), OPERATOR_KEY, DEMO: 'on' };
    const first = await startPlatformProcess({ env });
    const shown = await until(
      () => Promise.resolve(first.output()),
      (text) => text.includes('npm run demo'),
    );
    for (const words of [
      'FAQ  ',
      'ORDER  ',
      'LEAD  ',
      'orders.status',
      'leads.create',
      'route ',
      'cost ',
      'KPIs',
      'Invoice preview',
    ])
      expect(shown).toContain(words);
    const metrics = await (await fetch(first.metricsUrl)).text();
    for (const name of PROMISED_METRICS) expect(metrics).toMatch(new RegExp(`^${name}(_count|_bucket)?(\\{.*\\})? [0-9]`, 'm'));
    expect(await first.end('SIGTERM')).toBe(0);
    expect(await processesOf(env.DATA_DIR)).toEqual([]);

    const second = await startPlatformProcess({ env });
    const operator = createGraphCaller(second.url, OPERATOR_KEY);
    const { tenants } = await operator.graph<{ tenants: { edges: { node: { name: string } }[] } }>(
      '{ tenants { edges { node { name } } } }',
    );
    expect(tenants.edges.map(({ node }) => node.name)).toEqual(['Demo shop']);
    // The demo is ready again once its file names the new address.
    await until(
      () => readFile(path.join(env.DATA_DIR, 'demo.json'), 'utf8'),
      (text) => text.includes(second.url),
    );
    expect(await second.end('SIGINT')).toBe(0);
    expect(await processesOf(env.DATA_DIR)).toEqual([]);
  });

  it('recovers by itself after a kill -9, with one PostgreSQL', async () => {
    const env = { DATA_DIR: path.join(root, 'killed'), OPERATOR_KEY };
    const first = await startPlatformProcess({ env });
    await createGraphCaller(first.url, OPERATOR_KEY).graph('mutation { createTenant(input: { name: "kept" }) { secret } }');
    await first.end('SIGKILL');
    const second = await startPlatformProcess({ env });
    const answer = await createGraphCaller(second.url, OPERATOR_KEY).graph<{ tenants: { edges: unknown[] } }>(
      '{ tenants { edges { node { name } } } }',
    );
    expect(answer.tenants.edges).toHaveLength(1);
    const servers = (await processesOf(env.DATA_DIR)).filter((line) => line.includes('listen_addresses'));
    expect(servers).toHaveLength(1);
    await second.end('SIGTERM');
  });

  it('ends with a sentence when a port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    for (const variable of ['PORT', 'METRICS_PORT']) {
      expectOneSentence(
        await runPlatform({ env: { DATA_DIR: path.join(root, 'port'), [variable]: String(port) } }),
        `Port ${port} is taken`,
        variable,
      );
    }
    server.close();
  });

  it('ends with a sentence when the data directory is in use, or cannot be made', async () => {
    const env = { DATA_DIR: path.join(root, 'shared'), OPERATOR_KEY };
    const first = await startPlatformProcess({ env });
    expectOneSentence(await runPlatform({ env }), 'is in use by another Switchyard', 'DATA_DIR');
    expect((await createGraphCaller(first.url, OPERATOR_KEY).ask(VIEWER)).status).toBe(200);
    await first.end('SIGTERM');
    await writeFile(path.join(root, 'a-file'), '');
    expectOneSentence(await runPlatform({ env: { DATA_DIR: path.join(root, 'a-file', 'below') } }), 'cannot be made', 'DATA_DIR');
  });

  it('ends with a sentence that names every fault of a broken configuration', async () => {
    const ended = await runPlatform({
      env: { DATA_DIR: path.join(root, 'config'), PORT: 'x', REDIS_URL: 'http://x', EGRESS_ALLOW: '' },
    });
    expectOneSentence(ended, 'PORT', 'REDIS_URL');
    const tiers = path.join(root, 'tiers.json');
    await writeFile(tiers, '[{"name":"a","provider":"openai"}]');
    expectOneSentence(
      await runPlatform({ env: { DATA_DIR: path.join(root, 'config'), TIERS_FILE: tiers } }),
      'TIERS_FILE',
      'inputPricePerMillion',
    );
    expectOneSentence(
      await runPlatform({ env: { DATA_DIR: path.join(root, 'config'), EGRESS_ALLOW: '10.0.0.0/99' } }),
      'EGRESS_ALLOW',
    );
    expectOneSentence(
      await runPlatform({ env: { DATA_DIR: path.join(root, 'config'), DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/none' } }),
      'DATABASE_URL',
    );
    expectOneSentence(
      await runPlatform({ env: { DATA_DIR: path.join(root, 'config'), REDIS_URL: 'redis://127.0.0.1:9' } }),
      'REDIS_URL',
    );
  });

  it('tells of workers alone whether they can work', async () => {
    const postgres = await startBreakablePostgres();
    const env = {
      ROLES: 'worker-metering,worker-projector',
      DATABASE_URL: postgres.adminUrl,
      SECRET_KEY: 'ab'.repeat(32),
      DATA_DIR: path.join(root, 'workers'),
    };
    const workers = await startPlatformProcess({ env });
    const ready = async () => (await fetch(workers.url)).status;
    expect(await ready()).toBe(200);
    postgres.kill();
    await expect.poll(ready, { timeout: 10_000 }).toBe(503);
    expect((await fetch(new URL('live', workers.url))).status).toBe(200);
    postgres.mend();
    await expect.poll(ready, { timeout: 20_000 }).toBe(200);
    expect(await workers.end('SIGTERM')).toBe(0);
    await postgres.close();
  });

  it('leaves a data directory alone that is not its own', async () => {
    const foreign = path.join(root, 'foreign');
    await mkdir(path.join(foreign, 'pgdata'), { recursive: true });
    await writeFile(path.join(foreign, 'pgdata', 'letter.txt'), 'dear');
    const ended = await runPlatform({ env: { DATA_DIR: foreign } });
    expectOneSentence(ended, 'DATA_DIR');
    expect(await readFile(path.join(foreign, 'pgdata', 'letter.txt'), 'utf8')).toBe('dear');
  });
});

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (holds(value) || Date.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
