import { Migration } from '@mikro-orm/migrations';
import { EVENT_TYPES } from '@switchyard/contracts/events';
import { CROSS_TENANT_ROLE, TENANT_ROWS } from '@switchyard/database/policies';

const OWN_ROWS = TENANT_ROWS.policies[0]?.using ?? 'false';

/**
 * `xid` says which transaction wrote a row: readers need it to tell what they have seen (see log-reader.ts). `seq` is the
 * order within a subject. `time` is when it happened, `recorded_at` when it was written. `envelope` is json, not jsonb: it is handed on as it came, never searched.
 */
const TABLES = `
create sequence log.event_seq cache 1;

create table log.event (
  topic       text not null,
  partition   smallint not null,
  seq         bigint not null default nextval('log.event_seq'),
  xid         xid8 not null default pg_current_xact_id(),
  tenant_id   uuid not null,
  time        timestamptz(3) not null,
  recorded_at timestamptz(3) not null default clock_timestamp(),
  envelope    json not null
) partition by list (topic);
create index event_xid on log.event (xid, seq);
create index event_seq_order on log.event (seq);

create table log.consumer_position (
  group_name    text not null,
  topic         text not null,
  partition     smallint not null,
  seen          pg_snapshot not null default '1:1:',
  until         pg_snapshot,
  seq           bigint not null default 0,
  window_no     bigint not null default 0,
  handled       bigint not null default 0,
  as_of         timestamptz(3),
  primary key (group_name, topic, partition)
) with (fillfactor = 50);
comment on column log.consumer_position.seen is 'All that this snapshot sees is handled.';
comment on column log.consumer_position.until is 'Set while a window is read in pieces: what it sees and seen does not, up to seq, is handled too.';
comment on column log.consumer_position.window_no is 'Counts the windows that were opened; with seq it orders what is relayed to a broker.';

create table log.broker_position (
  group_name  text not null,
  topic       text not null,
  partition   smallint not null,
  next_offset bigint not null,
  window_no   bigint not null default 0,
  seq         bigint not null default 0,
  handled     bigint not null default 0,
  as_of       timestamptz(3),
  primary key (group_name, topic, partition)
) with (fillfactor = 50);
comment on table log.broker_position is 'How far a group is that reads from a broker; (window_no, seq) of the last event that was handled tells repeats of the relay.';
`;

const POLICIES = `
create function log.protect(name regclass) returns void language plpgsql set search_path = pg_catalog as $$
begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format('create policy tenant_rows on %s using (${OWN_ROWS.replaceAll("'", "''")}) with check (${OWN_ROWS.replaceAll("'", "''")})', name);
  execute format('create policy cross_tenant on %s to ${CROSS_TENANT_ROLE} using (true) with check (true)', name);
end $$;
revoke all on function log.protect(regclass) from public;
select log.protect('log.event');

alter table log.consumer_position enable row level security;
alter table log.consumer_position force row level security;
create policy shared_rows on log.consumer_position for select using (true);
create policy cross_tenant on log.consumer_position to ${CROSS_TENANT_ROLE} using (true) with check (true);
alter table log.broker_position enable row level security;
alter table log.broker_position force row level security;
create policy shared_rows on log.broker_position for select using (true);
create policy cross_tenant on log.broker_position to ${CROSS_TENANT_ROLE} using (true) with check (true);
`;

/**
 * One partition per topic, in it one per month (UTC): few, since a reader looks into each of its topic's. It runs with the owner's rights, because the platform's
 * role may not make tables. A partition is made beside the table and then attached, which does not hold up writers, as
 * "create table … partition of" would; a drop does for a moment, and gives up after 2 s to come again at the next call.
 */
const MAINTENANCE = `
create function log.maintain_topic(p_topic text, p_keep interval, p_now timestamptz default now())
returns table (made int, dropped int) language plpgsql security definer set search_path = pg_catalog set lock_timeout = '2s'
set timezone = 'UTC' as $$
declare
  stem text := 'event_' || translate(p_topic, '.-', '__');
  month timestamptz;
  leaf text;
begin
  made := 0;
  dropped := 0;
  if p_topic !~ '^[a-z0-9.-]{1,40}$' then raise exception 'not a topic: %', p_topic; end if;
  perform pg_advisory_xact_lock(4207004);
  if to_regclass(format('log.%I', stem)) is null then
    execute format('create table log.%I (like log.event including defaults) partition by range (recorded_at)', stem);
    perform log.protect(format('log.%I', stem)::regclass);
    execute format('alter table log.event attach partition log.%I for values in (%L)', stem, p_topic);
  end if;
  for month in select generate_series(date_trunc('month', p_now), p_now + interval '1 month', interval '1 month') loop
    leaf := stem || '_' || to_char(month, 'YYYYMM');
    if to_regclass(format('log.%I', leaf)) is null then
      execute format('create table log.%I (like log.event including defaults)', leaf);
      perform log.protect(format('log.%I', leaf)::regclass);
      execute format('alter table log.%I attach partition log.%I for values from (%L) to (%L)', stem, leaf, month, month + interval '1 month');
      made := made + 1;
    end if;
  end loop;
  for leaf in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = format('log.%I', stem)::regclass
       and to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' <= p_now - p_keep
  loop
    execute format('drop table log.%I', leaf);
    dropped := dropped + 1;
  end loop;
  return next;
end $$;
`;

export class Migration20261123030000 extends Migration {
  override name = 'Migration20261123030000';

  override up(): void {
    this.addSql('create schema if not exists log');
    this.addSql(TABLES);
    this.addSql(POLICIES);
    this.addSql(MAINTENANCE);
    this.addSql('revoke all on function log.maintain_topic(text, interval, timestamptz) from public');
    for (const topic of Object.keys(EVENT_TYPES)) this.addSql(`select log.maintain_topic('${topic}', null)`);
  }

  override down(): void {
    this.addSql('drop table if exists log.event, log.consumer_position, log.broker_position cascade');
    this.addSql('drop sequence if exists log.event_seq');
    this.addSql('drop function if exists log.maintain_topic(text, interval, timestamptz), log.protect(regclass)');
  }
}
