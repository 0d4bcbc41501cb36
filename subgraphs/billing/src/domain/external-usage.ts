import { type Decimal, parseDecimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { err, ok, type Result } from '@switchyard/kernel/result';
import type { Meter } from './plan.ts';
import { PLATFORM_METERS, type Usage } from './usage.ts';

/** Events at most in one call or one webhook. */
export const MAX_EVENTS = 1_000;

/** How long after it happened usage is still taken. */
export const LATE_DAYS = 35;

/** How far ahead a sender's clock may be. */
export const AHEAD_MINUTES = 5;

const MAX_ID_LENGTH = 255;
const MAX_DIMENSIONS = 20;
const MAX_DIMENSION_NAME = 64;
const MAX_DIMENSION_VALUE = 255;

/** Usage that happened outside the platform, as a tenant tells of it. */
export type ExternalEvent = {
  /** The tenant's own id of it. */
  readonly id: string;
  readonly meter: string;
  /** Decimal text. */
  readonly quantity: string;
  readonly occurredAt: Date;
  readonly dimensions: unknown;
  /** Id of the earlier event that this one takes the place of; null for a new one. */
  readonly replaces: string | null;
};

export type CheckedEvent = { readonly usage: Usage; readonly replaces: string | null };

export type Rejection = { readonly id: string; readonly reason: string };

/** An event's place among all that a tenant's usage is known by: no event of the log's begins like this. */
export function externalSourceId(id: string): string {
  return `event:${id}`;
}

/** The tenant's own id of a record; null for what the platform wrote by itself. */
export function externalIdOf(record: { readonly source: string; readonly sourceId: string }): string | null {
  return record.source !== 'PLATFORM' && record.sourceId.startsWith('event:') ? record.sourceId.slice(6) : null;
}

type Telling = {
  readonly tenantId: TenantId;
  readonly source: 'API' | 'WEBHOOK';
  readonly now: Date;
  readonly meters: ReadonlyMap<string, Meter>;
};

/** The usage that an event tells of, or why it cannot be recorded. */
export function checkEvent(event: ExternalEvent, telling: Telling): Result<CheckedEvent, { kind: 'rejected'; reason: string }> {
  const rejected = (reason: string) => err({ kind: 'rejected' as const, reason });
  const { id, occurredAt, replaces } = event;
  if (!isId(id)) return rejected(`\`id\` must have 1 to ${MAX_ID_LENGTH} characters.`);
  if (replaces !== null && (!isId(replaces) || replaces === id)) return rejected('`replaces` must be the id of another event.');
  const meter = telling.meters.get(event.meter);
  if (meter === undefined) return rejected(`There is no meter ${event.meter.slice(0, 64)}.`);
  if ((PLATFORM_METERS as readonly string[]).includes(meter.code)) return rejected(`The platform alone records ${meter.code}.`);
  const quantity = quantityOf(event, meter);
  if (typeof quantity === 'string') return rejected(quantity);
  const time = timeFault(occurredAt, telling.now);
  if (time !== null) return rejected(time);
  const dimensions = dimensionsOf(event.dimensions);
  if (typeof dimensions === 'string') return rejected(dimensions);
  if (meter.uniqueBy !== null && dimensions[meter.uniqueBy] === undefined) {
    return rejected(`${meter.code} counts values of the dimension ${meter.uniqueBy}, which this event does not have.`);
  }
  const { tenantId, source } = telling;
  const outside = { reverses: null, estimated: false, sessionId: null, episodeId: null, toolCallId: null, cause: null };
  const sourceId = externalSourceId(id);
  return ok({
    usage: { tenantId, meter: meter.code, quantity, occurredAt, source, sourceId, dimensions, ...outside },
    replaces,
  });
}

function isId(id: string): boolean {
  return id.length >= 1 && id.length <= MAX_ID_LENGTH && isStorable(id);
}

/** PostgreSQL keeps neither U+0000 nor half a surrogate pair. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function quantityOf({ quantity: text, replaces }: ExternalEvent, { code, aggregation }: Meter): Decimal | string {
  const quantity = parseDecimal(text);
  if (quantity === null) return '`quantity` must be a decimal number, with up to 28 digits before and 18 after the point.';
  if (quantity.isNegative() && !quantity.isZero()) {
    return '`quantity` must not be negative. To correct an event, send another one that `replaces` it.';
  }
  const isOne = quantity.equals(1) || (replaces !== null && quantity.isZero());
  if (aggregation === 'COUNT' && !isOne) return `${code} counts events: \`quantity\` must be 1.`;
  return quantity;
}

function timeFault(occurredAt: Date, now: Date): string | null {
  if (Number.isNaN(occurredAt.getTime())) return '`occurredAt` must be a time as RFC 3339 writes it.';
  const aheadMs = occurredAt.getTime() - now.getTime();
  if (aheadMs > AHEAD_MINUTES * 60_000) return `\`occurredAt\` lies more than ${AHEAD_MINUTES} minutes in the future.`;
  if (-aheadMs > LATE_DAYS * 86_400_000) return `\`occurredAt\` lies more than ${LATE_DAYS} days in the past.`;
  return null;
}

function dimensionsOf(given: unknown): Readonly<Record<string, string>> | string {
  if (given === null || given === undefined) return {};
  if (typeof given !== 'object' || Array.isArray(given)) return '`dimensions` must be an object.';
  const entries = Object.entries(given);
  if (entries.length > MAX_DIMENSIONS) return `\`dimensions\` may have up to ${MAX_DIMENSIONS} entries.`;
  const dimensions: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (name === '' || name.length > MAX_DIMENSION_NAME || !isStorable(name)) {
      return `The name of a dimension must have 1 to ${MAX_DIMENSION_NAME} characters.`;
    }
    if (!['string', 'number', 'boolean'].includes(typeof value))
      return `The dimension ${name} must be text, a number or a boolean.`;
    const text = String(value);
    if (text.length > MAX_DIMENSION_VALUE || !isStorable(text)) {
      return `The dimension ${name} may have up to ${MAX_DIMENSION_VALUE} characters.`;
    }
    dimensions[name] = text;
  }
  return dimensions;
}
