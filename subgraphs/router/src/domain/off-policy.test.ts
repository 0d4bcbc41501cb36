import { describe, expect, it } from 'vitest';
import { traffic } from '../test-support/logged-traffic.ts';
import { randomOf } from '../training/random.ts';
import { createSimulation, type LoggedDecision, METHODS, type Target } from './off-policy.ts';

const LOGGING = { errorCost: 0.02, exploration: 0.2 };
const DEARER: Target = { errorCost: 0.2, exploration: 0, allows: () => true };

function simulated(decisions: readonly LoggedDecision[], target: Target) {
  const simulation = createSimulation(target);
  for (const decision of decisions) simulation.add(decision);
  return simulation.result();
}

/** What the target's best tier would really have come to. */
function truth(all: ReturnType<typeof traffic>, target: Target) {
  const outcomes = all.map(({ logged, truth: known }) => {
    const objective = (at: number) => (logged.candidates[at]?.cost ?? 0) + target.errorCost * (logged.candidates[at]?.error ?? 0);
    const best = known.reduce((least, _, at) => (objective(at) < objective(least) ? at : least), 0);
    return known[best] as (typeof known)[number];
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { error: mean(outcomes.map(({ wrong }) => Number(wrong))), cost: mean(outcomes.map(({ cost }) => cost)) };
}

describe('what another policy would have done', () => {
  it('is close to what it really would have, by each of the three ways', () => {
    const all = traffic(40_000, randomOf(1), LOGGING);
    const result = simulated(
      all.map(({ logged }) => logged),
      DEARER,
    );
    const real = truth(all, DEARER);
    expect(result.unsupportedShare).toBe(0);
    for (const method of METHODS) {
      const { cost, error } = result.simulated[method];
      expect(Math.abs(error.mean - real.error), method).toBeLessThan(0.02);
      expect(Math.abs(cost.mean / real.cost - 1), method).toBeLessThan(0.06);
      expect(error.low).toBeLessThan(error.mean);
      expect(error.high).toBeGreaterThan(error.mean);
    }
    expect(result.simulated.DOUBLY_ROBUST.error.mean).not.toBeCloseTo(result.actual.error.mean, 2);
  });

  it('is what was done, for the policy that did it', () => {
    const decisions = traffic(2_000, randomOf(2), { ...LOGGING, exploration: 0 }).map(({ logged }) => logged);
    const result = simulated(decisions, { errorCost: LOGGING.errorCost, exploration: 0, allows: () => true });
    expect(result.simulated.IPS.error.mean).toBeCloseTo(result.actual.error.mean, 12);
    expect(result.difference.cost).toEqual({ mean: 0, low: 0, high: 0 });
    expect(result.effectiveSampleSize).toBe(2_000);
  });

  it('is not guessed where it could not have been tried, and how much that is is said', () => {
    const decisions = traffic(2_000, randomOf(3), { ...LOGGING, exploration: 0 }).map(({ logged }) => logged);
    const result = simulated(decisions, DEARER);
    const same = decisions.filter((decision) => simulated([decision], DEARER).unsupportedShare === 0).length;
    expect(same).toBeGreaterThan(0);
    expect(result.unsupportedShare).toBeCloseTo(1 - same / 2_000, 12);
    const onlyLarge: Target = { ...DEARER, allows: ({ tier }) => tier === 'large' };
    const small = decisions.filter(({ tier }) => tier === 'small');
    expect(simulated(small, onlyLarge)).toMatchObject({ unsupportedShare: 1, effectiveSampleSize: 0 });
  });

  it('spreads what it explores over the tiers that could have been tried', () => {
    const decisions = traffic(500, randomOf(4), LOGGING).map(({ logged }) => logged);
    const { shares } = simulated(decisions, { ...DEARER, exploration: 0.1 });
    expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(Math.min(...shares.values())).toBeGreaterThan(0.02);
  });

  it('says nothing of errors where nothing was judged', () => {
    const decisions = traffic(50, randomOf(5), LOGGING).map(({ logged }) => ({ ...logged, wrong: null }));
    const { error } = simulated(decisions, DEARER).simulated.DOUBLY_ROBUST;
    expect([error.low, error.high]).toEqual([0, 1]);
  });
});
