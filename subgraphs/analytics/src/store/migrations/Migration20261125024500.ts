import { Migration } from '@mikro-orm/migrations';

/**
 * Hours, days and months have rows only once the tenant's newest event has left them behind. Those of the open ones go: the
 * minutes under them say the same. The policies would hide the rows from the owner of the tables.
 */
export class Migration20261125024500 extends Migration {
  override name = 'Migration20261125024500';

  override up(): void {
    for (const table of ['tenant_watermark', 'rollup', 'sketch_bucket'])
      this.addSql(`alter table analytics.${table} no force row level security`);
    for (const table of ['rollup', 'sketch_bucket']) {
      this.addSql(`delete from analytics.${table} t using analytics.tenant_watermark newest
        where newest.tenant_id = t.tenant_id and t.granularity <> 'MINUTE' and t.at >= date_trunc(lower(t.granularity), newest.as_of, 'UTC')`);
    }
    for (const table of ['tenant_watermark', 'rollup', 'sketch_bucket'])
      this.addSql(`alter table analytics.${table} force row level security`);
  }

  /** The way back is a rebuild: `npm run projections -- rebuild kpis`. */
  override down(): void {}
}
