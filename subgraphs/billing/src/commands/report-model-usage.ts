import type { Tx } from '@switchyard/database/database';
import { Decimal } from '@switchyard/kernel/decimal';
import { badInput, notFound } from '@switchyard/kernel/errors';
import { type EpisodeId, parseId, type TenantId } from '@switchyard/kernel/ids';
import type { Usage } from '../domain/usage.ts';
import type { UsageRecordRow } from '../store/entities.ts';
import { onlyNew } from '../store/usage-ledger.ts';
import { estimatesOfCall, recordsById } from '../store/usage-records.ts';
import { addRecords, takeLedger } from './record-usage.ts';
import { reversalOf } from './reversal.ts';

export type ModelUsageReport = {
  readonly tenantId: TenantId;
  readonly episodeId: string;
  readonly modelCallId: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/**
 * Puts what a provider counted in the place of what was estimated when its stream was cut: the estimates are taken back, and
 * the count is recorded, at the same time. Told again, it changes nothing.
 * @returns the records that stand for the call now.
 * @throws PlatformError NOT_FOUND when no estimate of the call was ever recorded; BAD_USER_INPUT.
 */
export async function reportModelUsage(tx: Tx, report: ModelUsageReport, now: Date): Promise<readonly UsageRecordRow[]> {
  const { tenantId, modelCallId, inputTokens, outputTokens } = report;
  if (inputTokens < 0 || outputTokens < 0) throw badInput('Tokens cannot be negative.');
  const episodeId = parseId<EpisodeId>(report.episodeId);
  await takeLedger(tx, [tenantId], now);
  const estimates = episodeId === null ? [] : await estimatesOfCall(tx, { tenantId, episodeId, modelCallId });
  const [first] = estimates;
  if (first === undefined) throw notFound('estimated usage of the model call', modelCallId);
  const { modelCallId: _estimatedOnly, ...dimensions } = first.dimensions;
  const counted = (meter: 'input_tokens' | 'output_tokens', tokens: number): Usage => ({
    ...reversalOf(first, 'PLATFORM'),
    meter,
    quantity: new Decimal(tokens),
    sourceId: `reported:${modelCallId}:${meter}`,
    reverses: null,
    dimensions,
    estimated: false,
  });
  const reported = [counted('input_tokens', inputTokens), counted('output_tokens', outputTokens)];
  const usage = [...estimates.map((estimate) => reversalOf(estimate, 'PLATFORM')), ...reported];
  const records = await addRecords(tx, await onlyNew(tx, usage), now);
  return await recordsById(
    tx,
    records.filter((record) => record.reverses === null).map((record) => record.id),
  );
}
