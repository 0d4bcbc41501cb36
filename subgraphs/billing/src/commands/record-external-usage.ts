import type { Tx } from '@switchyard/database/database';
import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import {
  type CheckedEvent,
  checkEvent,
  type ExternalEvent,
  externalSourceId,
  LATE_DAYS,
  MAX_EVENTS,
  type Rejection,
} from '../domain/external-usage.ts';
import type { Usage } from '../domain/usage.ts';
import { meterMap } from '../store/plans.ts';
import { onlyNew } from '../store/usage-ledger.ts';
import { type Replaceable, replaceableRecords } from '../store/usage-records.ts';
import { addRecords, type Recorded, takeLedger } from './record-usage.ts';
import { guardQuotas } from './refuse-over-quota.ts';
import { reversalOf } from './reversal.ts';
import { type CrossingServices, tellCrossings } from './tell-crossings.ts';

export type ExternalUsage = {
  readonly tenantId: TenantId;
  readonly source: 'API' | 'WEBHOOK';
  readonly events: readonly ExternalEvent[];
  readonly now: Date;
  /** The API key that told of it. */
  readonly apiKeyId: string | null;
};

export type ExternalOutcome = Recorded & {
  /** Events that are recorded now, and were not before. */
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
};

/**
 * Records usage that happened outside the platform. An event that was told before is a duplicate, whatever it says now; one
 * that replaces another takes that one's record back. What cannot be recorded is rejected by itself, with its reason.
 * A call that does not fit into a hard limit is refused whole: nothing of it is recorded.
 * @throws PlatformError BAD_USER_INPUT for more than {@link MAX_EVENTS} events; QUOTA_EXCEEDED, RATE_LIMITED.
 */
export async function recordExternalUsage(services: CrossingServices, tx: Tx, told: ExternalUsage): Promise<ExternalOutcome> {
  const { tenantId, events, now } = told;
  if (events.length > MAX_EVENTS) throw badInput(`Send up to ${MAX_EVENTS} events at a time.`, 'events');
  const rejected: Rejection[] = [];
  const checked: CheckedEvent[] = [];
  const meters = await meterMap(tx);
  for (const event of events) {
    const result = checkEvent(event, { ...told, meters });
    if (result.ok) checked.push(result.value);
    else rejected.push({ id: event.id, reason: result.error.reason });
  }
  if (checked.length === 0) return { records: [], accepted: 0, duplicates: 0, rejected };
  const metersTold = checked.map(({ usage }) => usage.meter);
  const guard = await guardQuotas(tx, { ...services, tenantId, now }, metersTold);
  await takeLedger(tx, [tenantId], now);
  const fresh = new Set(
    await onlyNew(
      tx,
      checked.map(({ usage }) => usage),
    ),
  );
  const news = checked.filter(({ usage }) => fresh.has(usage));
  const { usage, refused } = await withReversals(tx, told, news);
  const records = await addRecords(tx, usage, now);
  await guard.check(records, told.apiKeyId);
  await tellCrossings(services, tx, tenantId, { records, now });
  return {
    records,
    accepted: news.length - refused.length,
    duplicates: checked.length - news.length,
    rejected: [...rejected, ...refused],
  };
}

/** Each event that replaces another one, behind the record that takes that one back. */
async function withReversals(
  tx: Tx,
  { source, now }: ExternalUsage,
  news: readonly CheckedEvent[],
): Promise<{ readonly usage: readonly Usage[]; readonly refused: readonly Rejection[] }> {
  const wanted = news.flatMap(({ replaces }) => (replaces === null ? [] : [externalSourceId(replaces)]));
  const found = await replaceableRecords(tx, wanted);
  const usage: Usage[] = [];
  const refused: Rejection[] = [];
  const taken = new Set<string>();
  for (const event of news) {
    if (event.replaces !== null) {
      const record = found.get(externalSourceId(event.replaces));
      const reason = refusalOf(event.replaces, record, { taken, now });
      if (reason !== null || record === undefined) {
        refused.push({ id: event.usage.sourceId.slice(externalSourceId('').length), reason: reason ?? '' });
        continue;
      }
      taken.add(record.id);
      usage.push(reversalOf(record, source));
    }
    usage.push(event.usage);
  }
  return { usage, refused };
}

function refusalOf(
  replaces: string,
  record: Replaceable | undefined,
  { taken, now }: { readonly taken: ReadonlySet<string>; readonly now: Date },
): string | null {
  if (record === undefined)
    return `There is no event ${replaces.slice(0, 64)} that could be replaced; one of the same call cannot be.`;
  if (record.isReversed || taken.has(record.id)) return `The event ${replaces.slice(0, 64)} has been replaced already.`;
  const tooOld = now.getTime() - record.occurredAt.getTime() > LATE_DAYS * 86_400_000;
  return tooOld ? `The event ${replaces.slice(0, 64)} is too old to be replaced.` : null;
}
