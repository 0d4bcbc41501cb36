/**
 * Whether a tier still does what was expected of it: a two-sided CUSUM (Page 1954) over the differences between seen (1 wrong,
 * 0 right) and expected error. It fires when they have added up to `threshold`, after `allowance` was taken off each.
 */
export const DRIFT = { threshold: 8, allowance: 0.06 } as const;

/** A judged decision: what was expected, before any learning, and what was seen. */
export type Judged = { readonly expected: number; readonly wrong: boolean };

/** What was expected counts like so many judged decisions when the level is learnt. */
const LEVEL_WEIGHT = 20;

/** The sums over a stretch of judged decisions; plain numbers, so that they can be kept as JSON. */
export type DriftWatch = {
  readonly seen: number;
  readonly up: number;
  /** Number of the decision at which the sum last left zero. */
  readonly upFrom: number;
  readonly down: number;
  readonly downFrom: number;
  /** Wrong answers beyond what was expected, over the whole stretch. */
  readonly surplus: number;
};

export const NOTHING_WATCHED: DriftWatch = { seen: 0, up: 0, upFrom: 0, down: 0, downFrom: 0, surplus: 0 };

/** A change began with decision number `from` of the stretch. */
export type Change = { readonly kind: 'WORSE' | 'BETTER'; readonly from: number };

/**
 * Takes in the next decision. The level that differences are taken from is itself learnt from the stretch: being wrong by
 * always the same is no drift. Nor is what has been so since the stretch began: there is nothing before it to be told from.
 */
export function watched(watch: DriftWatch, decision: Judged): { readonly watch: DriftWatch; readonly change: Change | null } {
  const level = Math.min(1, Math.max(0, decision.expected + watch.surplus / (watch.seen + LEVEL_WEIGHT)));
  const next = added(watch, Number(decision.wrong) - level, Number(decision.wrong) - decision.expected);
  const kind = next.up > DRIFT.threshold ? 'WORSE' : next.down > DRIFT.threshold ? 'BETTER' : null;
  if (kind === null) return { watch: next, change: null };
  const from = kind === 'WORSE' ? next.upFrom : next.downFrom;
  if (from > 0) return { watch: NOTHING_WATCHED, change: { kind, from } };
  return { watch: { ...next, up: 0, down: 0, upFrom: next.seen, downFrom: next.seen }, change: null };
}

/**
 * Where the newest stretch without a change begins, among decisions from oldest to newest; 0 when nothing changed. A change
 * began where the sum that fired last left zero.
 */
export function lastChange(judged: readonly Judged[]): number {
  let start = 0;
  let watch = NOTHING_WATCHED;
  for (let at = 0; at < judged.length; at += 1) {
    const next = watched(watch, judged[at] as Judged);
    watch = next.watch;
    if (next.change === null) continue;
    start += next.change.from;
    at = start - 1;
  }
  return start;
}

function added(watch: DriftWatch, difference: number, surplus: number): DriftWatch {
  const up = Math.max(0, watch.up + difference - DRIFT.allowance);
  const down = Math.max(0, watch.down - difference - DRIFT.allowance);
  return {
    seen: watch.seen + 1,
    up,
    upFrom: up === 0 ? watch.seen + 1 : watch.up === 0 ? watch.seen : watch.upFrom,
    down,
    downFrom: down === 0 ? watch.seen + 1 : watch.down === 0 ? watch.seen : watch.downFrom,
    surplus: watch.surplus + surplus,
  };
}
