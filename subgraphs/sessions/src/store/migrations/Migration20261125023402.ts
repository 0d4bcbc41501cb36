import { Migration } from '@mikro-orm/migrations';

export class Migration20261125023402 extends Migration {
  override name = 'Migration20261125023402';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "sessions"."tool" add "kind" text not null default 'HTTP', add "mcp_server" text null, add "mcp_tool" text null, add "bearer_token" bytea null;`,
    );
    this.addSql(`alter table "sessions"."tool" alter column "signing_secret" drop not null;`);
    this.addSql(`alter table "sessions"."tool" add constraint "tool_kind_check" check ("kind" in ('HTTP', 'MCP'));`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "sessions"."tool" drop constraint "tool_kind_check";`);
    this.addSql(
      `alter table "sessions"."tool" drop column "kind", drop column "mcp_server", drop column "mcp_tool", drop column "bearer_token";`,
    );
    this.addSql(`alter table "sessions"."tool" alter column "signing_secret" set not null;`);
  }
}
