import { Migration } from '@mikro-orm/migrations';

export class Migration20261123022456 extends Migration {
  override name = 'Migration20261123022456';

  override up(): void | Promise<void> {
    this.addSql(`create schema if not exists "analytics";`);
    this.addSql(
      `create table "analytics"."projection_progress" ("projection" text not null, "moved_at" timestamptz(3) not null, primary key ("projection"));`,
    );

    this.addSql(
      `create table "analytics"."rollup" ("tenant_id" uuid not null, "granularity" text not null, "at" timestamptz(0) not null, "use_case" text not null, "tier" text not null, "model" text not null, "arm" text not null, "tool" text not null, "sessions" bigint not null, "episodes" bigint not null, "succeeded" bigint not null, "failed" bigint not null, "escalated" bigint not null, "decisions" bigint not null, "routed_right" bigint not null, "routed_wrong" bigint not null, "model_calls" bigint not null, "tool_calls" bigint not null, "tool_calls_failed" bigint not null, "compensations" bigint not null, "input_tokens" bigint not null, "output_tokens" bigint not null, "feedbacks" bigint not null, "cost" numeric(38,18) not null, "expected_cost" numeric(38,18) not null, "savings" numeric(38,18) not null, "feedback_score" numeric(38,18) not null, primary key ("tenant_id", "granularity", "at", "use_case", "tier", "model", "arm", "tool"));`,
    );

    this.addSql(
      `create table "analytics"."sketch_bucket" ("tenant_id" uuid not null, "granularity" text not null, "at" timestamptz(0) not null, "distribution" text not null, "use_case" text not null, "tier" text not null, "model" text not null, "arm" text not null, "tool" text not null, "bucket" int not null, "count" bigint not null, primary key ("tenant_id", "granularity", "at", "distribution", "use_case", "tier", "model", "arm", "tool", "bucket"));`,
    );

    this.addSql(
      `create table "analytics"."subject_facts" ("tenant_id" uuid not null, "subject" uuid not null, "facts" jsonb not null, primary key ("tenant_id", "subject"));`,
    );

    this.addSql(
      `create table "analytics"."tenant_watermark" ("tenant_id" uuid not null, "as_of" timestamptz(3) not null, primary key ("tenant_id"));`,
    );

    this.addSql(`alter table "analytics"."projection_progress" enable row level security;`);
    this.addSql(`alter table "analytics"."projection_progress" force row level security;`);
    this.addSql(`create policy "shared_rows" on "analytics"."projection_progress" for select using (true);`);
    this.addSql(
      `create policy "cross_tenant" on "analytics"."projection_progress" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "analytics"."rollup" enable row level security;`);
    this.addSql(`alter table "analytics"."rollup" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "analytics"."rollup" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "analytics"."rollup" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "analytics"."sketch_bucket" enable row level security;`);
    this.addSql(`alter table "analytics"."sketch_bucket" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "analytics"."sketch_bucket" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "analytics"."sketch_bucket" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "analytics"."subject_facts" enable row level security;`);
    this.addSql(`alter table "analytics"."subject_facts" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "analytics"."subject_facts" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "analytics"."subject_facts" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "analytics"."tenant_watermark" enable row level security;`);
    this.addSql(`alter table "analytics"."tenant_watermark" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "analytics"."tenant_watermark" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "analytics"."tenant_watermark" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "analytics"."projection_progress" cascade;`);
    this.addSql(`drop table if exists "analytics"."rollup" cascade;`);
    this.addSql(`drop table if exists "analytics"."sketch_bucket" cascade;`);
    this.addSql(`drop table if exists "analytics"."subject_facts" cascade;`);
    this.addSql(`drop table if exists "analytics"."tenant_watermark" cascade;`);

    this.addSql(`drop schema if exists "analytics";`);
  }
}
