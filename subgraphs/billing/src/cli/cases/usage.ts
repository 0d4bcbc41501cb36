import { type Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import { isRecord, Parameters, readDecimal, Unsupported } from './parameters.ts';

const QUANTITY = [
  'quantity',
  'units',
  'usage',
  'qty',
  'count',
  'total_units',
  'total',
  'value',
  'total_quantity',
  'amount',
  'seats',
];
const EVENTS = ['transactions', 'events', 'quantities', 'amounts', 'event_units', 'records', 'event_amounts', 'unit_events'];

/** What was used: a total, or the events that make it up; and what came before, where only the rest is to be billed. */
export type CaseUsage = {
  readonly quantity: Decimal;
  readonly before: Decimal;
  /** Single amounts, where the case tells them. */
  readonly events: readonly Decimal[] | null;
  /** How many events a total stands for, where only their number is told. */
  readonly eventCount: Decimal | null;
  /** What each event counts for, when it counts for a part of the period only. */
  readonly prorated: readonly Decimal[] | null;
};

export function usageOf(usage: Parameters): CaseUsage {
  const prorated = usage.list('event_prorated', 'prorated', 'prorated_units', 'events_prorated')?.map(eventAmount) ?? null;
  const listed = usage.raw(...EVENTS);
  const events = Array.isArray(listed) ? listed.map(eventAmount) : null;
  const eventCount = Array.isArray(listed)
    ? null
    : (readDecimal(listed) ?? usage.decimal('event_count', 'events_count', 'transaction_count'));
  const before =
    usage.decimal('pre_quantity', 'previous_quantity', 'pre_line_quantity', 'already_used', 'prior_quantity') ?? ZERO;
  const line = usage.decimal('line_quantity', 'new_quantity', 'delta', 'additional_quantity');
  const quantity = line ?? usage.decimal(...QUANTITY) ?? (events === null ? ZERO : sum(events));
  return { quantity, before, events, eventCount, prorated };
}

function eventAmount(event: unknown): Decimal {
  const amount = isRecord(event) ? new Parameters(event, 'an event').decimal(...QUANTITY) : readDecimal(event);
  if (amount === null) throw new Unsupported(`an event is not a number: ${JSON.stringify(event)}`);
  return amount;
}
