import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { z } from 'zod';
import type { UsageSnapshot } from './usage-snapshot.ts';

/**
 * The ids of a preview and of its lines are the snapshot that they were made from, written down: nothing has to be kept for
 * a line to be found again, and a line's records stay the ones that it was made of.
 */
const written = z.tuple([
  z.uuid(),
  z.uuid(),
  z.int(),
  z.int().nullable(),
  z.array(z.tuple([z.string(), z.int().positive()])).max(1000),
  z.string(),
]);

/** @param line key of the line; empty for the invoice itself. */
export function invoiceId(snapshot: UsageSnapshot, line = ''): string {
  const { tenantId, planId, periodStart, until, upTo } = snapshot;
  const parts: z.infer<typeof written> = [tenantId, planId, periodStart.getTime(), until?.getTime() ?? null, [...upTo], line];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What an id stands for; null for text that is none. */
export function parseInvoiceId(id: string): { readonly snapshot: UsageSnapshot; readonly line: string } | null {
  const { success, data } = written.safeParse(jsonOf(id));
  if (!success) return null;
  const [tenant, planId, periodStart, until, upTo, line] = data;
  const tenantId = parseId<TenantId>(tenant);
  const [start, end] = [new Date(periodStart), until === null ? null : new Date(until)];
  if (tenantId === null || Number.isNaN(start.getTime()) || Number.isNaN(end?.getTime() ?? 0)) return null;
  return { snapshot: { tenantId, planId, periodStart: start, until: end, upTo: new Map(upTo) }, line };
}

function jsonOf(id: string): unknown {
  try {
    return JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
