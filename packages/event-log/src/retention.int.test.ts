import type { Topic } from '@switchyard/contracts/events';
import { openDatabase } from '@switchyard/database/database';
import { newId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createPostgresLog, type PostgresLog } from './postgres-log.ts';
import { maintain, noteProgress } from './retention.ts';
import { LOG_SCHEMA } from './schema.ts';

const logger = pino({ level: 'silent' });
const SHORT: Topic = 'sessions.session.v1';
const LONG: Topic = 'billing.usage.v1';

describe('old events', () => {
  let test: Awaited<ReturnType<typeof createTestDatabase>>;
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let log: PostgresLog;
  let pool: pg.Pool;
  let admin: pg.Pool;
  const held: string[][] = [];

  beforeAll(async () => {
    test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA]);
    database = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA });
    pool = new pg.Pool({ connectionString: test.appUrl, options: '-c role=switchyard_cross_tenant' });
    admin = new pg.Pool({ connectionString: test.adminUrl });
    // Months that were begun when they were the present.
    for (const month of ['2025-01-15', '2025-02-15']) {
      for (const topic of [SHORT, LONG])
        await admin.query('select log.maintain_topic($1, null, $2::timestamptz)', [topic, month]);
      for (const topic of [SHORT, LONG]) await insert(topic, month);
    }
    for (const topic of [SHORT, LONG]) await insert(topic, new Date().toISOString());
    log = await createPostgresLog({ url: test.appUrl, logger, retentionDays: { [SHORT]: null } });
  });
  afterAll(async () => {
    await log.close();
    await Promise.all([pool.end(), admin.end()]);
    await database.close();
    await test.drop();
  });

  async function insert(topic: Topic, at: string): Promise<void> {
    const [tenantid, id] = [newId(), newId()];
    const data =
      topic === SHORT
        ? { sessionId: id }
        : {
            usageRecordId: id,
            meter: 'm',
            quantity: '1',
            occurredAt: '2025-01-01T00:00:00Z',
            source: 'API',
            estimated: false,
            episodeId: null,
            toolCallId: null,
          };
    const type = topic === SHORT ? 'session.ended' : 'usage.recorded';
    const time = '2025-01-01T00:00:00.000Z';
    const envelope = { specversion: '1.0', id, source: 'test', type, subject: tenantid, time, schemaversion: 1, tenantid, data };
    await admin.query(
      'insert into log.event (topic, partition, tenant_id, time, recorded_at, envelope) values ($1, 1, $2, $3, $3, $4)',
      [topic, tenantid, at, JSON.stringify(envelope)],
    );
  }
  const sweep = (days: number) =>
    maintain({
      pool,
      logger,
      retentionDays: { [SHORT]: days },
      metrics: { held: (months) => void held.push(months.map((at) => at.group)) },
    });
  const monthsOf = async (topic: Topic) =>
    (
      await admin.query<{ month: string }>(
        `select to_char(recorded_at, 'YYYY-MM') as month from log.event where topic = $1 order by 1`,
        [topic],
      )
    ).rows.map((row) => row.month);
  const thisMonth = new Date().toISOString().slice(0, 7);

  it('stay while a group that is registered has not read them, however old they are', async () => {
    const gate: { isOpen: boolean } = { isOpen: false };
    const group = { group: 'slow', topics: [SHORT], database, path: 'consumer' } as const;
    let handled = 0;
    const consumer = await log.consume({
      ...group,
      async handle(events) {
        if (!gate.isOpen) throw Object.assign(new Error('the database is away'), { code: '57P03' });
        handled += events.length;
      },
    });
    await vi.waitFor(async () =>
      expect((await admin.query('select from log.registered_group where group_name = $1', ['slow'])).rowCount).toBe(1),
    );
    await sweep(30);
    expect(held.at(-1)).toEqual(['slow', 'slow']);
    expect(await monthsOf(SHORT)).toEqual(['2025-01', '2025-02', thisMonth]);

    gate.isOpen = true;
    await vi.waitFor(() => expect(handled).toBe(3), { timeout: 15_000 });
    await vi.waitFor(async () => {
      await noteProgress(pool, group);
      await sweep(30);
      expect(held.at(-1)).toEqual([]);
    }, 15_000);
    await consumer.stop();
  });

  it('go month by month as whole tables, by how long their own topic is kept, and no row is deleted', async () => {
    expect(await monthsOf(SHORT)).toEqual([thisMonth]);
    // Kept 800 days by default, and older than that.
    expect(await monthsOf(LONG)).toEqual(
      (Date.now() - Date.parse('2025-03-01')) / 86_400_000 > 800 ? [thisMonth] : ['2025-01', '2025-02', thisMonth],
    );
    const { rows } = await admin.query<{ deleted: string }>(
      `select coalesce(sum(n_tup_del), 0)::text as deleted from pg_stat_all_tables where schemaname = 'log' and relname like 'event%'`,
    );
    expect(rows).toEqual([{ deleted: '0' }]);
    const { rows: leaves } = await admin.query(
      `select leaf from log.topic_month where leaf like 'event_sessions_session_v1_2025%'`,
    );
    expect(leaves).toEqual([]);
  });

  it('are not held by a group that has been silent for 90 days', async () => {
    await admin.query(
      `insert into log.registered_group (group_name, topic, seen, at) values ('gone', $1, '1:1:', now() - interval '91 days')`,
      [SHORT],
    );
    await admin.query('select log.maintain_topic($1, null, $2::timestamptz)', [SHORT, '2025-05-15']);
    await insert(SHORT, '2025-05-20');
    await admin.query(`update log.registered_group set seen = pg_current_snapshot() where group_name = 'slow'`);
    await sweep(30);
    expect(await monthsOf(SHORT)).toEqual([thisMonth]);
  });
});
