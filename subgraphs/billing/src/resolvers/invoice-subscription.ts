import { requireTenant } from '@switchyard/kernel/request-context';
import { previewInvoice } from '../commands/preview-invoice.ts';
import type { Context } from '../context.ts';
import { invoiceId } from '../domain/invoice-id.ts';
import type { SubscriptionResolvers } from '../generated/resolvers.ts';
import { livePreview } from '../live-preview.ts';
import type { InvoiceMapper } from '../mappers.ts';

export const invoiceSubscription: Pick<SubscriptionResolvers, 'invoicePreviewChanged'> = {
  invoicePreviewChanged: {
    subscribe: (_root, _args, context) => watched(context),
    resolve: (invoice: InvoiceMapper) => invoice,
  },
};

function watched({ request, database, clock }: Context): AsyncIterableIterator<InvoiceMapper> {
  const tenantId = requireTenant(request, 'BILLING_READ');
  return livePreview<InvoiceMapper>({
    read: () => database.tenant(tenantId, (tx) => previewInvoice(tx, { tenantId, at: null, now: clock.now() })),
    // The id of a preview names all that it counts.
    fingerprint: (invoice) => ('snapshot' in invoice ? invoiceId(invoice.snapshot) : `${invoice.id} ${invoice.state}`),
  });
}
