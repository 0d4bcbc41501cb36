/**
 * Whether something happens more often on one side than on the other, looked at after every observation. Each block of some
 * observations of the stable side and one of the canary is a bet on the canary's being worse by a certain factor in odds; the
 * wealth of a bettor on several factors, with a share of it on each, is expected never to grow while the canary is no worse,
 * whatever both rates are (Turner, Ly and Grünwald 2024, "Generic e-variables for exact sequential k-sample tests").
 *
 * Why: say the block bets on rates a (stable, n observations) and b > a (canary), and let m = (n·a + b) / (n + 1). It pays, for
 * each observation, how likely it is under its side's rate over how likely under m. With one true rate q on both sides, and u =
 * (b − m)(q − m) / (m (1 − m)), that is expected to be (1 + u)(1 − u / n)ⁿ ≤ (1 + u) e^(−u) ≤ 1; and less where the canary's true
 * rate is below the stable one's.
 */
export type RateTest = {
  /** All of the stable side, and of the canary. */
  readonly stable: Counted;
  readonly canary: Counted;
  /** Of the stable side, since the last block. */
  readonly waiting: Counted;
  /** One for each of ODDS. */
  readonly logWealths: readonly number[];
};

export type Counted = { readonly seen: number; readonly hits: number };

/** How much worse a canary is bet to be: factors of the odds. About 10 and 21 points at a rate of 19 %. */
const ODDS = [1.75, 2.9] as const;

const NONE: Counted = { seen: 0, hits: 0 };

export const NO_RATES: RateTest = { stable: NONE, canary: NONE, waiting: NONE, logWealths: ODDS.map(() => 0) };

export type Side = 'STABLE' | 'CANARY';

export function rated(test: RateTest, side: Side, hit: boolean): RateTest {
  if (side === 'STABLE') return { ...test, stable: counted(test.stable, hit), waiting: counted(test.waiting, hit) };
  const canary = counted(test.canary, hit);
  // Without a stable side to compare it with, an observation says nothing.
  if (test.waiting.seen === 0) return { ...test, canary };
  const before = { seen: test.stable.seen - test.waiting.seen, hits: test.stable.hits - test.waiting.hits };
  const rate = expectedRate(before, test.canary);
  const logWealths = test.logWealths.map((wealth, at) => wealth + logPayoff(rate, ODDS[at] ?? 1, test.waiting, hit));
  return { ...test, canary, waiting: NONE, logWealths };
}

/** ln of what has become of 1. */
export function logEvidence({ logWealths }: RateTest): number {
  const most = Math.max(...logWealths);
  return most + Math.log(logWealths.reduce((sum, wealth) => sum + Math.exp(wealth - most), 0) / logWealths.length);
}

/** What to bet on for the stable side: what both sides showed before the block, as if two more had been seen, one a hit. */
function expectedRate(stable: Counted, canary: Counted): number {
  return (stable.hits + canary.hits + 0.5) / (stable.seen + canary.seen + 2);
}

function logPayoff(rate: number, odds: number, stable: Counted, hit: boolean): number {
  const worse = (odds * rate) / (1 - rate + odds * rate);
  const mixed = (stable.seen * rate + worse) / (stable.seen + 1);
  return (
    Math.log(hit ? worse / mixed : (1 - worse) / (1 - mixed)) +
    stable.hits * Math.log(rate / mixed) +
    (stable.seen - stable.hits) * Math.log((1 - rate) / (1 - mixed))
  );
}

function counted({ seen, hits }: Counted, hit: boolean): Counted {
  return { seen: seen + 1, hits: hits + Number(hit) };
}
