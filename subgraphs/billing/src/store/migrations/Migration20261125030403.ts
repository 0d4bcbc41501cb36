import { Migration } from '@mikro-orm/migrations';

export class Migration20261125030403 extends Migration {
  override name = 'Migration20261125030403';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "billing"."credit_grant" ("id" uuid not null, "tenant_id" uuid not null, "amount" numeric(38,18) not null, "currency" text not null, "reason" text not null, "expires_at" timestamptz(3) null, "granted_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `create index "credit_grant_tenant_id_granted_at_index" on "billing"."credit_grant" ("tenant_id", "granted_at");`,
    );

    this.addSql(
      `create table "billing"."credit_note" ("id" uuid not null, "tenant_id" uuid not null, "number" int not null, "invoice_id" uuid not null, "amount" numeric(38,18) not null, "tax" numeric(38,18) not null, "total" numeric(38,18) not null, "reason" text not null, "issued_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "credit_note_tenant_id_invoice_id_index" on "billing"."credit_note" ("tenant_id", "invoice_id");`);
    this.addSql(`alter table "billing"."credit_note" add constraint "credit_note_number" unique ("tenant_id", "number");`);

    this.addSql(
      `create table "billing"."credit_use" ("tenant_id" uuid not null, "grant_id" uuid not null, "invoice_id" uuid not null, "amount" numeric(38,18) not null, primary key ("tenant_id", "grant_id", "invoice_id"));`,
    );

    this.addSql(
      `create table "billing"."discount" ("id" uuid not null, "tenant_id" uuid not null, "code" text not null, "percent_off" numeric(38,18) null, "amount_off" numeric(38,18) null, "starts_at" timestamptz(3) not null, "ends_at" timestamptz(3) null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "billing"."discount" add constraint "discount_tenant_id_code_unique" unique ("tenant_id", "code");`);

    this.addSql(
      `create table "billing"."invoice" ("id" uuid not null, "tenant_id" uuid not null, "number" int not null, "period_start" timestamptz(3) not null, "period_end" timestamptz(3) not null, "currency" text not null, "subtotal" numeric(38,18) not null, "credits" numeric(38,18) not null, "tax" numeric(38,18) not null, "total" numeric(38,18) not null, "tax_percent" numeric(38,18) not null, "issued_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "billing"."invoice" add constraint "invoice_number" unique ("tenant_id", "number");`);
    this.addSql(`alter table "billing"."invoice" add constraint "invoice_period" unique ("tenant_id", "period_end");`);

    this.addSql(
      `create table "billing"."invoice_collection" ("tenant_id" uuid not null, "invoice_id" uuid not null, "state" text not null, "provider" text null, "provider_reference" text null, "attempts" int not null, "next_attempt_at" timestamptz(3) null, "failure" text null, "paid_at" timestamptz(3) null, "as_of" timestamptz(3) not null, primary key ("tenant_id", "invoice_id"));`,
    );
    this.addSql(
      `create index "invoice_collection_due" on "billing"."invoice_collection" ("next_attempt_at") where next_attempt_at is not null;`,
    );
    this.addSql(
      `create index "invoice_collection_reference" on "billing"."invoice_collection" ("provider", "provider_reference") where provider_reference is not null;`,
    );

    this.addSql(
      `create table "billing"."invoice_line" ("id" uuid not null, "tenant_id" uuid not null, "invoice_id" uuid not null, "position" int not null, "key" text not null, "description" text not null, "meter" text null, "quantity" numeric(38,18) not null, "unit_amount" numeric(38,18) null, "amount" numeric(38,18) not null, "stretch_start" timestamptz(3) null, "after_seq" bigint null, "up_to_seq" bigint null, primary key ("id"));`,
    );
    this.addSql(
      `create index "invoice_line_records" on "billing"."invoice_line" ("tenant_id", "meter", "stretch_start", "up_to_seq");`,
    );
    this.addSql(
      `alter table "billing"."invoice_line" add constraint "invoice_line_position" unique ("tenant_id", "invoice_id", "position");`,
    );

    this.addSql(
      `create table "billing"."invoicing" ("tenant_id" uuid not null, "closed_until" timestamptz(3) null, "invoices" int not null, "credit_notes" int not null, "tax_percent" numeric(38,18) not null, primary key ("tenant_id"));`,
    );

    this.addSql(
      `create table "billing"."plan_change" ("tenant_id" uuid not null, "starts_at" timestamptz(3) not null, "plan_id" uuid not null, "created_at" timestamptz(3) not null, primary key ("tenant_id", "starts_at"));`,
    );

    this.addSql(
      `alter table "billing"."plan" add "trial_days" int not null default 0, add "proration_unit" text not null default 'SECOND';`,
    );
    this.addSql(
      `alter table "billing"."plan" add constraint "plan_proration_unit_check" check ("proration_unit" in ('SECOND', 'DAY'));`,
    );

    this.addSql(`alter table "billing"."usage_counter" add "invoiced" bigint not null default '0';`);

    this.addSql(
      `create or replace function "billing"."credit_grant_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."credit_grant" for each STATEMENT execute function "billing"."credit_grant_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."credit_grant" enable row level security;`);
    this.addSql(`alter table "billing"."credit_grant" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."credit_grant" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."credit_grant" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `create or replace function "billing"."credit_note_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."credit_note" for each STATEMENT execute function "billing"."credit_note_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."credit_note" enable row level security;`);
    this.addSql(`alter table "billing"."credit_note" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."credit_note" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."credit_note" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `create or replace function "billing"."credit_use_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."credit_use" for each STATEMENT execute function "billing"."credit_use_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."credit_use" enable row level security;`);
    this.addSql(`alter table "billing"."credit_use" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."credit_use" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."credit_use" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `create or replace function "billing"."discount_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."discount" for each STATEMENT execute function "billing"."discount_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."discount" enable row level security;`);
    this.addSql(`alter table "billing"."discount" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."discount" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."discount" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `create or replace function "billing"."invoice_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."invoice" for each STATEMENT execute function "billing"."invoice_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."invoice" enable row level security;`);
    this.addSql(`alter table "billing"."invoice" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."invoice" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."invoice" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."invoice_collection" add constraint "invoice_collection_state_check" check ("state" in ('OPEN', 'PAID', 'PAYMENT_FAILED', 'VOID'));`,
    );
    this.addSql(
      `alter table "billing"."invoice_collection" add constraint "invoice_collection_provider_check" check ("provider" in ('STRIPE', 'BRAINTREE'));`,
    );
    this.addSql(`alter table "billing"."invoice_collection" enable row level security;`);
    this.addSql(`alter table "billing"."invoice_collection" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."invoice_collection" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."invoice_collection" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `create or replace function "billing"."invoice_line_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."invoice_line" for each STATEMENT execute function "billing"."invoice_line_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."invoice_line" enable row level security;`);
    this.addSql(`alter table "billing"."invoice_line" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."invoice_line" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."invoice_line" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "billing"."invoicing" enable row level security;`);
    this.addSql(`alter table "billing"."invoicing" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."invoicing" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."invoicing" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "billing"."plan_change" enable row level security;`);
    this.addSql(`alter table "billing"."plan_change" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."plan_change" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."plan_change" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."credit_grant";`);
    this.addSql(`drop function if exists "billing"."credit_grant_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."credit_grant" cascade;`);
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."credit_note";`);
    this.addSql(`drop function if exists "billing"."credit_note_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."credit_note" cascade;`);
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."credit_use";`);
    this.addSql(`drop function if exists "billing"."credit_use_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."credit_use" cascade;`);
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."discount";`);
    this.addSql(`drop function if exists "billing"."discount_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."discount" cascade;`);
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."invoice";`);
    this.addSql(`drop function if exists "billing"."invoice_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."invoice" cascade;`);
    this.addSql(`drop table if exists "billing"."invoice_collection" cascade;`);
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."invoice_line";`);
    this.addSql(`drop function if exists "billing"."invoice_line_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."invoice_line" cascade;`);
    this.addSql(`drop table if exists "billing"."invoicing" cascade;`);
    this.addSql(`drop table if exists "billing"."plan_change" cascade;`);

    this.addSql(`alter table "billing"."plan" drop constraint "plan_proration_unit_check";`);
    this.addSql(`alter table "billing"."plan" drop column "trial_days", drop column "proration_unit";`);

    this.addSql(`alter table "billing"."usage_counter" drop column "invoiced";`);
  }
}
