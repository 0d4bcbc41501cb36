import type { LoggedDecision } from '../domain/off-policy.ts';
import { drawn, explored } from '../domain/thompson.ts';

/**
 * Traffic of a tenant with three tiers whose errors depend on how hard a request is, and on the tier's predictions of them
 * being off by a bit. What was decided explored; what was not done is known here, and nowhere else.
 */
export type Traffic = {
  readonly logged: LoggedDecision;
  /** Whether each tier's answer would have been wrong, and what it would have cost. */
  readonly truth: readonly { readonly tier: string; readonly wrong: boolean; readonly cost: number }[];
};

const TIERS = [
  { tier: 'small', cost: 0.0004, base: 0.35, slope: 0.5 },
  { tier: 'medium', cost: 0.002, base: 0.2, slope: 0.35 },
  { tier: 'large', cost: 0.008, base: 0.08, slope: 0.15 },
];

export function traffic(size: number, random: () => number, policy: { errorCost: number; exploration: number }): Traffic[] {
  return Array.from({ length: size }, () => {
    const hard = random();
    const weighed = TIERS.map(({ tier, cost, base, slope }) => {
      const error = Math.min(0.98, base * hard + slope * hard * hard);
      // Predictions are too sure of the easy ones, and never quite right.
      const predicted = Math.min(0.99, Math.max(0.01, error * 0.7 + 0.1 * (random() - 0.5)));
      return { tier, cost: cost * (0.7 + 0.6 * random()), listed: cost, error, predicted };
    });
    const beliefs = weighed.map(({ listed, predicted }) => ({ mean: listed + policy.errorCost * predicted, deviation: 0 }));
    const best = beliefs.reduce((least, { mean }, at) => (mean < (beliefs[least]?.mean ?? 0) ? at : least), 0);
    const shares = explored(beliefs, best, policy.exploration);
    const truth = weighed.map(({ tier, error, cost }) => ({ tier, wrong: random() < error, cost }));
    const at = drawn(shares, random());
    return {
      truth,
      logged: {
        tier: weighed[at]?.tier ?? '',
        wrong: truth[at]?.wrong ?? null,
        cost: truth[at]?.cost ?? null,
        inputTokens: 100,
        candidates: weighed.map(({ tier, listed, predicted }, nr) => ({
          tier,
          cost: listed,
          error: predicted,
          propensity: shares[nr] ?? 0,
          leftOut: null,
        })),
      },
    };
  });
}
