import { Migration } from '@mikro-orm/migrations';

export class Migration20261123023126 extends Migration {
  override name = 'Migration20261123023126';

  override up(): void | Promise<void> {
    this.addSql(`create schema if not exists "router";`);
    this.addSql(
      `create table "router"."decision_call" ("model_call_id" uuid not null, "tenant_id" uuid not null, "route_decision_id" uuid not null, "cost" numeric(38,18) not null, "latency_ms" double precision not null, "outcome" text null, "finished_at" timestamptz(3) not null, primary key ("model_call_id"));`,
    );
    this.addSql(`create index "decision_call_route_decision_id_index" on "router"."decision_call" ("route_decision_id");`);

    this.addSql(
      `create table "router"."idempotency_key" ("tenant_id" uuid not null, "operation" text not null, "key" text not null, "input_hash" bytea not null, "result" text null, "sealed" bytea null, "expires_at" timestamptz(3) not null, primary key ("tenant_id", "operation", "key"));`,
    );
    this.addSql(
      `create index "idempotency_key_tenant_id_expires_at_index" on "router"."idempotency_key" ("tenant_id", "expires_at");`,
    );

    this.addSql(
      `create table "router"."route_decision" ("id" uuid not null, "tenant_id" uuid not null, "request_key" text not null, "episode_id" uuid null, "session_id" uuid null, "tier" text not null, "model" text not null, "reason" text not null, "explanation" text not null, "features" jsonb not null, "candidates" jsonb not null, "policy_version" int not null, "arm" text not null, "decided_at" timestamptz(3) not null, "latency_ms" double precision not null, "escalated_from" uuid null, "currency" text not null, "expected_cost" numeric(38,18) not null, "actual_cost" numeric(38,18) null, "outcome" text null, "outcome_source" text null, "sketch_high" int not null, "sketch_low" int not null, "list_cost" numeric(38,18) not null, "prior_error" double precision not null, "call_latency_ms" double precision null, primary key ("id"));`,
    );
    this.addSql(`create index "route_decision_tenant_id_id_index" on "router"."route_decision" ("tenant_id", "id");`);
    this.addSql(
      `create index "route_decision_tenant_id_episode_id_index" on "router"."route_decision" ("tenant_id", "episode_id");`,
    );
    this.addSql(
      `alter table "router"."route_decision" add constraint "route_decision_tenant_id_request_key_unique" unique ("tenant_id", "request_key");`,
    );

    this.addSql(
      `create table "router"."routing_policy" ("tenant_id" uuid not null, "version" int not null, "error_cost" numeric(38,18) not null, "currency" text not null, "updated_at" timestamptz(3) not null, primary key ("tenant_id", "version"));`,
    );

    this.addSql(
      `create table "router"."tier_health" ("tier" text not null, "consecutive_errors" int not null, "rests_until" timestamptz(3) null, "updated_at" timestamptz(3) not null, primary key ("tier"));`,
    );

    this.addSql(
      `alter table "router"."decision_call" add constraint "decision_call_outcome_check" check ("outcome" in ('CORRECT', 'WRONG', 'INVALID_OUTPUT', 'PROVIDER_ERROR', 'TIMEOUT'));`,
    );
    this.addSql(`alter table "router"."decision_call" enable row level security;`);
    this.addSql(`alter table "router"."decision_call" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "router"."decision_call" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "router"."decision_call" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "router"."idempotency_key" enable row level security;`);
    this.addSql(`alter table "router"."idempotency_key" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "router"."idempotency_key" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "router"."idempotency_key" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "router"."route_decision" add constraint "route_decision_reason_check" check ("reason" in ('POLICY', 'EXPLORATION', 'EARLY_EXIT', 'ESCALATION', 'FALLBACK', 'PINNED'));`,
    );
    this.addSql(
      `alter table "router"."route_decision" add constraint "route_decision_arm_check" check ("arm" in ('STABLE', 'CANARY'));`,
    );
    this.addSql(
      `alter table "router"."route_decision" add constraint "route_decision_outcome_check" check ("outcome" in ('CORRECT', 'WRONG', 'INVALID_OUTPUT', 'PROVIDER_ERROR', 'TIMEOUT'));`,
    );
    this.addSql(
      `alter table "router"."route_decision" add constraint "route_decision_outcome_source_check" check ("outcome_source" in ('CALL', 'FEEDBACK', 'REPORT'));`,
    );
    this.addSql(`alter table "router"."route_decision" enable row level security;`);
    this.addSql(`alter table "router"."route_decision" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "router"."route_decision" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "router"."route_decision" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "router"."routing_policy" enable row level security;`);
    this.addSql(`alter table "router"."routing_policy" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "router"."routing_policy" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "router"."routing_policy" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "router"."tier_health" enable row level security;`);
    this.addSql(`alter table "router"."tier_health" force row level security;`);
    this.addSql(`create policy "shared_rows" on "router"."tier_health" for select using (true);`);
    this.addSql(
      `create policy "cross_tenant" on "router"."tier_health" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "router"."decision_call" cascade;`);
    this.addSql(`drop table if exists "router"."idempotency_key" cascade;`);
    this.addSql(`drop table if exists "router"."route_decision" cascade;`);
    this.addSql(`drop table if exists "router"."routing_policy" cascade;`);
    this.addSql(`drop table if exists "router"."tier_health" cascade;`);

    this.addSql(`drop schema if exists "router";`);
  }
}
