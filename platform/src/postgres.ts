import { createHmac } from 'node:crypto';
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from '@switchyard/database/embedded';
import { migrate } from '@switchyard/database/migrate';
import { APP_ROLE, ensureRoles, OWNER_ROLE } from '@switchyard/database/roles';
import type { Schema } from '@switchyard/database/schema';
import pg from 'pg';
import type { Logger } from 'pino';
import { StartError } from './start-error.ts';

const EMBEDDED_DATABASE = 'switchyard';
const OLDEST_VERSION = 160_000; // `grant … with inherit false` is PostgreSQL 16's

export type Postgres = {
  /** Of the application's role, which owns nothing and is under row-level security. */
  readonly appUrl: string;
  stop(): Promise<void>;
};

export type PostgresOptions = {
  /** Of a server outside; null starts the embedded one. */
  readonly databaseUrl: string | null;
  /** The variable that names it, for what is said when it does not work. Default DATABASE_URL. */
  readonly variable?: string;
  readonly dataDir: string;
  readonly secretKey: Buffer;
  readonly schemas: readonly Schema[];
  readonly logger: Logger;
};

/**
 * Starts or reaches PostgreSQL, makes the platform's roles, and migrates every schema.
 * @throws StartError
 */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  if (options.databaseUrl === null) return await openEmbedded(options);
  const rights = await rightsAt(options.databaseUrl, options.variable);
  // A role without these rights is the application's own: somebody else has made the roles and migrated.
  if (!rights.mayMakeRoles) return { appUrl: options.databaseUrl, stop: async () => undefined };
  return { appUrl: await prepare(options.databaseUrl, options), stop: async () => undefined };
}

async function openEmbedded(options: PostgresOptions): Promise<Postgres> {
  let server: EmbeddedPostgres;
  try {
    server = await startEmbeddedPostgres({
      directory: options.dataDir,
      onLog: (line) => options.logger.debug({ component: 'postgres' }, line),
    });
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw new StartError(error.message, error);
    throw error;
  }
  try {
    const url = new URL(server.adminUrl);
    url.pathname = `/${EMBEDDED_DATABASE}`;
    await makeDatabase(server.adminUrl, EMBEDDED_DATABASE);
    return { appUrl: await prepare(String(url), options), stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function prepare(adminUrl: string, { secretKey, schemas }: PostgresOptions): Promise<string> {
  await ensureRoles(adminUrl, { owner: passwordOf(OWNER_ROLE, secretKey), app: passwordOf(APP_ROLE, secretKey) });
  await migrate(urlOf(adminUrl, OWNER_ROLE, secretKey), schemas);
  return urlOf(adminUrl, APP_ROLE, secretKey);
}

/** How the application connects to a server that is prepared: as its own role, whoever the given connection string names. */
export async function appUrlAt(url: string, secretKey: Buffer, variable = 'DATABASE_URL'): Promise<string> {
  return (await rightsAt(url, variable)).mayMakeRoles ? urlOf(url, APP_ROLE, secretKey) : url;
}

/** The same for the embedded server, which listens on this port for as long as its platform runs. */
export function embeddedAppUrl(port: number, secretKey: Buffer): string {
  return urlOf(`postgres://127.0.0.1:${port}/${EMBEDDED_DATABASE}`, APP_ROLE, secretKey);
}

function urlOf(server: string, role: string, secretKey: Buffer): string {
  const url = new URL(server);
  url.username = role;
  url.password = passwordOf(role, secretKey);
  return String(url);
}

function passwordOf(role: string, secretKey: Buffer): string {
  return createHmac('sha256', secretKey).update(`database/${role}`).digest('base64url');
}

async function makeDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient({ url: adminUrl, variable: 'DATABASE_URL' }, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}

async function rightsAt(url: string, variable = 'DATABASE_URL'): Promise<{ mayMakeRoles: boolean }> {
  const shown = new URL(url).host;
  return await withClient({ url, variable }, async (client) => {
    const { rows } = await client.query<{ version: number; may: boolean }>(
      `select current_setting('server_version_num')::int as version, rolsuper or rolcreaterole as may from pg_roles where rolname = current_user`,
    );
    const [row] = rows;
    if (row === undefined || row.version < OLDEST_VERSION) {
      throw new StartError(
        `PostgreSQL at ${shown} is too old: the platform needs version 16 or later, so point ${variable} at such a server.`,
      );
    }
    return { mayMakeRoles: row.may };
  });
}

async function withClient<T>(
  { url, variable }: { url: string; variable: string },
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (cause) {
    throw new StartError(
      `PostgreSQL at ${new URL(url).host} cannot be reached (${(cause as Error).message}): check ${variable}, and that the server runs.`,
      cause,
    );
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
