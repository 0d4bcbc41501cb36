import { type Database, openDatabase } from '@switchyard/database/database';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createTestDatabase, type TestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { onAppended } from './append-signal.ts';
import { appendEvents, type NewEvent } from './outbox.ts';
import { LOG_SCHEMA } from './schema.ts';

const tenantId = newId<TenantId>();

function started(subject: string, sessionId = newId()): NewEvent<'session.started'> {
  return {
    type: 'session.started',
    tenantId,
    subject,
    time: new Date('2026-01-02T03:04:05.678Z'),
    data: { sessionId, useCase: 'FAQ', endUserId: null },
  };
}

describe('the outbox', () => {
  let test: TestDatabase;
  let database: Database;
  let admin: pg.Client;

  beforeAll(async () => {
    test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA]);
    database = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA });
    admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await database.close();
    await test.drop();
  });

  const envelopesOf = async (subject: string) =>
    (
      await admin.query<{ envelope: Record<string, unknown> }>(
        `select envelope from log.event where envelope ->> 'subject' = $1 order by seq`,
        [subject],
      )
    ).rows.map((row) => row.envelope);

  it('writes the whole CloudEvents envelope, in the order given', async () => {
    const events = [
      {
        ...started('whole'),
        causationId: 'cause',
        correlationId: 'episode',
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      },
      started('whole'),
    ];
    await database.tenant(tenantId, (tx) => appendEvents(tx, 'switchyard/test', events));
    const [first, second] = await envelopesOf('whole');
    expect(first).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: 'switchyard/test',
      type: 'session.started',
      subject: 'whole',
      time: '2026-01-02T03:04:05.678Z',
      datacontenttype: 'application/json',
      schemaversion: 1,
      tenantid: tenantId,
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      causationid: 'cause',
      correlationid: 'episode',
      data: events[0]?.data,
    });
    expect(second?.data).toEqual(events[1]?.data);
  });

  it('keeps nothing of a transaction that fails, and gives no signal for it', async () => {
    const signals: number[] = [];
    const stop = onAppended((appended) => signals.push(appended.get('sessions.session.v1') ?? 0));
    const failing = database.tenant(tenantId, async (tx) => {
      await appendEvents(tx, 'switchyard/test', [started('failed')]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await database.tenant(tenantId, (tx) => appendEvents(tx, 'switchyard/test', [started('kept'), started('kept')]));
    stop();
    expect(await envelopesOf('failed')).toEqual([]);
    expect(signals).toEqual([2]);
  });

  it('refuses an event that does not fit its schema', async () => {
    const wrong = { ...started('wrong'), data: { sessionId: 'x', useCase: 'FAQ' as const, endUserId: null } };
    await expect(database.tenant(tenantId, (tx) => appendEvents(tx, 'switchyard/test', [wrong]))).rejects.toThrow(/uuid/i);
  });

  it('refuses an event of another tenant', async () => {
    const foreign = database.tenant(newId<TenantId>(), (tx) => appendEvents(tx, 'switchyard/test', [started('foreign')]));
    await expect(foreign).rejects.toThrow(/row-level security/);
  });

  it('puts every table of the log under forced row-level security, partitions too', async () => {
    const { rows } = await admin.query<{ name: string; safe: boolean }>(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity
                and exists (select from pg_policy p where p.polrelid = c.oid) as safe
         from pg_class c where relnamespace = 'log'::regnamespace and relkind in ('r', 'p')`,
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((row) => !row.safe)).toEqual([]);
  });

  it('drops whole months that are older than a topic is kept, and makes the coming ones', async () => {
    const maintain = async (keep: string | null, now: string) =>
      (
        await admin.query<{ made: number; dropped: number }>(
          `select * from log.maintain_topic('test.retention.v1', $1::interval, $2::timestamptz)`,
          [keep, now],
        )
      ).rows[0];
    expect(await maintain('40 days', '2026-03-04T00:00:00Z')).toEqual({ made: 2, dropped: 0 });
    expect(await maintain('40 days', '2026-03-31T23:00:00Z')).toEqual({ made: 0, dropped: 0 });
    expect(await maintain('40 days', '2026-05-10T00:00:00Z')).toEqual({ made: 2, dropped: 0 });
    expect(await maintain('40 days', '2026-05-11T00:00:00Z')).toEqual({ made: 0, dropped: 1 });
    expect(await maintain(null, '2028-05-11T00:00:00Z')).toEqual({ made: 2, dropped: 0 });
  });
});
