import { Migration } from '@mikro-orm/migrations';

const hard = (meter: string, limit: string, period: string) => ({ meter, limit, period, enforcement: 'HARD', per: 'TENANT' });

/** Enough to try the platform, and small enough to be met on purpose. */
const STARTER_QUOTAS = [
  hard('requests', '100', 'DAY'),
  hard('input_tokens', '1000000', 'DAY'),
  hard('output_tokens', '500000', 'DAY'),
  hard('tool_calls', '200', 'DAY'),
  hard('custom_units', '1000', 'BILLING_PERIOD'),
];
const SCALE_LIMITS = { requestsPerMinute: 60_000, connections: 10_000, subscriptionsPerConnection: 200 };

export class Migration20261125030240 extends Migration {
  override name = 'Migration20261125030240';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "billing"."budget" ("tenant_id" uuid not null, "amount" numeric(38,18) not null, "enforcement" text not null, "updated_at" timestamptz(3) not null, primary key ("tenant_id"));`,
    );

    this.addSql(
      `create table "billing"."notification" ("id" uuid not null, "tenant_id" uuid not null, "endpoint_id" uuid not null, "type" text not null, "body" text not null, "attempts" int not null, "due_at" timestamptz(3) null, "delivered_at" timestamptz(3) null, "last_error" text null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "notification_due" on "billing"."notification" ("due_at") where due_at is not null;`);

    this.addSql(
      `create table "billing"."notification_endpoint" ("id" uuid not null, "tenant_id" uuid not null, "url" text not null, "secret" bytea not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "notification_endpoint_tenant_id_index" on "billing"."notification_endpoint" ("tenant_id");`);

    this.addSql(
      `create table "billing"."quota_crossing" ("id" uuid not null, "tenant_id" uuid not null, "meter" text not null, "period" text not null, "window_start" timestamptz(3) not null, "limit" numeric(38,18) not null, "percent" int not null, "used" numeric(38,18) not null, "enforcement" text not null, "crossed_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "billing"."quota_crossing" add constraint "quota_crossing_once" unique ("tenant_id", "meter", "period", "window_start", "limit", "percent");`,
    );

    this.addSql(
      `create table "billing"."quota_hold" ("tenant_id" uuid not null, "key" text not null, "meter" text not null, "quantity" numeric(38,18) not null, "api_key_id" text null, "end_user_id" text null, "expires_at" timestamptz(3) not null, primary key ("tenant_id", "key", "meter"));`,
    );

    this.addSql(
      `create table "billing"."quota_usage" ("tenant_id" uuid not null, "subject" text not null, "meter" text not null, "period" text not null, "window_start" timestamptz(3) not null, "quantity" numeric(38,18) not null, primary key ("tenant_id", "subject", "meter", "period", "window_start"));`,
    );

    this.addSql(
      `alter table "billing"."plan" add "quotas" jsonb not null default '[]', add "limits" jsonb not null default '{}';`,
    );
    // Versions of plans never change but here, before any was used: what limits the plans that the platform starts with.
    this.addSql(`alter table "billing"."plan" no force row level security;`);
    this.addSql(`alter table "billing"."plan" disable trigger "only_added_to";`);
    this.addSql(
      `update "billing"."plan" set "quotas" = '${JSON.stringify(STARTER_QUOTAS)}' where "code" = 'starter' and "version" = 1;`,
    );
    this.addSql(
      `update "billing"."plan" set "limits" = '${JSON.stringify(SCALE_LIMITS)}' where "code" = 'scale' and "version" = 1;`,
    );
    this.addSql(`alter table "billing"."plan" enable trigger "only_added_to";`);
    this.addSql(`alter table "billing"."plan" force row level security;`);

    this.addSql(
      `alter table "billing"."budget" add constraint "budget_enforcement_check" check ("enforcement" in ('HARD', 'SOFT'));`,
    );
    this.addSql(`alter table "billing"."budget" enable row level security;`);
    this.addSql(`alter table "billing"."budget" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."budget" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."budget" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "billing"."notification" enable row level security;`);
    this.addSql(`alter table "billing"."notification" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."notification" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."notification" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "billing"."notification_endpoint" enable row level security;`);
    this.addSql(`alter table "billing"."notification_endpoint" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."notification_endpoint" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."notification_endpoint" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."quota_crossing" add constraint "quota_crossing_period_check" check ("period" in ('MINUTE', 'DAY', 'BILLING_PERIOD'));`,
    );
    this.addSql(
      `alter table "billing"."quota_crossing" add constraint "quota_crossing_enforcement_check" check ("enforcement" in ('HARD', 'SOFT'));`,
    );
    this.addSql(`alter table "billing"."quota_crossing" enable row level security;`);
    this.addSql(`alter table "billing"."quota_crossing" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."quota_crossing" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."quota_crossing" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "billing"."quota_hold" enable row level security;`);
    this.addSql(`alter table "billing"."quota_hold" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."quota_hold" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."quota_hold" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "billing"."quota_usage" add constraint "quota_usage_period_check" check ("period" in ('MINUTE', 'DAY', 'BILLING_PERIOD'));`,
    );
    this.addSql(`alter table "billing"."quota_usage" enable row level security;`);
    this.addSql(`alter table "billing"."quota_usage" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "billing"."quota_usage" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "billing"."quota_usage" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "billing"."budget" cascade;`);
    this.addSql(`drop table if exists "billing"."notification" cascade;`);
    this.addSql(`drop table if exists "billing"."notification_endpoint" cascade;`);
    this.addSql(`drop table if exists "billing"."quota_crossing" cascade;`);
    this.addSql(`drop table if exists "billing"."quota_hold" cascade;`);
    this.addSql(`drop table if exists "billing"."quota_usage" cascade;`);

    this.addSql(`alter table "billing"."plan" drop column "quotas", drop column "limits";`);
  }
}
