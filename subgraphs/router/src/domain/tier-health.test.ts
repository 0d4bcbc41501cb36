import { describe, expect, it } from 'vitest';
import { answeredOf, evolve, FIRST_REST_MS, isResting, LONGEST_REST_MS, WELL } from './tier-health.ts';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const at = (ms: number) => new Date(T0 + ms);
/** The health after calls that ended at those times: true answered, false failed. */
const after = (...calls: (readonly [number, boolean])[]) =>
  calls.reduce((health, [ms, answered]) => evolve(health, answered, at(ms)), WELL);

describe("a tier's health", () => {
  it('rests after three errors in a row, and not after two', () => {
    expect(isResting(after([0, false], [1, false]), at(2))).toBe(false);
    expect(isResting(after([0, false], [1, false], [2, false]), at(3))).toBe(true);
  });

  it('is well after any answer', () => {
    expect(isResting(after([0, false], [1, false], [2, true], [3, false], [4, false]), at(5))).toBe(false);
    expect(isResting(after([0, false], [1, false], [2, false], [3, true]), at(4))).toBe(false);
  });

  it('ends its rest by itself, and the first error on trial doubles the next one', () => {
    const resting = after([0, false], [0, false], [0, false]);
    expect(isResting(resting, at(FIRST_REST_MS - 1))).toBe(true);
    expect(isResting(resting, at(FIRST_REST_MS))).toBe(false);
    const again = evolve(resting, false, at(FIRST_REST_MS));
    expect(isResting(again, at(3 * FIRST_REST_MS - 1))).toBe(true);
    expect(isResting(again, at(3 * FIRST_REST_MS))).toBe(false);
  });

  it('is not made worse by calls that were under way when the rest began', () => {
    expect(after([0, false], [0, false], [0, false], [5, false], [6, false])).toEqual(after([0, false], [0, false], [0, false]));
  });

  it('never rests longer than the longest rest', () => {
    let health = WELL;
    let now = 0;
    for (let error = 0; error < 40; error += 1) {
      health = evolve(health, false, at(now));
      now = Math.max(now, (health.restsUntil?.getTime() ?? T0) - T0);
    }
    expect((health.restsUntil?.getTime() ?? 0) - T0 - now).toBeLessThanOrEqual(LONGEST_REST_MS);
    expect(health.restsUntil).not.toBeNull();
  });

  it('hears nothing of a provider from a cancelled call or a crash of ours', () => {
    expect(answeredOf({ status: 'CANCELLED', outcome: null })).toBeNull();
    expect(answeredOf({ status: 'LOST', outcome: null })).toBeNull();
    expect(answeredOf({ status: 'FAILED', outcome: 'TIMEOUT' })).toBe(false);
    expect(answeredOf({ status: 'ANSWERED', outcome: 'INVALID_OUTPUT' })).toBe(true);
  });
});
