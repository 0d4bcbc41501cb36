import type { TenantId } from '@switchyard/kernel/ids';
import type { InvoicePreview } from './commands/preview-invoice.ts';
import type { InvoiceLine } from './domain/invoice-lines.ts';
import type { Plan } from './domain/plan.ts';
import type { CreditGrant } from './domain/pricing/adjustments.ts';
import type { Price } from './domain/pricing/price.ts';
import type { QuotaRule, QuotaStatus } from './domain/quota.ts';
import type { PlanChange } from './domain/stretch.ts';
import type { Account } from './store/accounts.ts';
import type { UsageRecordRow, WebhookSourceRow } from './store/entities.ts';
import type { CreditNoteRow } from './store/invoice-entities.ts';
import type { IssuedInvoice } from './store/invoices.ts';
import type { NotificationEndpointRow } from './store/quota-entities.ts';

// What stands behind each type of the graph while a query runs: `<Type>Mapper`, read by codegen.ts.

/** Of another subgraph: all that is known here is which one. */
export type TenantMapper = { readonly id: TenantId };
export type EpisodeMapper = { readonly id: string };
export type ToolCallMapper = { readonly id: string };

export type PlanMapper = Plan;
export type PriceMapper = Price;
export type BillingAccountMapper = Account;
export type UsageRecordMapper = UsageRecordRow;
export type WebhookSourceMapper = WebhookSourceRow;
export type InvoiceMapper = InvoicePreview | IssuedInvoice;
export type InvoiceLineItemMapper = InvoiceLine & { readonly id: string; readonly tenantId: TenantId; readonly currency: string };
export type CreditNoteMapper = CreditNoteRow & { readonly currency: string };
export type CreditGrantMapper = CreditGrant & { readonly currency: string };
export type PlanMoveMapper = PlanChange;
export type QuotaRuleMapper = QuotaRule;
export type QuotaStatusMapper = QuotaStatus;
export type NotificationEndpointMapper = NotificationEndpointRow;
