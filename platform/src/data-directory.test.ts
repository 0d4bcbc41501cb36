import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDirectory } from './data-directory.ts';
import { StartError } from './start-error.ts';

const BEAT_MS = 40;

describe('a data directory', () => {
  let root: string;
  let lockFile: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'switchyard-data-'));
    lockFile = path.join(root, 'platform.pid');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('is of one platform at a time', async () => {
    const first = await openDataDirectory(root, BEAT_MS);
    await expect(openDataDirectory(root, BEAT_MS)).rejects.toThrow(/is in use by another Switchyard \(process \d+\)/);
    await first.release();
    await (await openDataDirectory(root, BEAT_MS)).release();
  });

  it('is free when the process that had it is gone, though its pid may be another’s now', async () => {
    const [pid, , ...where] = await lockOf();
    await writeFile(lockFile, [pid, '1', ...where].join(' '));
    await (await openDataDirectory(root, BEAT_MS)).release();
  });

  it('is refused while a platform that we cannot see has it, and taken over once that one is silent', async () => {
    const [pid, startTime] = await lockOf();
    await writeFile(lockFile, `${pid} ${startTime} pid:[1] replica-2`);
    const beats = setInterval(() => void utimes(lockFile, new Date(), new Date()), BEAT_MS);
    await expect(openDataDirectory(root, BEAT_MS)).rejects.toThrow(/in use by another Switchyard \(on replica-2\).*DATA_DIR/);
    clearInterval(beats);
    await (await openDataDirectory(root, BEAT_MS)).release();
  });

  it('shows all the time that it is in use', async () => {
    const opened = await openDataDirectory(root, BEAT_MS);
    const longAgo = new Date(0);
    await utimes(lockFile, longAgo, longAgo);
    await expect.poll(async () => (await stat(lockFile)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    await opened.release();
  });

  it('keeps a secret for its owner alone', async () => {
    const opened = await openDataDirectory(root, BEAT_MS);
    expect(await opened.secret('a.key', () => 'made')).toEqual({ value: 'made', made: true });
    expect(await opened.secret('a.key', () => 'again')).toEqual({ value: 'made', made: false });
    await opened.release();
  });

  it('says what to do when it cannot be made', async () => {
    await writeFile(path.join(root, 'file'), '');
    await expect(openDataDirectory(path.join(root, 'file', 'below'))).rejects.toThrow(StartError);
  });

  /** What a platform of this process writes into its file. */
  async function lockOf(): Promise<string[]> {
    const opened = await openDataDirectory(root, BEAT_MS);
    const text = await readFile(lockFile, 'utf8');
    await opened.release();
    return text.split(' ');
  }
});
