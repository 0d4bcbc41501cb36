import { Decimal } from '@switchyard/kernel/decimal';
import type { RouteFeatures } from './features.ts';
import type { TierRecord } from './history.ts';
import type { Tier } from './tiers.ts';

/** Tokens that an answer is taken to have: assumptions to start from, which the tenant's own costs correct per tier. */
export const ANSWER_TOKENS = {
  /** A question of the day: looked up, a status, a confirmation. */
  short: 120,
  usual: 250,
  /** Something is to be written. */
  long: 500,
  /** JSON that fits a schema. */
  structured: 160,
} as const;

/** Decisions with a known cost until the tenant's own costs weigh as much as the price list. */
const LIST_WEIGHT = 20;
/** The tenant's costs are believed to differ from the list by no more than this factor. */
const MAX_CORRECTION = 20;
/** Digits after the point: those that the database keeps. */
const SCALE = 18;

export function expectedAnswerTokens(features: RouteFeatures): number {
  const has = (flag: (typeof features.domainFlags)[number]) => features.domainFlags.includes(flag);
  if (has('structured')) return ANSWER_TOKENS.structured;
  if (has('code') || has('open-ended')) return ANSWER_TOKENS.long;
  return has('faq') || has('order') || has('lead') ? ANSWER_TOKENS.short : ANSWER_TOKENS.usual;
}

/** Prices × tokens. */
export function listCost(tier: Tier, inputTokens: number, outputTokens: number): Decimal {
  return tier.inputPrice.times(inputTokens).plus(tier.outputPrice.times(outputTokens)).toDecimalPlaces(SCALE);
}

/**
 * The list's cost, corrected by what the tenant's decisions on this tier really cost against it: turns with tools read the
 * conversation again, answers are longer or shorter than assumed.
 */
export function expectedCost(cost: Decimal, record: TierRecord | undefined): Decimal {
  if (record === undefined || record.listCost === 0) return cost;
  const assumed = (record.listCost / record.costed) * LIST_WEIGHT;
  const factor = (record.actualCost + assumed) / (record.listCost + assumed);
  return cost.times(new Decimal(Math.min(MAX_CORRECTION, factor).toFixed(6))).toDecimalPlaces(SCALE);
}

/** p95 of a call that is assumed until a tier has been seen often enough: looking up is fast, the dearest tier slowest. */
export function expectedLatencyMs(tier: Tier, record: TierRecord | undefined): number {
  const seen = record?.latenciesMs ?? [];
  const p95 = seen[Math.min(seen.length - 1, Math.floor(seen.length * 0.95))];
  if (seen.length >= MIN_LATENCIES && p95 !== undefined) return p95;
  return tier.answersBy === 'look-up' ? 200 : 3_000 + 5_000 * tier.rank;
}

const MIN_LATENCIES = 5;
