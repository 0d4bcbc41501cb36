import type { Tx } from '@switchyard/database/database';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { NotificationEndpointEntity, type NotificationEndpointRow, NotificationEntity } from './quota-entities.ts';

/** What a tenant's endpoints are told, in the form that Standard Webhooks recommends: {type, timestamp, data}. */
export type NotificationToSend = { readonly type: string; readonly at: Date; readonly data: unknown };

/** Queued in the transaction that makes them true: they are sent if and only if it commits. */
export async function queueNotifications(tx: Tx, tenantId: TenantId, told: readonly NotificationToSend[]): Promise<void> {
  const endpoints = await tx.em.find(NotificationEndpointEntity, { tenantId });
  for (const { type, at, data } of told) {
    const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
    for (const endpoint of endpoints) {
      tx.em.create(NotificationEntity, {
        id: newId(),
        tenantId,
        endpointId: endpoint.id,
        type,
        body,
        attempts: 0,
        dueAt: at,
        createdAt: at,
      });
    }
  }
  await tx.em.flush();
}

/** One that is due, and the endpoint that it goes to. */
export type DueNotification = {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly body: string;
  /** Of this attempt, from 1. */
  readonly attempt: number;
  readonly endpoint: Pick<NotificationEndpointRow, 'url' | 'secret'>;
};

/**
 * Takes up to `limit` that are due. Each is put off until `leaseUntil` before it is sent: whoever takes it and crashes leaves it
 * to the next one, and two never send the same at once.
 */
export async function takeDue(
  tx: Tx,
  asked: { readonly now: Date; readonly leaseUntil: Date; readonly limit: number },
): Promise<readonly DueNotification[]> {
  const rows = await tx.query<{ id: string; tenantId: TenantId; body: string; attempt: number; url: string; secret: Buffer }>(
    `with due as (
       select id from billing.notification where due_at <= $1 order by due_at limit $3 for update skip locked),
     taken as (
       update billing.notification as notification set attempts = attempts + 1, due_at = $2
         from due where notification.id = due.id
       returning notification.*)
     select taken.id, taken.tenant_id as "tenantId", taken.body, taken.attempts as attempt, endpoint.url, endpoint.secret
       from taken join billing.notification_endpoint as endpoint on endpoint.id = taken.endpoint_id`,
    [asked.now, asked.leaseUntil, asked.limit],
  );
  return rows.map(({ url, secret, ...rest }) => ({ ...rest, endpoint: { url, secret } }));
}

/** @param next when to try again; null: not again. @param error null: it was delivered. */
export async function noteAttempt(
  tx: Tx,
  id: string,
  outcome: { readonly at: Date; readonly error: string | null; readonly next: Date | null },
): Promise<void> {
  await tx.query(
    `update billing.notification set due_at = $2, last_error = $3, delivered_at = case when $3::text is null then $4::timestamptz end where id = $1`,
    [id, outcome.next, outcome.error, outcome.at],
  );
}
