import { type Comparison, type Finding, logWealthOf, type Measure } from './canary.ts';
import type { Counted } from './two-sample.ts';

/** What a person reads of how each side did. */
export type SideFigures = {
  readonly requests: number;
  readonly errorRate: number;
  /** As it is shown, with its currency. */
  readonly meanCost: string;
  readonly p95LatencyMs: number;
};

export type Sides = { readonly stable: SideFigures; readonly canary: SideFigures };

/** Why the canary ended as it did, with the figures. */
export function verdictOf(finding: Finding, comparison: Comparison, sides: Sides): string {
  const figures = figuresOf(comparison, sides);
  if (finding.status === 'PROMOTED') {
    const judged = comparison.errors.canary.seen;
    return `Promoted: after ${judged} judged requests nothing speaks for its being worse. ${figures}`;
  }
  const odds = Math.round(Math.exp(Math.min(20, logWealthOf(comparison, finding.measure))));
  return `Rolled back: ${WORSE[finding.measure]}. A candidate that is no worse would ever show this with a chance below 1 in ${odds}. ${figures}`;
}

export function verdictByHand(status: Finding['status'], comparison: Comparison, sides: Sides): string {
  const how = status === 'PROMOTED' ? 'Promoted by hand' : 'Rolled back by hand';
  return `${how}. ${figuresOf(comparison, sides)}`;
}

const WORSE: Readonly<Record<Measure, string>> = {
  errors: 'more of its answers are wrong',
  failures: 'more of its calls ended without a valid answer',
  costs: 'it costs more',
  slow: 'more of its requests take longer than the policy in force does in 95 of 100',
};

function figuresOf({ errors }: Comparison, { stable, canary }: Sides): string {
  return (
    `Errors ${ratio(errors.canary)} against ${ratio(errors.stable)} of the policy in force, ` +
    `cost ${canary.meanCost} against ${stable.meanCost} a request, ` +
    `p95 ${Math.round(canary.p95LatencyMs)} ms against ${Math.round(stable.p95LatencyMs)} ms.`
  );
}

function ratio({ seen, hits }: Counted): string {
  return seen === 0 ? 'unknown' : `${((100 * hits) / seen).toFixed(1)} % (${hits} of ${seen})`;
}
