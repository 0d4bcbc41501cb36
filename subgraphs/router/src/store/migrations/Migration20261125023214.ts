import { Migration } from '@mikro-orm/migrations';

export class Migration20261125023214 extends Migration {
  override name = 'Migration20261125023214';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "router"."routing_policy" add "tiers" text[] null, add "exploration" double precision not null default 0, add "max_cost_per_request" numeric(38,18) null, add "max_latency_ms" int null, add "in_force" boolean not null default true;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(
      `alter table "router"."routing_policy" drop column "tiers", drop column "exploration", drop column "max_cost_per_request", drop column "max_latency_ms", drop column "in_force";`,
    );
  }
}
