import { idempotencyEntity } from '@switchyard/database/idempotency';
import type { Schema } from '@switchyard/database/schema';
import {
  BillingAccountEntity,
  MeterEntity,
  PlanEntity,
  UsageCounterEntity,
  UsageRecordEntity,
  UsageRollupEntity,
  UsageValueEntity,
  WebhookSourceEntity,
} from './entities.ts';
import {
  CreditGrantEntity,
  CreditNoteEntity,
  CreditUseEntity,
  DiscountEntity,
  InvoiceCollectionEntity,
  InvoiceEntity,
  InvoiceLineEntity,
  InvoicingEntity,
  PaymentEventEntity,
  PaymentMethodEntity,
  PlanChangeEntity,
  RefundEntity,
} from './invoice-entities.ts';
import { Migration20261123023440 } from './migrations/Migration20261123023440.ts';
import { Migration20261123040000 } from './migrations/Migration20261123040000.ts';
import { Migration20261125023525 } from './migrations/Migration20261125023525.ts';
import { Migration20261125030240 } from './migrations/Migration20261125030240.ts';
import { Migration20261125030403 } from './migrations/Migration20261125030403.ts';
import { Migration20261125032837 } from './migrations/Migration20261125032837.ts';
import {
  BudgetEntity,
  NotificationEndpointEntity,
  NotificationEntity,
  QuotaCrossingEntity,
  QuotaHoldEntity,
  QuotaUsageEntity,
} from './quota-entities.ts';

/** Everything that the billing subgraph keeps. */
export const SCHEMA: Schema = {
  name: 'billing',
  entities: [
    MeterEntity,
    PlanEntity,
    BillingAccountEntity,
    UsageRecordEntity,
    UsageCounterEntity,
    UsageRollupEntity,
    UsageValueEntity,
    WebhookSourceEntity,
    PlanChangeEntity,
    InvoicingEntity,
    CreditGrantEntity,
    CreditUseEntity,
    DiscountEntity,
    InvoiceEntity,
    InvoiceLineEntity,
    InvoiceCollectionEntity,
    CreditNoteEntity,
    PaymentMethodEntity,
    PaymentEventEntity,
    RefundEntity,
    QuotaHoldEntity,
    QuotaUsageEntity,
    QuotaCrossingEntity,
    BudgetEntity,
    NotificationEndpointEntity,
    NotificationEntity,
    idempotencyEntity(),
  ],
  migrations: [
    { name: 'Migration20261123023440', class: Migration20261123023440 },
    { name: 'Migration20261123040000', class: Migration20261123040000 },
    { name: 'Migration20261125023525', class: Migration20261125023525 },
    { name: 'Migration20261125030403', class: Migration20261125030403 },
    { name: 'Migration20261125032837', class: Migration20261125032837 },
    { name: 'Migration20261125030240', class: Migration20261125030240 },
  ],
};
