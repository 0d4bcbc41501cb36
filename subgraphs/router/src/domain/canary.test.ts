import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../training/random.ts';
import {
  ALPHAS,
  type Comparison,
  compared,
  type Finding,
  findingOf,
  NOTHING_COMPARED,
  type Observation,
  sideOf,
} from './canary.ts';
import { verdictOf } from './canary-verdict.ts';
import { logEvidence, NO_RATES, rated } from './two-sample.ts';

type Worse = { readonly error?: number; readonly failing?: number; readonly costs?: number; readonly slower?: number };

/** Requests of a tenant one after the other, until it is known what the canary comes to. */
function run(seed: number, worse: Worse, planned = 400) {
  const random = randomOf(seed * 7919 + 1);
  let comparison = NOTHING_COMPARED;
  for (let requests = 0; requests < 100_000; requests += 1) {
    const canary = random() < 0.1;
    const observation: Observation = {
      side: canary ? 'CANARY' : 'STABLE',
      wrong: random() < 0.19 + (canary ? (worse.error ?? 0) : 0),
      failed: random() < 0.02 + (canary ? (worse.failing ?? 0) : 0),
      cost: 0.001 * (1 + random()) * (canary ? (worse.costs ?? 1) : 1),
      latencyMs: 300 + 2_000 * random() ** 3 * (canary ? (worse.slower ?? 1) : 1),
    };
    comparison = compared(comparison, observation);
    const finding = findingOf(comparison, planned);
    if (finding !== null) return { finding, comparison };
  }
  return { finding: null, comparison };
}

describe('a canary', () => {
  it.each<[string, Worse, Finding]>([
    ['more of its answers are wrong', { error: 0.2 }, { status: 'ROLLED_BACK', measure: 'errors' }],
    ['more of its calls fail', { failing: 0.3 }, { status: 'ROLLED_BACK', measure: 'failures' }],
    ['it costs more', { costs: 1.5 }, { status: 'ROLLED_BACK', measure: 'costs' }],
    ['it is slower', { slower: 3 }, { status: 'ROLLED_BACK', measure: 'slow' }],
  ])('is rolled back when %s', (_what, worse, finding) => {
    expect(run(1, worse, 1_000_000).finding).toEqual(finding);
  });

  it('that is no worse is promoted after the planned sample, and not before', () => {
    const { finding, comparison } = run(2, {});
    expect(finding).toEqual({ status: 'PROMOTED' });
    expect(comparison.errors.canary.seen).toBeGreaterThanOrEqual(400);
  });

  it('that is better in everything is promoted', () => {
    expect(run(3, { error: -0.1, costs: 0.5, slower: 0.5 }).finding).toEqual({ status: 'PROMOTED' });
  });

  it('is told of with its figures', () => {
    const { finding, comparison } = run(1, { error: 0.2 });
    const figures = { requests: 9, errorRate: 0.2, meanCost: '0.0015 USD', p95LatencyMs: 900 };
    expect(verdictOf(finding as Finding, comparison, { stable: figures, canary: figures })).toMatch(
      /^Rolled back: more of its answers are wrong\. A candidate that is no worse would ever show this with a chance below 1 in \d+\. Errors \d+\.\d % \(\d+ of \d+\) against \d+\.\d %/,
    );
  });

  it('is looked at with chances of less than one in a hundred together', () => {
    expect(Object.values(ALPHAS).reduce((sum, alpha) => sum + alpha, 0)).toBeLessThan(0.01);
  });

  it('that is no worse is seldom rolled back, though it is looked at after every request', () => {
    const SEEDS = 200;
    const rolledBack = Array.from({ length: SEEDS }, (_, seed) => run(100 + seed, {}).finding?.status).filter(
      (status) => status === 'ROLLED_BACK',
    );
    expect(rolledBack.length / SEEDS).toBeLessThanOrEqual(0.03);
  });
});

describe('the wealth of a bettor on the canary being worse', () => {
  it('is expected not to grow, whatever the rate, and whatever was seen before', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (rate, hitsBefore, waiting) => {
          let test = NO_RATES;
          for (let n = 0; n < 40; n += 1) test = rated(test, 'STABLE', n < hitsBefore);
          test = rated(test, 'CANARY', true);
          const before = logEvidence(test);
          let expected = 0;
          for (let hits = 0; hits <= waiting; hits += 1) {
            const chance = choose(waiting, hits) * rate ** hits * (1 - rate) ** (waiting - hits);
            let block = test;
            for (let n = 0; n < waiting; n += 1) block = rated(block, 'STABLE', n < hits);
            expected += chance * rate * Math.exp(logEvidence(rated(block, 'CANARY', true)) - before);
            expected += chance * (1 - rate) * Math.exp(logEvidence(rated(block, 'CANARY', false)) - before);
          }
          expect(expected).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });
});

describe('which side a session is on', () => {
  it('stays the same, for about as many as the share says, and is another for another canary', () => {
    const sessions = Array.from({ length: 20_000 }, (_, at) => `session ${at}`);
    const sides = sessions.map((session) => sideOf('one', session, 0.05));
    expect(sessions.map((session) => sideOf('one', session, 0.05))).toEqual(sides);
    const canaries = sides.filter((side) => side === 'CANARY').length;
    expect(Math.abs(canaries / 20_000 - 0.05)).toBeLessThan(0.006);
    const both = sessions.filter((session, at) => sides[at] === 'CANARY' && sideOf('two', session, 0.05) === 'CANARY').length;
    expect(both).toBeLessThan(100);
  });
});

function choose(n: number, k: number): number {
  let ways = 1;
  for (let at = 1; at <= k; at += 1) ways = (ways * (n - k + at)) / at;
  return ways;
}

it('a comparison survives being kept as JSON', () => {
  const { comparison } = run(5, {});
  const kept = JSON.parse(JSON.stringify(comparison)) as Comparison;
  expect(kept).toEqual(comparison);
});
