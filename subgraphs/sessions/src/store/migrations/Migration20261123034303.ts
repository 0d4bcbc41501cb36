import { Migration } from '@mikro-orm/migrations';

export class Migration20261123034303 extends Migration {
  override name = 'Migration20261123034303';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "sessions"."tool_circuit" ("tenant_id" uuid not null, "tool" text not null, "worker_id" text not null, "state" text not null, "open_until" timestamptz(3) not null, "renewed_at" timestamptz(3) not null, primary key ("tenant_id", "tool", "worker_id"));`,
    );

    this.addSql(
      `alter table "sessions"."tool_circuit" add constraint "tool_circuit_state_check" check ("state" in ('OPEN', 'HALF_OPEN'));`,
    );
    this.addSql(`alter table "sessions"."tool_circuit" enable row level security;`);
    this.addSql(`alter table "sessions"."tool_circuit" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."tool_circuit" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."tool_circuit" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "sessions"."tool_circuit" cascade;`);
  }
}
