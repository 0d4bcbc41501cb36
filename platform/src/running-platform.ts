import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from './config.ts';
import { appUrlAt, embeddedAppUrl } from './postgres.ts';
import { StartError } from './start-error.ts';

/** Where a platform that has been started keeps its data: connection strings of the application's role. */
export type RunningPlatform = {
  readonly databaseUrl: string;
  /** Of the read models. */
  readonly analyticsUrl: string;
};

/**
 * For commands beside the platform: finds its databases by the same configuration, and changes nothing.
 * @throws StartError when there is none, in one sentence that says what to do.
 */
export async function findRunningPlatform(config: Config): Promise<RunningPlatform> {
  const root = path.resolve(config.DATA_DIR);
  const secret = config.SECRET_KEY ?? (await readFile(path.join(root, 'secret.key'), 'utf8').catch(() => '')).trim();
  if (secret === '') {
    throw new StartError(
      `There is no platform in ${root}: start it with npm start, or set DATA_DIR (or SECRET_KEY) as it has it.`,
    );
  }
  const secretKey = Buffer.from(secret, 'hex');
  const databaseUrl =
    config.DATABASE_URL === undefined
      ? embeddedAppUrl(await embeddedPort(root), secretKey)
      : await appUrlAt(config.DATABASE_URL, secretKey);
  const analyticsUrl =
    config.ANALYTICS_DATABASE_URL === undefined
      ? databaseUrl
      : await appUrlAt(config.ANALYTICS_DATABASE_URL, secretKey, 'ANALYTICS_DATABASE_URL');
  return { databaseUrl, analyticsUrl };
}

/** The fourth line of postmaster.pid, which PostgreSQL removes when it stops. */
async function embeddedPort(root: string): Promise<number> {
  const lines = (await readFile(path.join(root, 'pgdata', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!(pid > 0 && port > 0 && isAlive(pid)))
    throw new StartError(`The platform in ${root} does not run: start it with npm start, then try again.`);
  return port;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
