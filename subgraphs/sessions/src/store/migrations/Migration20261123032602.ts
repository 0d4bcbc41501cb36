import { Migration } from '@mikro-orm/migrations';

export class Migration20261123032602 extends Migration {
  override name = 'Migration20261123032602';

  override up(): void | Promise<void> {
    this.addSql(`alter table "sessions"."episode" add "ending" jsonb null;`);

    this.addSql(`alter table "sessions"."tool_call" drop constraint "tool_call_status_check";`);
    this.addSql(
      `alter table "sessions"."tool_call" add "compensates" uuid null, add "settled_at" timestamptz(3) null, add "settlement" text null;`,
    );
    this.addSql(
      `create index "tool_call_unsettled" on "sessions"."tool_call" ("tenant_id", "id") where status in ('UNKNOWN', 'COMPENSATION_FAILED') and side_effect and compensates is null and settled_at is null;`,
    );
    this.addSql(`create index "tool_call_compensates" on "sessions"."tool_call" ("compensates") where compensates is not null;`);
    this.addSql(
      `alter table "sessions"."tool_call" add constraint "tool_call_status_check" check ("status" in ('REQUESTED', 'SUCCEEDED', 'FAILED', 'UNKNOWN', 'COMPENSATED', 'COMPENSATION_FAILED'));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "sessions"."episode" drop column "ending";`);

    this.addSql(`drop index "sessions"."tool_call_unsettled";`);
    this.addSql(`drop index "sessions"."tool_call_compensates";`);
    this.addSql(`alter table "sessions"."tool_call" drop constraint "tool_call_status_check";`);
    this.addSql(
      `alter table "sessions"."tool_call" drop column "compensates", drop column "settled_at", drop column "settlement";`,
    );
    this.addSql(
      `alter table "sessions"."tool_call" add constraint "tool_call_status_check" check ("status" in ('REQUESTED', 'SUCCEEDED', 'FAILED', 'UNKNOWN'));`,
    );
  }
}
