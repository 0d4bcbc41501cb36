import { Migration } from '@mikro-orm/migrations';
import { CROSS_TENANT_ROLE, TENANT_ROWS } from '@switchyard/database/policies';
import { APP_ROLE } from '@switchyard/database/roles';

const OWN_ROWS = (TENANT_ROWS.policies[0]?.using ?? 'false').replaceAll("'", "''");

/** In the order in which the graph's statements come to them, so that a swap and a reader never wait for each other in a circle. */
const TABLES = ['tenant_watermark', 'rollup', 'sketch_bucket', 'subject_facts'];
const TABLE_LIST = TABLES.map((name) => `'${name}'`).join(', ');

const REBUILDS = `
create table analytics.projection_rebuild (
  projection text not null primary key,
  run_id     uuid not null,
  moved_at   timestamptz(3) not null
);
alter table analytics.projection_rebuild enable row level security;
alter table analytics.projection_rebuild force row level security;
create policy shared_rows on analytics.projection_rebuild for select using (true);
create policy cross_tenant on analytics.projection_rebuild to ${CROSS_TENANT_ROLE} using (true) with check (true);
create schema if not exists analytics_rebuild;
grant usage on schema analytics_rebuild to ${APP_ROLE}, ${CROSS_TENANT_ROLE};
`;

/**
 * The functions run with the owner's rights, because the platform's role may not make tables. The new tables are unlogged while
 * they are filled, which spares the write-ahead log; a crash of PostgreSQL empties them, and with them the row of \`run\` that
 * says whose they are: a rebuild without its row is never swapped in.
 */
const FUNCTIONS = `
create function analytics.discard_rebuild() returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  name text;
begin
  foreach name in array array[${TABLE_LIST}, 'run'] loop
    execute format('drop table if exists analytics_rebuild.%I', name);
  end loop;
end $$;

create function analytics.begin_rebuild(p_run uuid) returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  name text;
begin
  perform analytics.discard_rebuild();
  foreach name in array array[${TABLE_LIST}] loop
    execute format('create unlogged table analytics_rebuild.%I (like analytics.%I including all)', name, name);
    execute format('create policy tenant_rows on analytics_rebuild.%I using (${OWN_ROWS}) with check (${OWN_ROWS})', name);
  end loop;
  create unlogged table analytics_rebuild.run (id uuid not null);
  insert into analytics_rebuild.run values (p_run);
  foreach name in array array[${TABLE_LIST}, 'run'] loop
    execute format('alter table analytics_rebuild.%I enable row level security', name);
    execute format('alter table analytics_rebuild.%I force row level security', name);
    execute format('create policy cross_tenant on analytics_rebuild.%I to ${CROSS_TENANT_ROLE} using (true) with check (true)', name);
    execute format('grant select, insert, update, delete on analytics_rebuild.%I to ${APP_ROLE}, ${CROSS_TENANT_ROLE}', name);
  end loop;
end $$;

create function analytics.settle_rebuild() returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  name text;
begin
  foreach name in array array[${TABLE_LIST}] loop
    execute format('alter table analytics_rebuild.%I set logged', name);
    execute format('analyze analytics_rebuild.%I', name);
  end loop;
end $$;

create function analytics.swap_rebuild() returns void language plpgsql security definer set search_path = pg_catalog set lock_timeout = '2s' as $$
declare
  name text;
begin
  lock table ${TABLES.map((name) => `analytics.${name}`).join(', ')} in access exclusive mode;
  foreach name in array array[${TABLE_LIST}] loop
    execute format('drop table analytics.%I', name);
    execute format('alter table analytics_rebuild.%I set schema analytics', name);
  end loop;
  drop table analytics_rebuild.run;
end $$;

revoke all on function analytics.discard_rebuild(), analytics.begin_rebuild(uuid), analytics.settle_rebuild(), analytics.swap_rebuild() from public;
`;

/** Rebuilds of read models, beside the live ones. */
export class Migration20261123031000 extends Migration {
  override name = 'Migration20261123031000';

  override up(): void {
    this.addSql(REBUILDS);
    this.addSql(FUNCTIONS);
  }

  override down(): void {
    this.addSql(
      'drop function if exists analytics.discard_rebuild(), analytics.begin_rebuild(uuid), analytics.settle_rebuild(), analytics.swap_rebuild()',
    );
    this.addSql('drop schema if exists analytics_rebuild cascade');
    this.addSql('drop table if exists analytics.projection_rebuild');
  }
}
