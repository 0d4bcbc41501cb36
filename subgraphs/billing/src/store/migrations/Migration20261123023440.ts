import { Migration } from '@mikro-orm/migrations';

export class Migration20261123023440 extends Migration {
  override name = 'Migration20261123023440';

  override up(): void | Promise<void> {
    this.addSql(`create schema if not exists "billing";`);
    this.addSql(
      `create table "billing"."billing_account" ("tenant_id" uuid not null, "plan_id" uuid not null, "created_at" timestamptz(3) not null, primary key ("tenant_id"));`,
    );

    this.addSql(
      `create table "billing"."meter" ("code" text not null, "description" text not null, "unit" text not null, "aggregation" text not null, "position" int not null, primary key ("code"));`,
    );

    this.addSql(
      `create table "billing"."plan" ("id" uuid not null, "code" text not null, "version" int not null, "name" text not null, "currency" text not null, "base_fee" numeric(38,18) not null, "prices" jsonb not null, "published_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "billing"."plan" add constraint "plan_code_version_unique" unique ("code", "version");`);

    this.addSql(
      `create table "billing"."usage_counter" ("tenant_id" uuid not null, "meter" text not null, "period_start" timestamptz(3) not null, "quantity" numeric(38,18) not null, "records" bigint not null, primary key ("tenant_id", "meter", "period_start"));`,
    );

    this.addSql(
      `create table "billing"."usage_record" ("id" uuid not null, "tenant_id" uuid not null, "meter" text not null, "quantity" numeric(38,18) not null, "occurred_at" timestamptz(3) not null, "recorded_at" timestamptz(3) not null, "source" text not null, "source_id" text not null, "dimensions" jsonb not null, "estimated" boolean not null, "session_id" uuid null, "episode_id" uuid null, "tool_call_id" uuid null, "period_start" timestamptz(3) not null, "seq" bigint not null, "running_total" numeric(38,18) not null, primary key ("id"));`,
    );
    this.addSql(`create index "usage_record_newest" on "billing"."usage_record" ("tenant_id", "occurred_at", "id");`);
    this.addSql(
      `create index "usage_record_newest_of_meter" on "billing"."usage_record" ("tenant_id", "meter", "occurred_at", "id");`,
    );
    this.addSql(
      `create index "usage_record_episode" on "billing"."usage_record" ("tenant_id", "episode_id") where episode_id is not null;`,
    );
    this.addSql(
      `create index "usage_record_tool_call" on "billing"."usage_record" ("tenant_id", "tool_call_id") where tool_call_id is not null;`,
    );
    this.addSql(
      `alter table "billing"."usage_record" add constraint "usage_record_source" unique ("tenant_id", "source", "source_id");`,
    );
    this.addSql(
      `alter table "billing"."usage_record" add constraint "usage_record_place" unique ("tenant_id", "meter", "period_start", "seq");`,
    );

    this.addSql(
      `create table "billing"."usage_rollup" ("tenant_id" uuid not null, "granularity" text not null, "at" timestamptz(3) not null, "meter" text not null, "quantity" numeric(38,18) not null, primary key ("tenant_id", "granularity", "at", "meter"));`,
    );

    this.addSql(`alter table "billing"."billing_account" enable row level security;`);
    this.addSql(`alter table "billing"."billing_account" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."billing_account" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."billing_account" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."meter" add constraint "meter_aggregation_check" check ("aggregation" in ('SUM', 'COUNT'));`,
    );
    this.addSql(`alter table "billing"."meter" enable row level security;`);
    this.addSql(`alter table "billing"."meter" force row level security;`);
    this.addSql(`create policy "shared_rows" on "billing"."meter" for select using (true);`);
    this.addSql(`create policy "cross_tenant" on "billing"."meter" to "switchyard_cross_tenant" using (true) with check (true);`);

    this.addSql(
      `create or replace function "billing"."plan_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."plan" for each STATEMENT execute function "billing"."plan_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."plan" enable row level security;`);
    this.addSql(`alter table "billing"."plan" force row level security;`);
    this.addSql(`create policy "shared_rows" on "billing"."plan" for select using (true);`);
    this.addSql(`create policy "cross_tenant" on "billing"."plan" to "switchyard_cross_tenant" using (true) with check (true);`);

    this.addSql(`alter table "billing"."usage_counter" enable row level security;`);
    this.addSql(`alter table "billing"."usage_counter" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."usage_counter" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."usage_counter" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."usage_record" add constraint "usage_record_source_check" check ("source" in ('PLATFORM'));`,
    );
    this.addSql(
      `create or replace function "billing"."usage_record_only_added_to_fn"() returns trigger as $$ begin raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "only_added_to" BEFORE UPDATE OR DELETE on "billing"."usage_record" for each STATEMENT execute function "billing"."usage_record_only_added_to_fn"();`,
    );
    this.addSql(`alter table "billing"."usage_record" enable row level security;`);
    this.addSql(`alter table "billing"."usage_record" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."usage_record" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."usage_record" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."usage_rollup" add constraint "usage_rollup_granularity_check" check ("granularity" in ('MINUTE', 'HOUR', 'DAY'));`,
    );
    this.addSql(`alter table "billing"."usage_rollup" enable row level security;`);
    this.addSql(`alter table "billing"."usage_rollup" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."usage_rollup" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."usage_rollup" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "billing"."billing_account" cascade;`);
    this.addSql(`drop table if exists "billing"."meter" cascade;`);
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."plan";`);
    this.addSql(`drop function if exists "billing"."plan_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."plan" cascade;`);
    this.addSql(`drop table if exists "billing"."usage_counter" cascade;`);
    this.addSql(`drop trigger if exists "only_added_to" on "billing"."usage_record";`);
    this.addSql(`drop function if exists "billing"."usage_record_only_added_to_fn"();`);
    this.addSql(`drop table if exists "billing"."usage_record" cascade;`);
    this.addSql(`drop table if exists "billing"."usage_rollup" cascade;`);

    this.addSql(`drop schema if exists "billing";`);
  }
}
