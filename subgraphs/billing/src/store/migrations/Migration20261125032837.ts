import { Migration } from '@mikro-orm/migrations';

export class Migration20261125032837 extends Migration {
  override name = 'Migration20261125032837';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "billing"."payment_event" ("tenant_id" uuid not null, "provider" text not null, "event_id" text not null, "received_at" timestamptz(3) not null, primary key ("tenant_id", "provider", "event_id"));`,
    );

    this.addSql(
      `create table "billing"."payment_method" ("tenant_id" uuid not null, "provider" text not null, "customer" text not null, "payment_method" text not null, "attached_at" timestamptz(3) not null, primary key ("tenant_id"));`,
    );

    this.addSql(
      `create table "billing"."refund" ("tenant_id" uuid not null, "credit_note_id" uuid not null, "invoice_id" uuid not null, "amount" numeric(38,18) not null, "provider_reference" text null, "failure" text null, "next_attempt_at" timestamptz(3) null, primary key ("tenant_id", "credit_note_id"));`,
    );
    this.addSql(`create index "refund_due" on "billing"."refund" ("next_attempt_at") where next_attempt_at is not null;`);

    this.addSql(
      `alter table "billing"."payment_event" add constraint "payment_event_provider_check" check ("provider" in ('STRIPE', 'BRAINTREE'));`,
    );
    this.addSql(`alter table "billing"."payment_event" enable row level security;`);
    this.addSql(`alter table "billing"."payment_event" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."payment_event" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."payment_event" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."payment_method" add constraint "payment_method_provider_check" check ("provider" in ('STRIPE', 'BRAINTREE'));`,
    );
    this.addSql(`alter table "billing"."payment_method" enable row level security;`);
    this.addSql(`alter table "billing"."payment_method" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."payment_method" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."payment_method" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "billing"."refund" enable row level security;`);
    this.addSql(`alter table "billing"."refund" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."refund" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."refund" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "billing"."payment_event" cascade;`);
    this.addSql(`drop table if exists "billing"."payment_method" cascade;`);
    this.addSql(`drop table if exists "billing"."refund" cascade;`);
  }
}
