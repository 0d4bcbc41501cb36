import { Migration } from '@mikro-orm/migrations';

export class Migration20261125023525 extends Migration {
  override name = 'Migration20261125023525';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "billing"."idempotency_key" ("tenant_id" uuid not null, "operation" text not null, "key" text not null, "input_hash" bytea not null, "result" text null, "sealed" bytea null, "expires_at" timestamptz(3) not null, primary key ("tenant_id", "operation", "key"));`,
    );
    this.addSql(
      `create index "idempotency_key_tenant_id_expires_at_index" on "billing"."idempotency_key" ("tenant_id", "expires_at");`,
    );

    this.addSql(
      `create table "billing"."webhook_source" ("id" uuid not null, "tenant_id" uuid not null, "name" text not null, "secret" bytea not null, "previous_secret" bytea null, "previous_until" timestamptz(3) null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "webhook_source_tenant_id_index" on "billing"."webhook_source" ("tenant_id");`);

    this.addSql(
      `create table "billing"."usage_value" ("tenant_id" uuid not null, "meter" text not null, "span" text not null, "at" timestamptz(3) not null, "value" text not null, "records" int not null, primary key ("tenant_id", "meter", "span", "at", "value"));`,
    );

    this.addSql(`alter table "billing"."meter" drop constraint "meter_aggregation_check";`);
    this.addSql(`alter table "billing"."meter" add "unique_by" text null;`);
    this.addSql(
      `alter table "billing"."meter" add constraint "meter_aggregation_check" check ("aggregation" in ('SUM', 'COUNT', 'MAX', 'UNIQUE'));`,
    );

    this.addSql(`alter table "billing"."usage_record" drop constraint "usage_record_source";`);
    this.addSql(`alter table "billing"."usage_record" drop constraint "usage_record_source_check";`);
    this.addSql(`alter table "billing"."usage_record" add "reverses" uuid null, add "counted" numeric(38,18) null;`);
    // What was recorded before came from meters that add up. Only this, within the migration's transaction, may change records.
    this.addSql(`alter table "billing"."usage_record" no force row level security;`);
    this.addSql(`alter table "billing"."usage_record" disable trigger "only_added_to";`);
    this.addSql(`update "billing"."usage_record" set "counted" = "quantity";`);
    this.addSql(`alter table "billing"."usage_record" alter column "counted" set not null;`);
    this.addSql(`alter table "billing"."usage_record" enable trigger "only_added_to";`);
    this.addSql(`alter table "billing"."usage_record" force row level security;`);
    this.addSql(
      `create index "usage_record_reversal" on "billing"."usage_record" ("tenant_id", "reverses") where reverses is not null;`,
    );
    this.addSql(`alter table "billing"."usage_record" add constraint "usage_record_source" unique ("tenant_id", "source_id");`);
    this.addSql(
      `alter table "billing"."usage_record" add constraint "usage_record_source_check" check ("source" in ('PLATFORM', 'API', 'WEBHOOK'));`,
    );

    this.addSql(`alter table "billing"."idempotency_key" enable row level security;`);
    this.addSql(`alter table "billing"."idempotency_key" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."idempotency_key" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."idempotency_key" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "billing"."webhook_source" enable row level security;`);
    this.addSql(`alter table "billing"."webhook_source" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."webhook_source" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."webhook_source" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."usage_value" add constraint "usage_value_span_check" check ("span" in ('MINUTE', 'HOUR', 'DAY', 'PERIOD'));`,
    );
    this.addSql(`alter table "billing"."usage_value" enable row level security;`);
    this.addSql(`alter table "billing"."usage_value" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."usage_value" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."usage_value" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "billing"."idempotency_key" cascade;`);
    this.addSql(`drop table if exists "billing"."webhook_source" cascade;`);
    this.addSql(`drop table if exists "billing"."usage_value" cascade;`);

    this.addSql(`alter table "billing"."meter" drop constraint "meter_aggregation_check";`);
    this.addSql(`alter table "billing"."meter" drop column "unique_by";`);
    this.addSql(
      `alter table "billing"."meter" add constraint "meter_aggregation_check" check ("aggregation" in ('SUM', 'COUNT'));`,
    );

    this.addSql(`drop index "billing"."usage_record_reversal";`);
    this.addSql(`alter table "billing"."usage_record" drop constraint "usage_record_source";`);
    this.addSql(`alter table "billing"."usage_record" drop constraint "usage_record_source_check";`);
    this.addSql(`alter table "billing"."usage_record" drop column "reverses", drop column "counted";`);
    this.addSql(
      `alter table "billing"."usage_record" add constraint "usage_record_source" unique ("tenant_id", "source", "source_id");`,
    );
    this.addSql(
      `alter table "billing"."usage_record" add constraint "usage_record_source_check" check ("source" in ('PLATFORM'));`,
    );
  }
}
