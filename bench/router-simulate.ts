/**
 * `simulatePolicy`: how often its 95 % intervals hold the truth, and how long a million decisions take:
 * `node bench/router-simulate.ts [trials] [decisions]`. Traffic is made of three tiers whose errors depend on the request; its
 * policy explores 10 %. Each trial simulates another policy from 4,000 logged decisions and compares with what that policy
 * really would have come to, on the same requests and on average over a million others. The time is that of the query on
 * PostgreSQL, from the rows to the answer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Database, openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { createSimulation, METHODS, type Target } from '../subgraphs/router/src/domain/off-policy.ts';
import { SCHEMA } from '../subgraphs/router/src/module.ts';
import { forEachLogged } from '../subgraphs/router/src/store/logged-decisions.ts';
import { traffic } from '../subgraphs/router/src/test-support/logged-traffic.ts';
import { randomOf } from '../subgraphs/router/src/training/random.ts';
import { machineLine } from './machine.ts';

const TRIALS = Number(process.argv[2] ?? 400);
const DECISIONS = Number(process.argv[3] ?? 1_000_000);
const PER_TRIAL = 4_000;
const LOGGING = { errorCost: 0.02, exploration: 0.1 };
const TARGETS: readonly Target[] = [
  { errorCost: 0.2, exploration: 0, allows: () => true },
  { errorCost: 0.004, exploration: 0.05, allows: () => true },
  { errorCost: 0.02, exploration: 0, allows: ({ tier }) => tier === 'medium' },
];

type Means = { cost: number; error: number };

/** What the target really comes to, less what was done: on average, from traffic whose every outcome is known. */
function trueDifference(target: Target): Means {
  const sum: Means = { cost: 0, error: 0 };
  const all = traffic(300_000, randomOf(99), LOGGING);
  for (const { logged, truth } of all) {
    const simulation = createSimulation(target);
    simulation.add(logged);
    for (const { tier, wrong, cost } of truth) {
      const share = simulation.result().shares.get(tier) ?? 0;
      const propensity = logged.candidates.find((candidate) => candidate.tier === tier)?.propensity ?? 0;
      sum.cost += (share - propensity) * cost;
      sum.error += (share - propensity) * Number(wrong);
    }
  }
  return { cost: sum.cost / all.length, error: sum.error / all.length };
}

console.log(machineLine());
let [held, intervals] = [0, 0];
const widths = new Map(METHODS.map((method) => [method, 0]));
for (const target of TARGETS) {
  const difference = trueDifference(target);
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const simulation = createSimulation(target);
    for (const { logged } of traffic(PER_TRIAL, randomOf(1_000 + trial), LOGGING)) simulation.add(logged);
    const result = simulation.result();
    for (const measure of ['cost', 'error'] as const) {
      const { low, high } = result.difference[measure];
      held += Number(low <= difference[measure] && difference[measure] <= high);
      intervals += 1;
    }
    for (const method of METHODS) {
      const { low, high } = result.simulated[method].error;
      widths.set(method, (widths.get(method) ?? 0) + (high - low) / (TRIALS * TARGETS.length));
    }
  }
}
console.log(
  `95 % intervals of the difference hold the true one in ${((100 * held) / intervals).toFixed(1)} % of ${intervals} (${TRIALS} trials of ${PER_TRIAL} decisions, ${TARGETS.length} policies)`,
);
console.log(
  `width of the error rate's interval: ${[...widths].map(([method, width]) => `${method} ${width.toFixed(3)}`).join(', ')}`,
);

const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
const server = await startEmbeddedPostgres({ directory, dangerouslyFast: true });
try {
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const { appUrl } = await createTestDatabase(server.adminUrl, [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: appUrl, schema: SCHEMA });
  await timed(database);
  await database.close();
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}

async function timed(database: Database): Promise<void> {
  const tenantId = newId<TenantId>();
  const random = randomOf(1);
  for (let kept = 0; kept < DECISIONS; kept += 20_000)
    await keep(database, tenantId, traffic(Math.min(20_000, DECISIONS - kept), random, LOGGING));
  const simulation = createSimulation(TARGETS[0] as Target);
  const range = { from: new Date(0), to: new Date('2100-01-01') };
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await database.tenant(tenantId, (tx) => forEachLogged(tx, { tenantId, ...range }, simulation.add));
  const { requests } = simulation.result();
  const used = process.cpuUsage(cpu);
  console.log(
    `${requests} decisions in ${((performance.now() - began) / 1_000).toFixed(1)} s (${((used.user + used.system) / 1e6).toFixed(1)} s of this process's CPU)`,
  );
}

async function keep(database: Database, tenantId: TenantId, all: ReturnType<typeof traffic>): Promise<void> {
  const rows = all.map(({ logged }) => ({
    id: newId(),
    tier: logged.tier,
    outcome: logged.wrong === true ? 'WRONG' : 'CORRECT',
    cost: logged.cost,
    candidates: logged.candidates.map(({ cost, error, ...own }) => ({
      ...own,
      listCost: String(cost),
      expectedCost: String(cost),
      priorError: error,
      ruleError: error,
      learntError: error,
      expectedError: error,
      objective: cost + LOGGING.errorCost * error,
    })),
  }));
  await database.tenant(tenantId, (tx) =>
    tx.query(
      `insert into router.route_decision (id, tenant_id, request_key, tier, model, reason, explanation, features, candidates,
         policy_version, arm, decided_at, latency_ms, currency, expected_cost, actual_cost, outcome, sketch_high, sketch_low, list_cost, prior_error)
       select id, $2, id::text, tier, tier, 'POLICY', 'The tier ' || tier || ' is expected to cost little and to be right most of the time.',
              '{"inputTokens": 100}', candidates, 1, 'STABLE', now(), 0.1, 'USD', cost, cost, outcome, 0, 0, cost, 0.2
         from json_to_recordset($1::json) as d (id uuid, tier text, outcome text, cost numeric, candidates jsonb)`,
      [JSON.stringify(rows), tenantId],
    ),
  );
}
