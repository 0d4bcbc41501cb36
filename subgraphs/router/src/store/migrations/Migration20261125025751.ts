import { Migration } from '@mikro-orm/migrations';

export class Migration20261125025751 extends Migration {
  override name = 'Migration20261125025751';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "router"."canary" ("id" uuid not null, "tenant_id" uuid not null, "stable_version" int not null, "candidate_version" int not null, "share" double precision not null, "planned_requests" int not null, "status" text not null, "comparison" jsonb not null, "verdict" text null, "started_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "canary_tenant_id_id_index" on "router"."canary" ("tenant_id", "id");`);

    // One canary at a time: two would share the stable side, and neither could be promoted without ending the other.
    this.addSql(`create unique index "canary_running" on "router"."canary" ("tenant_id") where status = 'RUNNING';`);

    this.addSql(
      `create table "router"."learning" ("tenant_id" uuid not null, "state" jsonb not null, "updated_at" timestamptz(3) not null, primary key ("tenant_id"));`,
    );

    this.addSql(
      `alter table "router"."canary" add constraint "canary_status_check" check ("status" in ('RUNNING', 'PROMOTED', 'ROLLED_BACK'));`,
    );
    this.addSql(`alter table "router"."canary" enable row level security;`);
    this.addSql(`alter table "router"."canary" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "router"."canary" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(`create policy "cross_tenant" on "router"."canary" to "switchyard_cross_tenant" using (true) with check (true);`);

    this.addSql(`alter table "router"."learning" enable row level security;`);
    this.addSql(`alter table "router"."learning" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "router"."learning" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "router"."learning" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "router"."canary" cascade;`);
    this.addSql(`drop table if exists "router"."learning" cascade;`);
  }
}
