import { Migration } from '@mikro-orm/migrations';

export class Migration20261123022304 extends Migration {
  override name = 'Migration20261123022304';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "sessions"."episode" ("id" uuid not null, "tenant_id" uuid not null, "session_id" uuid not null, "seq" int not null, "use_case" text not null, "status" text not null, "request_id" uuid not null, "answer_id" uuid null, "response_schema" jsonb null, "pinned_tier" text null, "max_cost" numeric(38,18) null, "citations" jsonb not null, "failure" text null, "requested_at" timestamptz(3) not null, "ready_at" timestamptz(3) null, "begun_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "cancel_requested_at" timestamptz(3) null, "traceparent" text null, "worker_id" text null, "lease_until" timestamptz(3) null, "fence" bigint not null default '0', primary key ("id"));`,
    );
    this.addSql(
      `create index "episode_ready" on "sessions"."episode" ("tenant_id", "ready_at") where status = 'QUEUED' and ready_at is not null;`,
    );
    this.addSql(`create index "episode_running" on "sessions"."episode" ("lease_until") where status = 'RUNNING';`);
    this.addSql(`alter table "sessions"."episode" add constraint "episode_session_id_seq_unique" unique ("session_id", "seq");`);

    this.addSql(
      `create table "sessions"."feedback" ("id" uuid not null, "tenant_id" uuid not null, "episode_id" uuid not null, "session_id" uuid not null, "score" double precision not null, "comment" text null, "given_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "feedback_episode_id_index" on "sessions"."feedback" ("episode_id");`);

    this.addSql(
      `create table "sessions"."message" ("id" uuid not null, "tenant_id" uuid not null, "session_id" uuid not null, "seq" int not null, "role" text not null, "content" text not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "sessions"."message" add constraint "message_session_id_seq_unique" unique ("session_id", "seq");`);

    this.addSql(
      `create table "sessions"."model_call" ("id" uuid not null, "tenant_id" uuid not null, "episode_id" uuid not null, "session_id" uuid not null, "seq" int not null, "turn_number" int not null, "route_decision_id" uuid not null, "tier" text not null, "model" text not null, "provider" text not null, "prices" jsonb not null, "status" text not null, "counted_input_tokens" int not null, "input_tokens" int null, "output_tokens" int null, "estimated" boolean null, "billable" boolean null, "turn" jsonb null, "tier_given_up" boolean not null default false, "error" text null, "started_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "sessions"."model_call" add constraint "model_call_episode_id_seq_unique" unique ("episode_id", "seq");`,
    );

    this.addSql(
      `create table "sessions"."session" ("id" uuid not null, "tenant_id" uuid not null, "end_user_id" text null, "use_case" text not null, "status" text not null, "started_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, "metadata" jsonb not null, "last_event_seq" bigint not null default '0', "last_message_seq" int not null default 0, primary key ("id"));`,
    );
    this.addSql(`create index "session_tenant_id_id_index" on "sessions"."session" ("tenant_id", "id");`);
    this.addSql(`create index "session_tenant_id_end_user_id_index" on "sessions"."session" ("tenant_id", "end_user_id");`);

    this.addSql(
      `create table "sessions"."session_event" ("id" uuid not null, "tenant_id" uuid not null, "session_id" uuid not null, "seq" bigint not null, "kind" text not null, "at" timestamptz(3) not null, "episode_id" uuid not null, "tool_call_id" uuid null, "model_call_id" uuid null, "text" text null, primary key ("id"));`,
    );
    this.addSql(
      `create index "session_event_deltas" on "sessions"."session_event" ("episode_id", "seq") where kind = 'AnswerDelta';`,
    );
    this.addSql(
      `alter table "sessions"."session_event" add constraint "session_event_session_id_seq_unique" unique ("session_id", "seq");`,
    );

    this.addSql(
      `create table "sessions"."tool_call" ("id" uuid not null, "tenant_id" uuid not null, "episode_id" uuid not null, "session_id" uuid not null, "model_call_id" uuid not null, "seq" int not null, "provider_call_id" text not null, "tool" text not null, "arguments" jsonb not null, "status" text not null, "result" jsonb null, "error" text null, "attempts" int not null default 0, "idempotency_key" text not null, "endpoint" text not null, "side_effect" boolean not null, "idempotent" boolean not null, "compensation" text null, "timeout_ms" int not null, "max_attempts" int not null, "requested_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(
      `alter table "sessions"."tool_call" add constraint "tool_call_episode_id_seq_unique" unique ("episode_id", "seq");`,
    );

    this.addSql(
      `alter table "sessions"."episode" add constraint "episode_use_case_check" check ("use_case" in ('FAQ', 'ORDER', 'LEAD', 'GENERAL'));`,
    );
    this.addSql(
      `alter table "sessions"."episode" add constraint "episode_status_check" check ("status" in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'COMPENSATED', 'CANCELLED'));`,
    );
    this.addSql(`alter table "sessions"."episode" enable row level security;`);
    this.addSql(`alter table "sessions"."episode" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."episode" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."episode" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(`alter table "sessions"."feedback" enable row level security;`);
    this.addSql(`alter table "sessions"."feedback" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."feedback" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."feedback" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "sessions"."message" add constraint "message_role_check" check ("role" in ('USER', 'ASSISTANT', 'TOOL', 'SYSTEM'));`,
    );
    this.addSql(`alter table "sessions"."message" enable row level security;`);
    this.addSql(`alter table "sessions"."message" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."message" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."message" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "sessions"."model_call" add constraint "model_call_status_check" check ("status" in ('STARTED', 'ANSWERED', 'FAILED', 'CANCELLED', 'LOST'));`,
    );
    this.addSql(`alter table "sessions"."model_call" enable row level security;`);
    this.addSql(`alter table "sessions"."model_call" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."model_call" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."model_call" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "sessions"."session" add constraint "session_use_case_check" check ("use_case" in ('FAQ', 'ORDER', 'LEAD', 'GENERAL'));`,
    );
    this.addSql(
      `alter table "sessions"."session" add constraint "session_status_check" check ("status" in ('ACTIVE', 'ENDED'));`,
    );
    this.addSql(`alter table "sessions"."session" enable row level security;`);
    this.addSql(`alter table "sessions"."session" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."session" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."session" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "sessions"."session_event" add constraint "session_event_kind_check" check ("kind" in ('EpisodeChanged', 'AnswerDelta', 'ToolCallChanged'));`,
    );
    this.addSql(`alter table "sessions"."session_event" enable row level security;`);
    this.addSql(`alter table "sessions"."session_event" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."session_event" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."session_event" to "switchyard_cross_tenant" using (true) with check (true);`,
    );

    this.addSql(
      `alter table "sessions"."tool_call" add constraint "tool_call_status_check" check ("status" in ('REQUESTED', 'SUCCEEDED', 'FAILED', 'UNKNOWN'));`,
    );
    this.addSql(`alter table "sessions"."tool_call" enable row level security;`);
    this.addSql(`alter table "sessions"."tool_call" force row level security;`);
    this.addSql(
      `create policy "tenant_rows" on "sessions"."tool_call" using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid) with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
    );
    this.addSql(
      `create policy "cross_tenant" on "sessions"."tool_call" to "switchyard_cross_tenant" using (true) with check (true);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "sessions"."episode" cascade;`);
    this.addSql(`drop table if exists "sessions"."feedback" cascade;`);
    this.addSql(`drop table if exists "sessions"."message" cascade;`);
    this.addSql(`drop table if exists "sessions"."model_call" cascade;`);
    this.addSql(`drop table if exists "sessions"."session" cascade;`);
    this.addSql(`drop table if exists "sessions"."session_event" cascade;`);
    this.addSql(`drop table if exists "sessions"."tool_call" cascade;`);
  }
}
