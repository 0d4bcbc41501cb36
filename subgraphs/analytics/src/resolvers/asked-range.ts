import { badInput } from '@switchyard/kernel/errors';
import { type Range, wholeMinutes } from '../domain/time-range.ts';

/** Before it there is no event, and calendars differ. */
const EARLIEST = Date.UTC(1970, 0, 1);

/**
 * The range asked for, widened to whole minutes.
 * @throws PlatformError BAD_USER_INPUT when it is empty or out of bounds.
 */
export function askedRange(range: { readonly from: string; readonly to: string }): Range {
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)];
  if (from < EARLIEST) throw badInput('`range.from` must be 1970-01-01 or later.', 'range');
  if (to <= from) throw badInput('`range.to` must be after `range.from`.', 'range');
  return wholeMinutes({ from, to });
}
