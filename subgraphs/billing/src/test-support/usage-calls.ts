import type { TenantId } from '@switchyard/kernel/ids';
import { expect } from 'vitest';
import { z } from 'zod';
import type { BillingPlatform } from './billing-platform.ts';

/** When it is, in the tests of usage from outside. */
export const NOW = new Date('2026-11-20T12:00:00.000Z');

export const outcome = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(z.object({ id: z.string(), reason: z.string() })),
});

export type UsageEvent = {
  id: string;
  meter?: string;
  quantity?: string;
  occurredAt?: string;
  dimensions?: unknown;
  replaces?: string;
};

export const RECORD = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { accepted duplicates rejected { id reason } } }`;

/** Records the events, filled up where they leave something out. */
export async function recordUsage(
  platform: BillingPlatform,
  tenantId: TenantId,
  events: readonly UsageEvent[],
): Promise<z.infer<typeof outcome>> {
  const filled = events.map((event) => ({ meter: 'custom_units', quantity: '1', occurredAt: NOW.toISOString(), ...event }));
  const { data, codes } = await platform.ask(tenantId, RECORD, { input: { events: filled } }, ['BILLING_WRITE']);
  expect(codes).toEqual([]);
  return z.object({ recordUsage: outcome }).parse(data).recordUsage;
}

/** What the invoice preview counts on the meter. */
export async function totalOf(
  platform: BillingPlatform,
  tenantId: TenantId,
  { meter, at = null }: { readonly meter: string; readonly at?: string | null },
): Promise<string | undefined> {
  const { data } = await platform.ask(
    tenantId,
    `query ($at: DateTime) { invoicePreview(at: $at) { lineItems { meter quantity } } }`,
    { at },
  );
  const lines = z.object({
    invoicePreview: z.object({ lineItems: z.array(z.object({ meter: z.string().nullable(), quantity: z.string() })) }),
  });
  return lines.parse(data).invoicePreview.lineItems.find((line) => line.meter === meter)?.quantity;
}
