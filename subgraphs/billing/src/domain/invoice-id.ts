import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Decimal, formatDecimal, parseDecimal } from '@switchyard/kernel/decimal';
import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { z } from 'zod';
import type { NamedDiscount } from './invoice-terms.ts';
import type { CountedStretch, InvoiceSnapshot } from './usage-snapshot.ts';

/**
 * The ids of a preview and of its lines are the snapshot that they were made from, written down: nothing has to be kept for
 * a line to be found again, and a line's records stay the ones that it was made of.
 */
const time = z.int().transform((ms, check) => {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) check.addIssue({ code: 'custom', message: 'no time' });
  return date;
});
const decimal = z.string().transform((text, check) => {
  const value = parseDecimal(text);
  if (value === null) check.addIssue({ code: 'custom', message: 'no decimal' });
  return value ?? new Decimal(0);
});
const numbers = z.array(z.tuple([z.string(), z.int().positive()])).max(1000);
const stretch = z.tuple([z.uuid(), time, time, time, z.boolean(), time.nullable(), numbers, numbers]);
const discount = z.tuple([z.string(), z.enum(['%', '-']), decimal]);
const written = z.tuple([z.uuid(), time, z.array(stretch).max(1000), decimal, z.array(discount).max(100), decimal, z.string()]);

const PREFIX = 'preview_';
const MAX_BYTES = 262_144;

/** @param line key of the line; empty for the invoice itself. */
export function invoiceId({ tenantId, periodStart, stretches, terms }: InvoiceSnapshot, line = ''): string {
  const parts: z.input<typeof written> = [
    tenantId,
    periodStart.getTime(),
    stretches.map((each) => [
      each.planId,
      each.periodStart.getTime(),
      each.end.getTime(),
      each.feeFrom.getTime(),
      each.isLate,
      each.until?.getTime() ?? null,
      [...each.upTo],
      [...each.after],
    ]),
    formatDecimal(terms.taxPercent),
    terms.discounts.map(writtenDiscount),
    formatDecimal(terms.creditBalance),
    line,
  ];
  return PREFIX + deflateRawSync(JSON.stringify(parts)).toString('base64url');
}

/** What an id stands for; null for text that is none. */
export function parseInvoiceId(id: string): { readonly snapshot: InvoiceSnapshot; readonly line: string } | null {
  const { success, data } = written.safeParse(jsonOf(id));
  if (!success) return null;
  const [tenant, periodStart, stretches, taxPercent, discounts, creditBalance, line] = data;
  const tenantId = parseId<TenantId>(tenant);
  if (tenantId === null) return null;
  const terms = { taxPercent, discounts: discounts.map(readDiscount), creditBalance };
  const counted = stretches.map(([planId, start, end, feeFrom, isLate, until, upTo, after]): CountedStretch => {
    return { tenantId, planId, periodStart: start, end, feeFrom, isLate, until, upTo: new Map(upTo), after: new Map(after) };
  });
  return { snapshot: { tenantId, periodStart, stretches: counted, terms }, line };
}

function writtenDiscount({ code, discount: of }: NamedDiscount): z.input<typeof discount> {
  return 'percentOff' in of ? [code, '%', formatDecimal(of.percentOff)] : [code, '-', formatDecimal(of.amountOff)];
}

function readDiscount([code, kind, value]: z.output<typeof discount>): NamedDiscount {
  return { code, discount: kind === '%' ? { percentOff: value } : { amountOff: value } };
}

function jsonOf(id: string): unknown {
  if (!id.startsWith(PREFIX)) return null;
  try {
    const bytes = Buffer.from(id.slice(PREFIX.length), 'base64url');
    return JSON.parse(inflateRawSync(bytes, { maxOutputLength: MAX_BYTES }).toString('utf8'));
  } catch {
    return null;
  }
}
