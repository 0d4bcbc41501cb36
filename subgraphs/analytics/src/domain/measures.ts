import { Decimal, ZERO } from '@switchyard/kernel/decimal';

/** What a rollup counts, in whole numbers. */
export const COUNTS = [
  'sessions',
  'episodes',
  'succeeded',
  'failed',
  'escalated',
  'decisions',
  'routedRight',
  'routedWrong',
  'modelCalls',
  'toolCalls',
  'toolCallsFailed',
  'compensations',
  'inputTokens',
  'outputTokens',
  'feedbacks',
] as const;

/** What a rollup adds up in exact decimals. */
export const AMOUNTS = ['cost', 'expectedCost', 'savings', 'feedbackScore'] as const;

const AMOUNT_DECIMALS = 18;

export type Measures = { readonly [Name in (typeof COUNTS)[number]]: number } & {
  readonly [Name in (typeof AMOUNTS)[number]]: Decimal;
};

/** The distributions that percentiles are read from, in milliseconds. */
export const DISTRIBUTIONS = ['LATENCY', 'ROUTER_LATENCY'] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

export const DIMENSIONS = ['useCase', 'tier', 'model', 'arm', 'tool'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export type Dimensions = Readonly<Record<Dimension, string>>;

/** The key of what has no value in a dimension, so that every grouping splits the whole without rest or overlap. */
export const NONE = '(none)';

export const NOTHING: Measures = Object.freeze({
  ...(Object.fromEntries(COUNTS.map((name) => [name, 0])) as { [Name in (typeof COUNTS)[number]]: number }),
  ...(Object.fromEntries(AMOUNTS.map((name) => [name, ZERO])) as { [Name in (typeof AMOUNTS)[number]]: Decimal }),
});

/** A sum that is being added up, in place: tallies add millions of terms. */
export type MeasuresSum = { -readonly [Name in keyof Measures]: Measures[Name] };

/** Adds sign · term to the sum. */
export function addTo(sum: MeasuresSum, term: Partial<Measures>, sign: 1 | -1 = 1): void {
  for (const name of COUNTS) {
    const count = term[name];
    if (count !== undefined) sum[name] += sign * count;
  }
  for (const name of AMOUNTS) {
    const amount = term[name];
    if (amount === undefined || amount.isZero()) continue;
    sum[name] = sign === 1 ? sum[name].plus(amount) : sum[name].minus(amount);
  }
}

export function isNothing(measures: Measures): boolean {
  return COUNTS.every((name) => measures[name] === 0) && AMOUNTS.every((name) => measures[name].isZero());
}

/** Rounded to what a column holds, each by itself: sums are then the same whatever the order of their terms. */
export function decimalOf(number: number | string): Decimal {
  return new Decimal(number).toDecimalPlaces(AMOUNT_DECIMALS);
}
