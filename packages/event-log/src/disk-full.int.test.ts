import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@switchyard/database/database';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import pino from 'pino';
import { describe, expect, inject, it, vi } from 'vitest';
import { listDeadLetters } from './dead-letters.ts';
import { createPostgresLog } from './postgres-log.ts';
import { LOG_SCHEMA } from './schema.ts';
import { committedTokens, EFFECTS_SCHEMA, effectsOf, recordInto, write } from './test-support/effects.ts';

const logger = pino({ level: 'silent' });
const mayMount = process.getuid?.() === 0 && process.platform === 'linux';

describe('the PostgreSQL log on a disk that is full', () => {
  it.skipIf(!mayMount)(
    'refuses what does not fit as a whole, keeps and brings the rest, and goes on when there is room',
    async () => {
      const disk = await mkdtemp(path.join(tmpdir(), 'switchyard-disk-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
      const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
      const admin = new pg.Pool({ connectionString: test.adminUrl, max: 1 });
      const tablespace = `small_${process.pid}`;
      try {
        await moveTo(admin, path.join(disk, 'space'), tablespace);
        const database = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA });
        const log = await createPostgresLog({ url: test.appUrl, logger });
        await log.consume({ group: 'full', topics: ['sessions.episode.v1'], database, handle: recordInto('full') });

        // What does not compress.
        const padding = randomBytes(3_000).toString('base64');
        const refused: unknown[] = [];
        for (let nr = 0; refused.length < 5; nr += 1) {
          await write(database, `subject${nr % 3}`, [`${nr}.a.${padding}`, `${nr}.b.${padding}`]).catch((error: unknown) =>
            refused.push(error),
          );
          expect(nr).toBeLessThan(5_000);
        }
        for (const error of refused) expect(error).toMatchObject({ name: 'UnreachableError', cause: { code: '53100' } });
        const committed = await committedTokens(database);
        expect(committed.length).toBeGreaterThan(100);
        await vi.waitFor(async () => expect((await effectsOf(database, 'full')).length).toBe(committed.length), 20_000);

        execFileSync('mount', ['-o', 'remount,size=64m', disk]);
        await write(database, 'subject0', ['room again']);
        await vi.waitFor(async () => expect(await effectsOf(database, 'full', 'subject0')).toContain('room again'), 20_000);
        for (const subject of ['subject0', 'subject1', 'subject2'])
          expect(await effectsOf(database, 'full', subject)).toEqual(await committedTokens(database, subject));
        expect(await listDeadLetters(database)).toEqual([]);
        await log.close();
        await database.close();
      } finally {
        await admin.end();
        await test.drop();
        await onServer(`drop tablespace if exists ${tablespace}`);
        execFileSync('umount', [disk]);
        await rm(disk, { recursive: true, force: true });
      }
    },
  );
});

/** Puts the partitions of the topic, with their indexes, on that disk. */
async function moveTo(admin: pg.Pool, location: string, tablespace: string): Promise<void> {
  await mkdir(location, { mode: 0o700 });
  const { rows } = await admin.query<{ data_directory: string }>('show data_directory');
  const { uid, gid } = await stat(rows[0]?.data_directory ?? '/');
  await chown(location, uid, gid);
  await admin.query(`create tablespace ${tablespace} location '${location}'`);
  const { rows: leaves } = await admin.query<{ leaf: string }>(
    `select leaf from log.topic_month where stem = 'event_sessions_episode_v1'`,
  );
  for (const { leaf } of leaves) {
    await admin.query(`alter table log.${leaf} set tablespace ${tablespace}`);
    const { rows: indexes } = await admin.query<{ name: string }>(
      `select indexrelid::regclass::text as name from pg_index where indrelid = $1::regclass`,
      [`log.${leaf}`],
    );
    for (const { name } of indexes) await admin.query(`alter index ${name} set tablespace ${tablespace}`);
  }
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') });
  await client.connect();
  await client.query(text);
  await client.end();
}
