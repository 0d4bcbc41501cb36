import { Migration } from '@mikro-orm/migrations';

export class Migration20261123033353 extends Migration {
  override name = 'Migration20261123033353';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "sessions"."tool" add "requires_approval" boolean not null default false, add "approval_when" jsonb null, add "result_schema" jsonb null;`,
    );

    this.addSql(`alter table "sessions"."tool_call" drop constraint "tool_call_status_check";`);
    this.addSql(
      `alter table "sessions"."tool_call" add "approval_expires_at" timestamptz(3) null, add "approved_at" timestamptz(3) null;`,
    );
    this.addSql(
      `alter table "sessions"."tool_call" add constraint "tool_call_status_check" check ("status" in ('AWAITING_APPROVAL', 'REQUESTED', 'SUCCEEDED', 'FAILED', 'REJECTED', 'UNKNOWN', 'COMPENSATED', 'COMPENSATION_FAILED'));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(
      `alter table "sessions"."tool" drop column "requires_approval", drop column "approval_when", drop column "result_schema";`,
    );

    this.addSql(`alter table "sessions"."tool_call" drop constraint "tool_call_status_check";`);
    this.addSql(`alter table "sessions"."tool_call" drop column "approval_expires_at", drop column "approved_at";`);
    this.addSql(
      `alter table "sessions"."tool_call" add constraint "tool_call_status_check" check ("status" in ('REQUESTED', 'SUCCEEDED', 'FAILED', 'UNKNOWN', 'COMPENSATED', 'COMPENSATION_FAILED'));`,
    );
  }
}
