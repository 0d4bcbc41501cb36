import { Migration } from '@mikro-orm/migrations';
import { CROSS_TENANT_ROLE, TENANT_ROWS } from '@switchyard/database/policies';
import { APP_ROLE } from '@switchyard/database/roles';

const OWN_ROWS = (TENANT_ROWS.policies[0]?.using ?? 'false').replaceAll("'", "''");

/** Filled row by row in no order, and indexed when they are complete; the watermarks, a row a tenant, are kept up to date all along. */
const FILLED = ['rollup', 'sketch_bucket', 'subject_facts'];
const TABLES = ['tenant_watermark', ...FILLED];
/** Of the rebuild alone: what each batch said about a subject, and whose the tables are. */
const OWN = ['lesson', 'run'];
const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

const FUNCTIONS = `
create or replace function analytics.discard_rebuild() returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  name text;
begin
  foreach name in array array[${list([...TABLES, ...OWN])}] loop
    execute format('drop table if exists analytics_rebuild.%I', name);
  end loop;
end $$;

create or replace function analytics.begin_rebuild(p_run uuid) returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  name text;
begin
  perform analytics.discard_rebuild();
  foreach name in array array[${list(FILLED)}] loop
    execute format('create unlogged table analytics_rebuild.%I (like analytics.%I including all excluding indexes)', name, name);
  end loop;
  create unlogged table analytics_rebuild.tenant_watermark (like analytics.tenant_watermark including all);
  foreach name in array array[${list(TABLES)}] loop
    execute format('create policy tenant_rows on analytics_rebuild.%I using (${OWN_ROWS}) with check (${OWN_ROWS})', name);
  end loop;
  create unlogged table analytics_rebuild.lesson (tenant_id uuid not null, subject uuid not null, facts json not null);
  create unlogged table analytics_rebuild.run (id uuid not null);
  insert into analytics_rebuild.run values (p_run);
  foreach name in array array[${list([...TABLES, ...OWN])}] loop
    execute format('alter table analytics_rebuild.%I enable row level security', name);
    execute format('alter table analytics_rebuild.%I force row level security', name);
    execute format('create policy cross_tenant on analytics_rebuild.%I to ${CROSS_TENANT_ROLE} using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on analytics_rebuild.%I to ${APP_ROLE}, ${CROSS_TENANT_ROLE}', name);
  end loop;
end $$;

create or replace function analytics.settle_rebuild() returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  name text;
  key text;
begin
  drop table analytics_rebuild.lesson;
  alter table analytics_rebuild.tenant_watermark set logged;
  foreach name in array array[${list(FILLED)}] loop
    execute format('alter table analytics_rebuild.%I set logged', name);
    select pg_get_constraintdef(oid) into strict key from pg_constraint where conrelid = format('analytics.%I', name)::regclass and contype = 'p';
    execute format('alter table analytics_rebuild.%I add %s', name, key);
    execute format('analyze analytics_rebuild.%I', name);
  end loop;
end $$;
`;

/** A rebuild fills its tables first and indexes them then. */
export class Migration20261125030500 extends Migration {
  override name = 'Migration20261125030500';

  override up(): void {
    this.addSql(FUNCTIONS);
  }

  /** Its functions serve the version before as well: the tables they leave are the same. */
  override down(): void {}
}
