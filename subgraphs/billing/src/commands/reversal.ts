import { Decimal } from '@switchyard/kernel/decimal';
import type { Usage, UsageSource } from '../domain/usage.ts';
import type { UsageRecordRow } from '../store/entities.ts';

/** The record that takes another one back: the same usage, negated, at the same time. Each is taken back once at most. */
export function reversalOf(record: UsageRecordRow, source: UsageSource): Usage {
  const { tenantId, meter, occurredAt, dimensions, estimated } = record;
  return {
    tenantId,
    meter,
    quantity: new Decimal(record.quantity).negated(),
    occurredAt,
    source,
    sourceId: `reverses:${record.id}`,
    reverses: record.id,
    dimensions,
    estimated,
    sessionId: record.sessionId ?? null,
    episodeId: record.episodeId ?? null,
    toolCallId: record.toolCallId ?? null,
    cause: null,
  };
}
