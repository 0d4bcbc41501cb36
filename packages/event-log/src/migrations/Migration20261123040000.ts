import { Migration } from '@mikro-orm/migrations';
import { CROSS_TENANT_ROLE } from '@switchyard/database/policies';

/** `message` is what the log brought, byte by byte; `tenant_id` is null where it names none, and then no tenant sees it. */
const DEAD_LETTERS = `
create table log.dead_letter (
  id          uuid primary key,
  group_name  text not null,
  topic       text not null,
  partition   smallint not null,
  place       bigint not null,
  tenant_id   uuid,
  event_id    uuid,
  type        text,
  reason      text not null,
  detail      text not null,
  message     bytea not null,
  at          timestamptz(3) not null default clock_timestamp()
);
comment on column log.dead_letter.place is 'Its seq in the PostgreSQL log, its offset in a broker''s.';
create index dead_letter_group on log.dead_letter (group_name, at);
select log.protect('log.dead_letter');
`;

/**
 * Groups say in the log's own database how far they are, because their positions may be in another. One that has said nothing for
 * 90 days is gone, and holds nothing back any more.
 */
const REGISTER = `
create table log.registered_group (
  group_name text not null,
  topic      text not null,
  seen       pg_snapshot not null,
  at         timestamptz(3) not null default clock_timestamp(),
  primary key (group_name, topic)
);
comment on column log.registered_group.seen is 'The group has read all that this snapshot sees, in every partition.';
alter table log.registered_group enable row level security;
alter table log.registered_group force row level security;
create policy shared_rows on log.registered_group for select using (true);
create policy cross_tenant on log.registered_group to ${CROSS_TENANT_ROLE} using (true) with check (true);

create view log.topic_month with (security_invoker) as
select p.relname as stem, c.relname as leaf, to_date(right(c.relname, 6), 'YYYYMM')::timestamp at time zone 'UTC' as month
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
 where p.relnamespace = 'log'::regnamespace and c.relname ~ '_[0-9]{6}$';

create function log.held_months(p_topic text, p_keep interval, p_now timestamptz default now())
returns table (held_leaf text, held_by text) language sql stable set search_path = pg_catalog set timezone = 'UTC' as $$
  select m.leaf, g.group_name
    from log.topic_month m join log.registered_group g on g.topic = p_topic
   where m.stem = 'event_' || translate(p_topic, '.-', '__') and m.month + interval '1 month' <= p_now - p_keep
     and g.at > p_now - interval '90 days'
     and exists (select from log.event e where e.topic = p_topic and e.recorded_at >= m.month
                    and e.recorded_at < m.month + interval '1 month' and not pg_visible_in_snapshot(e.xid, g.seen))
$$;
`;

/**
 * As before, and \`p_spare\` names partitions that are kept though they are old enough to go. Which those are is asked by
 * log.held_months under the cross-tenant role: this function runs as the owner, whom row-level security shows no event.
 */
const MAINTENANCE = `
drop function log.maintain_topic(text, interval, timestamptz);
create function log.maintain_topic(p_topic text, p_keep interval, p_now timestamptz default now(), p_spare text[] default '{}')
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
    select m.leaf from log.topic_month m
     where m.stem = 'event_' || translate(p_topic, '.-', '__') and m.month + interval '1 month' <= p_now - p_keep
       and m.leaf <> all (p_spare)
  loop
    execute format('drop table log.%I', leaf);
    dropped := dropped + 1;
  end loop;
  return next;
end $$;
revoke all on function log.maintain_topic(text, interval, timestamptz, text[]) from public;
revoke all on function log.held_months(text, interval, timestamptz) from public;
`;

export class Migration20261123040000 extends Migration {
  override name = 'Migration20261123040000';

  override up(): void {
    this.addSql(DEAD_LETTERS);
    this.addSql(REGISTER);
    this.addSql(MAINTENANCE);
  }

  override down(): void {
    this.addSql(
      'drop function if exists log.maintain_topic(text, interval, timestamptz, text[]), log.held_months(text, interval, timestamptz)',
    );
    this.addSql('drop view if exists log.topic_month');
    this.addSql('drop table if exists log.dead_letter, log.registered_group');
  }
}
