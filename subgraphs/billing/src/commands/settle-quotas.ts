import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import type { UsageRecord } from '../domain/allocation.ts';
import { holdsEndedBy } from '../domain/quota-holds.ts';
import type { QuotaStore } from '../store/quota-store/quota-store.ts';
import { addSubjectUsage, type SubjectUsage } from '../store/quota-usage.ts';
import { type CrossingServices, tellCrossings } from './tell-crossings.ts';

export type SettleServices = CrossingServices & { readonly store: QuotaStore };

/**
 * Ends the reservations that these events put an end to, in the transaction that has just recorded their usage, and tells of
 * the limits that it has come near.
 */
export async function settleQuotas(
  services: SettleServices,
  tx: Tx,
  events: readonly EventEnvelope[],
  records: readonly UsageRecord[],
  now: Date,
): Promise<void> {
  const ends = events.flatMap((event) => holdsEndedBy(event).map((end) => ({ ...end, eventId: event.id })));
  const held = await services.store.end(tx, ends);
  const subjects = held.flatMap((hold): SubjectUsage[] => {
    const { tenantId, meter, apiKeyId, endUserId } = hold;
    const eventId = ends.find((end) => end.key === hold.key)?.eventId;
    const record = records.find((each) => each.cause?.id === eventId && each.meter === meter);
    if (record === undefined) return [];
    const used = { tenantId, meter, quantity: record.quantity, at: record.occurredAt };
    return [
      ...(apiKeyId === null ? [] : [{ ...used, subject: `key:${apiKeyId}` }]),
      ...(endUserId === null ? [] : [{ ...used, subject: `user:${endUserId}` }]),
    ];
  });
  await addSubjectUsage(tx, subjects);
  for (const [tenantId, own] of Map.groupBy(records, (record) => record.tenantId)) {
    await tellCrossings(services, tx, tenantId as TenantId, { records: own, now });
  }
}
