import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, readlink, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { StartError } from './start-error.ts';

/** Bytes that a first start needs for PostgreSQL's files, and a later one for its write-ahead log. */
const NEEDED = { first: 256 * 2 ** 20, later: 64 * 2 ** 20 };

export type DataDirectory = {
  readonly path: string;
  /** Whether a platform has been here before. */
  readonly isNew: boolean;
  /** Reads a secret that is kept here; made by `make` the first time. Readable by its owner alone. */
  secret(name: string, make: () => string): Promise<{ value: string; made: boolean }>;
  /** Gives the directory free for the next platform. */
  release(): Promise<void>;
};

/**
 * Opens the directory for this process alone.
 * @throws StartError when it cannot be made or written, another platform uses it, or its disk is full.
 */
export async function openDataDirectory(directory: string, beatMs = BEAT_MS): Promise<DataDirectory> {
  const root = path.resolve(directory);
  try {
    await mkdir(root, { recursive: true });
    // PostgreSQL's system user must be able to enter it when we run as root.
    if (process.getuid?.() === 0) await chmod(root, 0o755);
  } catch (cause) {
    throw new StartError(
      `The data directory ${root} cannot be made (${codeOf(cause)}): set DATA_DIR to a folder that this user may write.`,
      cause,
    );
  }
  const isNew = !(await exists(path.join(root, 'pgdata', 'PG_VERSION')));
  await refuseFullDisk(root, isNew ? NEEDED.first : NEEDED.later);
  const unlock = await lock(root, path.join(root, 'platform.pid'), beatMs);
  return {
    path: root,
    isNew,
    secret: (name, make) => keptSecret(path.join(root, name), make),
    release: unlock,
  };
}

async function refuseFullDisk(root: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new StartError(
    `The disk of ${root} has ${Math.floor(free / 2 ** 20)} MiB left and the platform needs ${needed / 2 ** 20}: free some, or set DATA_DIR to another disk.`,
  );
}

/** How often a platform touches its file. One that was left alone for four times as long is nobody's. */
const BEAT_MS = 2_000;

/**
 * The file holds our pid and start time, so that a number that the system gave to another process is not taken for a platform,
 * and where that pid means something. It is touched again and again: that tells of a platform whose pid we cannot see, such as
 * another container's on the same volume.
 */
async function lock(root: string, file: string, beatMs: number): Promise<() => Promise<void>> {
  const mine = `${process.pid} ${await startTimeOf(process.pid)} ${await pidsOf()}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(mine);
      await handle.close();
      return beat(file, beatMs);
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST')
        throw new StartError(
          `The data directory ${root} cannot be written (${codeOf(cause)}): set DATA_DIR to a folder that this user may write.`,
          cause,
        );
    }
    const holder = await holderOf(file, beatMs);
    if (holder !== null) {
      throw new StartError(
        `The data directory ${root} is in use by another Switchyard (${holder}): stop that one, or set DATA_DIR to another folder.`,
      );
    }
    await rm(file, { force: true });
  }
  throw new StartError(`The data directory ${root} is being opened by another Switchyard: set DATA_DIR to another folder.`);
}

function beat(file: string, beatMs: number): () => Promise<void> {
  const timer = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), beatMs);
  return async () => {
    clearInterval(timer);
    await rm(file, { force: true });
  };
}

/** The living platform that the file is of; null when there is none. */
async function holderOf(file: string, beatMs: number): Promise<string | null> {
  const [pid = '', startTime = '', ...where] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  if (startTime === '') return null;
  if (where.join(' ') === (await pidsOf())) return (await startTimeOf(Number(pid))) === startTime ? `process ${pid}` : null;
  const touched = async () => (await stat(file).catch(() => null))?.mtimeMs ?? 0;
  const before = await touched();
  for (let waitedMs = 0; waitedMs < 4 * beatMs; waitedMs += beatMs / 4) {
    await new Promise((resolve) => setTimeout(resolve, beatMs / 4));
    if ((await touched()) !== before) return `on ${where.at(-1) ?? 'another machine'}`;
  }
  return null;
}

/** Where a pid means the same process: the pid namespace (each container has its own), and the machine. */
async function pidsOf(): Promise<string> {
  return `${await readlink('/proc/self/ns/pid').catch(() => 'pid:')} ${hostname()}`;
}

/** Field 22 of /proc/PID/stat; where there is no /proc, whether the process lives at all. */
async function startTimeOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat !== null) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'gone' : (fields[19] ?? 'gone');
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return 'gone';
  }
}

async function keptSecret(file: string, make: () => string): Promise<{ value: string; made: boolean }> {
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept !== '') return { value: kept, made: false };
  const value = make();
  await writeFile(file, `${value}\n`, { mode: 0o600 });
  return { value, made: true };
}

export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

async function exists(file: string): Promise<boolean> {
  return await readFile(file).then(
    () => true,
    () => false,
  );
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}
