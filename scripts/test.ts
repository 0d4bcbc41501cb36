import { spawnSync } from 'node:child_process';

/** `npm test`: the check, then the suites that need services, then the whole platform over its public API. */
const STEPS: readonly (readonly string[])[] = [
  ['node', 'scripts/check.ts'],
  ['vitest', 'run', '--project', 'integration', '--passWithNoTests'],
  ['vitest', 'run', '--project', 'e2e', '--passWithNoTests'],
];

const failed: string[] = [];
for (const [command = '', ...rest] of STEPS) {
  const { status } = spawnSync(command, rest, { stdio: 'inherit' });
  if (status !== 0) failed.push([command, ...rest].join(' '));
}
if (process.env.REDIS_URL === undefined) console.log('REDIS_URL is not set: the suites did not run on Redis.');
if (process.env.STRIPE_MOCK_URL === undefined)
  console.log('STRIPE_MOCK_URL is not set: payments did not run against Stripe’s mock.');
if (process.env.KAFKA_BROKERS === undefined) console.log('KAFKA_BROKERS is not set: the suites did not run on Apache Kafka.');
console.log(failed.length === 0 ? 'test: all passed' : `test: failed: ${failed.join('; ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
