import { Migration } from '@mikro-orm/migrations';

export class Migration20261123022216 extends Migration {
  override name = 'Migration20261123022216';

  override up(): void | Promise<void> {
    this.addSql(`create schema if not exists "sessions";`);
    this.addSql(
      `create table "sessions"."api_key" ("id" uuid not null, "tenant_id" uuid not null, "name" text not null, "prefix" text not null, "secret_hash" text not null, "scopes" text[] not null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) null, "expires_at" timestamptz(3) null, "revoked_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "api_key_tenant_id_index" on "sessions"."api_key" ("tenant_id");`);
    this.addSql(`alter table "sessions"."api_key" add constraint "api_key_secret_hash_unique" unique ("secret_hash");`);

    this.addSql(
      `create table "sessions"."assistant" ("id" uuid not null, "tenant_id" uuid not null, "use_case" text not null, "instructions" text not null, "tools" text[] not null, "version" int not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "sessions"."assistant" add constraint "assistant_tenant_id_use_case_unique" unique ("tenant_id", "use_case");`,
    );

    this.addSql(
      `create table "sessions"."idempotency_key" ("tenant_id" uuid not null, "operation" text not null, "key" text not null, "input_hash" bytea not null, "result" text null, "sealed" bytea null, "expires_at" timestamptz(3) not null, primary key ("tenant_id", "operation", "key"));`,
    );
    this.addSql(
      `create index "idempotency_key_tenant_id_expires_at_index" on "sessions"."idempotency_key" ("tenant_id", "expires_at");`,
    );

    this.addSql(
      `create table "sessions"."knowledge_document" ("id" uuid not null, "tenant_id" uuid not null, "external_id" text not null, "title" text not null, "text" text not null, "url" text null, "content_hash" bytea not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "knowledge_document_tenant_id_id_index" on "sessions"."knowledge_document" ("tenant_id", "id");`);
    this.addSql(
      `alter table "sessions"."knowledge_document" add constraint "knowledge_document_tenant_id_external_id_unique" unique ("tenant_id", "external_id");`,
    );

    this.addSql(
      `create table "sessions"."knowledge_passage" ("document_id" uuid not null, "position" int not null, "tenant_id" uuid not null, "title" text not null, "text" text not null, "words" tsvector not null, primary key ("document_id", "position"));`,
    );
    this.addSql(`create index "knowledge_passage_tenant_id_index" on "sessions"."knowledge_passage" ("tenant_id");`);

    this.addSql(
      `create table "sessions"."tenant" ("id" uuid not null, "tenant_id" uuid not null, "name" text not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "sessions"."tenant" add constraint "tenant_tenant_id_unique" unique ("tenant_id");`);

    this.addSql(
      `create table "sessions"."tool" ("id" uuid not null, "tenant_id" uuid not null, "name" text not null, "description" text not null, "input_schema" jsonb not null, "endpoint" text not null, "side_effect" boolean not null, "idempotent" boolean not null, "compensation" text null, "timeout_ms" int not null, "max_attempts" int not null, "signing_secret" bytea not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "sessions"."tool" add constraint "tool_tenant_id_name_unique" unique ("tenant_id", "name");`);

    this.addSql(`alter table "sessions"."api_key" enable row level security;`);
    this.addSql(`alter table "sessions"."api_key" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."api_key" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."api_key" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "sessions"."assistant" enable row level security;`);
    this.addSql(`alter table "sessions"."assistant" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."assistant" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."assistant" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "sessions"."idempotency_key" enable row level security;`);
    this.addSql(`alter table "sessions"."idempotency_key" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."idempotency_key" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."idempotency_key" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "sessions"."knowledge_document" enable row level security;`);
    this.addSql(`alter table "sessions"."knowledge_document" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."knowledge_document" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."knowledge_document" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "sessions"."knowledge_passage" enable row level security;`);
    this.addSql(`alter table "sessions"."knowledge_passage" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."knowledge_passage" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."knowledge_passage" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "sessions"."tenant" enable row level security;`);
    this.addSql(`alter table "sessions"."tenant" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."tenant" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."tenant" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "sessions"."tool" enable row level security;`);
    this.addSql(`alter table "sessions"."tool" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."tool" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(`create policy "cross_tenant" on "sessions"."tool" to "switchyard_cross_tenant" using (true) with check (true);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "sessions"."api_key" cascade;`);
    this.addSql(`drop table if exists "sessions"."assistant" cascade;`);
    this.addSql(`drop table if exists "sessions"."idempotency_key" cascade;`);
    this.addSql(`drop table if exists "sessions"."knowledge_document" cascade;`);
    this.addSql(`drop table if exists "sessions"."knowledge_passage" cascade;`);
    this.addSql(`drop table if exists "sessions"."tenant" cascade;`);
    this.addSql(`drop table if exists "sessions"."tool" cascade;`);

    this.addSql(`drop schema if exists "sessions";`);
  }
}
