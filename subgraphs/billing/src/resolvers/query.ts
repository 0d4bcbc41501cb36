import { formatDecimal } from '@switchyard/kernel/decimal';
import { badInput } from '@switchyard/kernel/errors';
import { parseId, type UsageRecordId } from '@switchyard/kernel/ids';
import { requireTenant } from '@switchyard/kernel/request-context';
import { connectionOf, type Page, pageOf } from '@switchyard/runtime/connection';
import { previewInvoice } from '../commands/preview-invoice.ts';
import { webhookSources } from '../commands/webhook-sources.ts';
import { requireReaderOrOperator } from '../context.ts';
import { finestFor, fits, MAX_BUCKETS, type TimeRange } from '../domain/time-range.ts';
import type { InvoiceStatus, QueryUsageArgs, Resolvers } from '../generated/resolvers.ts';
import { accountOf } from '../store/accounts.ts';
import { type InvoicesAsked, listInvoices } from '../store/invoices.ts';
import { allMeters, currentPlans } from '../store/plans.ts';
import { newestRecords, type RecordPosition } from '../store/usage-records.ts';
import { usageByBucket } from '../store/usage-totals.ts';
import { findAnyInvoice, findAnyLine } from './invoice-look-ups.ts';
import { usageRecordConnection } from './usage-record.ts';

export const queryResolvers: Pick<Resolvers, 'Query'> = {
  Query: {
    plans: async (_, __, { request, read }) => {
      requireReaderOrOperator(request);
      return await read(currentPlans);
    },
    meters: async (_, __, { request, read }) => {
      requireReaderOrOperator(request);
      return await read(allMeters);
    },
    billing: async (_, __, { request, read }) => {
      const tenantId = requireTenant(request, 'BILLING_READ');
      return await read((tx) => accountOf(tx, tenantId));
    },
    usage: async (_, args, { request, read }) => {
      requireTenant(request, 'BILLING_READ');
      const asked = bucketsAsked(args);
      const buckets = await read((tx) => usageByBucket(tx, asked));
      return buckets.map(({ at, meter, quantity }) => ({ at: at.toISOString(), meter, quantity: formatDecimal(quantity) }));
    },
    usageRecords: async (_, args, { request, read }) => {
      requireTenant(request, 'BILLING_READ');
      const page = pageOf('usageRecords', args);
      const asked = { meter: args.meter ?? null, range: args.range == null ? null : rangeOf(args.range) };
      const rows = await read((tx) => newestRecords(tx, { ...asked, after: positionOf(page), limit: page.first + 1 }));
      return usageRecordConnection('usageRecords', page, rows, ({ occurredAt, id }) => `${occurredAt.toISOString()} ${id}`);
    },
    invoicePreview: async (_, { at }, { request, read, clock }) => {
      const tenantId = requireTenant(request, 'BILLING_READ');
      return await read((tx) => previewInvoice(tx, { tenantId, at: at == null ? null : new Date(at), now: clock.now() }));
    },
    webhookSources: async (_, __, { request, read }) => {
      requireTenant(request, 'BILLING_READ');
      return [...(await read(webhookSources))];
    },
    invoice: async (_, { id }, context) => await findAnyInvoice(id, requireTenant(context.request, 'BILLING_READ'), context),
    invoiceLineItem: async (_, { id }, context) => await findAnyLine(id, requireTenant(context.request, 'BILLING_READ'), context),
    invoices: async (_, args, { request, read }) => {
      const tenantId = requireTenant(request, 'BILLING_READ');
      const page = pageOf('invoices', args);
      const before = page.after === null ? null : Number(page.after);
      if (Number.isNaN(before)) throw badInput('`after` is not a cursor of this list.', 'after');
      const state = args.status == null ? null : stateOf(args.status);
      if (state === 'NONE') return { edges: [], pageInfo: connectionOf('invoices', page, [], () => '').pageInfo };
      const rows = await read((tx) => listInvoices(tx, tenantId, { state, before, limit: page.first + 1 }));
      const { edges, pageInfo } = connectionOf('invoices', page, rows, (invoice) => String(invoice.number));
      return { edges: [...edges], pageInfo };
    },
  },
};

/** Previews and drafts are not kept. */
function stateOf(status: InvoiceStatus): InvoicesAsked['state'] | 'NONE' {
  if (status === 'PREVIEW' || status === 'DRAFT') return 'NONE';
  return status === 'ISSUED' ? 'OPEN' : status;
}

function bucketsAsked({ range: text, granularity, meter }: QueryUsageArgs) {
  const range = rangeOf(text);
  if (granularity != null && !fits(range, granularity)) {
    throw badInput(
      `The range has more than ${MAX_BUCKETS} buckets of a ${granularity}. Ask for ${finestFor(range)}, or less time.`,
      'granularity',
    );
  }
  return { range, granularity: granularity ?? finestFor(range), meter: meter ?? null };
}

function rangeOf({ from, to }: { readonly from: string; readonly to: string }): TimeRange {
  const range = { from: new Date(from), to: new Date(to) };
  if (range.from >= range.to) throw badInput('`range.from` must lie before `range.to`.', 'range');
  return range;
}

function positionOf({ after }: Page): RecordPosition | null {
  if (after === null) return null;
  const [at = '', id = ''] = after.split(' ');
  const recordId = parseId<UsageRecordId>(id);
  const occurredAt = new Date(at);
  if (recordId === null || Number.isNaN(occurredAt.getTime())) throw badInput('`after` is not a cursor of this list.', 'after');
  return { occurredAt, id: recordId };
}
