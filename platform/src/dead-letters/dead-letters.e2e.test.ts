import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@switchyard/database/database';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId } from '@switchyard/kernel/ids';
import { type PlatformProcess, startPlatformProcess } from '@switchyard/testing/platform-process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../config.ts';
import { findRunningPlatform } from '../running-platform.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

describe('npm run dead-letters', () => {
  let directory: string;
  let platform: PlatformProcess;
  let database: Awaited<ReturnType<typeof openDatabase>>;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'switchyard-letters-'));
    platform = await startPlatformProcess({ env: { DATA_DIR: directory, LOG_LEVEL: 'silent' } });
    const { databaseUrl } = await findRunningPlatform(readConfig({ DATA_DIR: directory }));
    database = await openDatabase({ url: databaseUrl, schema: LOG_SCHEMA });
  });
  afterAll(async () => {
    await database.close();
    await platform.end('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  });

  const run = (...parameters: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(
        process.execPath,
        [path.join(ROOT, 'platform/src/dead-letters/cli.ts'), ...parameters],
        { env: { PATH: process.env.PATH, DATA_DIR: directory } },
        (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const tenantId = newId();
  const event = (type: string, data: object) => ({
    specversion: '1.0',
    id: newId(),
    source: 'switchyard/test',
    type,
    subject: tenantId,
    time: new Date().toISOString(),
    schemaversion: 1,
    tenantid: tenantId,
    data,
  });
  const query = <Row>(text: string, parameters: unknown[] = []) =>
    database.crossTenant('maintenance', (tx) => tx.query<Row>(text, parameters));
  const requests = () => query('select from billing.usage_record where tenant_id = $1', [tenantId]);

  it('shows what the running platform could not handle, and discards it', async () => {
    await query(
      `insert into log.event (topic, partition, tenant_id, time, envelope) values ('sessions.episode.v1', 3, $1, now(), $2::text::json)`,
      [tenantId, JSON.stringify(event('episode.forgotten', {}))],
    );
    await vi.waitFor(async () => expect((await run('list')).out.trim().split('\n')).toHaveLength(2), 20_000);
    const { out, code } = await run('list', '--group', 'metering');
    expect(code).toBe(0);
    expect(out).toMatch(/^[0-9a-f-]{36} {2}\S+Z {2}metering {2}sessions\.episode\.v1 {2}episode\.forgotten {2}UNKNOWN_TYPE/);
    const id = out.slice(0, 36);
    expect(JSON.parse((await run('show', id)).out)).toMatchObject({
      id,
      tenantId,
      message: expect.stringContaining('episode.forgotten'),
    });
    const replayed = await run('replay', id.slice(-12));
    expect(replayed).toMatchObject({ code: 1, err: expect.stringContaining('still does not fit (UNKNOWN_TYPE)') });
    expect(await run('discard', id)).toMatchObject({ code: 0, out: `${id} is discarded\n` });
    expect(await run('discard', '--group', 'analytics')).toMatchObject({ code: 0 });
    expect((await run('list')).out).toBe('');
  });

  it('replays what can be handled by now, once', async () => {
    const data = { episodeId: newId(), sessionId: newId(), useCase: 'FAQ' };
    const message = Buffer.from(JSON.stringify(event('episode.requested', data)));
    const ids = [newId(), newId()];
    // The same event twice: the handler knows it by its id.
    for (const id of ids) {
      await query(
        `insert into log.dead_letter (id, group_name, topic, partition, place, tenant_id, reason, detail, message)
         values ($1, 'metering', 'sessions.episode.v1', 3, 1, $2, 'HANDLER_FAILED', 'was broken', $3)`,
        [id, tenantId, message],
      );
    }
    expect(await run('replay', ids[0] ?? '')).toMatchObject({ code: 0, out: `${ids[0]} is handled\n` });
    expect(await requests()).toHaveLength(1);
    expect(await run('replay', '--group', 'metering')).toMatchObject({ code: 0, out: `${ids[1]} is handled\n` });
    expect(await requests()).toHaveLength(1);
  });

  it.each([
    [[], 'Use: npm run dead-letters'],
    [['burn'], 'There is no command burn.'],
    [['discard'], 'Say which: ids, or --group GROUP.'],
    [['list', '--shop', 'x'], '--shop'],
    [['show', '0193e2a0-0000-7000-8000-000000000001'], 'There is no dead letter 0193e2a0'],
  ])('says what is wrong with %j, and ends with 2', async (parameters, message) => {
    expect(await run(...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});
