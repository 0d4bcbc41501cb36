/**
 * Whether a tier still does what was expected of it: a two-sided CUSUM (Page 1954) over the differences between seen (1 wrong,
 * 0 right) and expected error. It fires when they have added up to `threshold`, after `allowance` was taken off each.
 */
export const DRIFT = { threshold: 8, allowance: 0.06 } as const;

/** A judged decision: what was expected, before any learning, and what was seen. */
export type Judged = { readonly expected: number; readonly wrong: boolean };

/** What was expected counts like so many judged decisions when the level is learnt. */
const LEVEL_WEIGHT = 20;

/**
 * Where the newest stretch without a change begins, among decisions from oldest to newest; 0 when nothing changed. A change
 * began where the sum that fired last left zero. The level that differences are taken from is itself learnt from the stretch:
 * being wrong by always the same is no drift.
 */
export function lastChange(judged: readonly Judged[]): number {
  let start = 0;
  let sums = NOTHING;
  let at = 0;
  while (at < judged.length) {
    const decision = judged[at] as Judged;
    const level = Math.min(1, Math.max(0, decision.expected + sums.surplus / (at - start + LEVEL_WEIGHT)));
    sums = added(sums, { difference: Number(decision.wrong) - level, surplus: Number(decision.wrong) - decision.expected, at });
    at += 1;
    const changedAt = sums.up > DRIFT.threshold ? sums.upFrom : sums.down > DRIFT.threshold ? sums.downFrom : null;
    if (changedAt !== null && changedAt > start) {
      start = changedAt;
      at = changedAt;
      sums = NOTHING;
    } else if (changedAt !== null) {
      // Since the very beginning: there is no stretch before it to be told from.
      sums = { ...sums, up: 0, down: 0, upFrom: at, downFrom: at };
    }
  }
  return start;
}

type Sums = {
  readonly up: number;
  readonly upFrom: number;
  readonly down: number;
  readonly downFrom: number;
  /** Wrong answers beyond what was expected, over the whole stretch. */
  readonly surplus: number;
};

const NOTHING: Sums = { up: 0, upFrom: 0, down: 0, downFrom: 0, surplus: 0 };

type Step = { readonly difference: number; readonly surplus: number; readonly at: number };

function added(sums: Sums, { difference, surplus, at }: Step): Sums {
  const up = Math.max(0, sums.up + difference - DRIFT.allowance);
  const down = Math.max(0, sums.down - difference - DRIFT.allowance);
  return {
    up,
    upFrom: up === 0 ? at + 1 : sums.up === 0 ? at : sums.upFrom,
    down,
    downFrom: down === 0 ? at + 1 : sums.down === 0 ? at : sums.downFrom,
    surplus: sums.surplus + surplus,
  };
}
