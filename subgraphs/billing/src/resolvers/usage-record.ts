import { parseId, type UsageRecordId } from '@switchyard/kernel/ids';
import { requireTenant } from '@switchyard/kernel/request-context';
import { connectionOf, type Page } from '@switchyard/runtime/connection';
import { externalIdOf } from '../domain/external-usage.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { UsageRecordRow } from '../store/entities.ts';
import { issuedItem } from './issued-item.ts';

export const usageRecordResolvers: Pick<Resolvers, 'UsageRecord'> = {
  UsageRecord: {
    __resolveReference: async ({ id }, { request, loaders }) => {
      requireTenant(request, 'BILLING_READ');
      const recordId = parseId<UsageRecordId>(id);
      return recordId === null ? null : await loaders.usageRecord.load(recordId);
    },
    externalId: externalIdOf,
    reverses: async ({ reverses }, _, { loaders }) => (reverses == null ? null : await loaders.usageRecord.load(reverses)),
    occurredAt: ({ occurredAt }) => occurredAt.toISOString(),
    recordedAt: ({ recordedAt }) => recordedAt.toISOString(),
    invoiceLineItem: async (record, _, { loaders }) => {
      const row = await loaders.lineOfRecord.load(record);
      const invoice = row === null ? null : await loaders.invoice.load(row.invoiceId);
      return row === null || invoice === null ? null : issuedItem(row, invoice.currency);
    },
    episode: ({ episodeId }) => (episodeId == null ? null : { id: episodeId }),
    toolCall: ({ toolCallId }) => (toolCallId == null ? null : { id: toolCallId }),
  },
};

/** @param rows up to `page.first + 1`, in the list's order. */
export function usageRecordConnection(
  list: string,
  page: Page,
  rows: readonly UsageRecordRow[],
  keyOf: (row: UsageRecordRow) => string,
): { edges: { cursor: string; node: UsageRecordRow }[]; pageInfo: ReturnType<typeof connectionOf>['pageInfo'] } {
  const { edges, pageInfo } = connectionOf(list, page, rows, keyOf);
  return { edges: [...edges], pageInfo };
}
