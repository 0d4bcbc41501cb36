import { setTimeout as sleep } from 'node:timers/promises';
import { SCHEMA as ANALYTICS } from '@switchyard/analytics/module';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { appUrlAt, openPostgres } from './postgres.ts';
import { StartError } from './start-error.ts';

/** Where analytics writes, and where it reads: connection strings of the application's role. */
export type AnalyticsUrls = { readonly primary: string; readonly replica: string | null };

/** A replica that was made a moment ago may be this much behind before it knows the roles and tables. */
const REPLICA_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 250;

export type AnalyticsPostgresOptions = {
  readonly config: Config;
  /** Of the platform's own database, where analytics lives unless ANALYTICS_DATABASE_URL says otherwise. */
  readonly mainUrl: string;
  readonly secretKey: Buffer;
  readonly dataDir: string;
  readonly logger: Logger;
};

/**
 * Makes the roles and tables of analytics where it lives. The log's tables are made there too: the positions of what reads the
 * log commit with what it writes.
 * @throws StartError
 */
export async function openAnalyticsPostgres(options: AnalyticsPostgresOptions): Promise<AnalyticsUrls> {
  const { config, secretKey } = options;
  const isNeeded = config.ROLES.includes('analytics') || config.ROLES.includes('worker-projector');
  if (!isNeeded) return { primary: options.mainUrl, replica: null };
  const primary =
    config.ANALYTICS_DATABASE_URL === undefined
      ? options.mainUrl
      : (
          await openPostgres({
            ...options,
            databaseUrl: config.ANALYTICS_DATABASE_URL,
            variable: 'ANALYTICS_DATABASE_URL',
            schemas: [LOG_SCHEMA, ANALYTICS],
          })
        ).appUrl;
  if (config.ANALYTICS_REPLICA_URL === undefined) return { primary, replica: null };
  await untilReplicaFollows(config.ANALYTICS_REPLICA_URL, primary);
  return { primary, replica: await appUrlAt(config.ANALYTICS_REPLICA_URL, secretKey, 'ANALYTICS_REPLICA_URL') };
}

/** Whatever else it answers, a server with another identity would show the figures of somebody else. */
async function untilReplicaFollows(replicaUrl: string, primaryUrl: string): Promise<void> {
  const shown = new URL(replicaUrl).host;
  const wanted = await identityOf(primaryUrl);
  let known: Awaited<ReturnType<typeof identityOf>> | undefined;
  let failure: unknown;
  for (const end = Date.now() + REPLICA_WITHIN_MS; Date.now() < end; await sleep(LOOK_EVERY_MS)) {
    try {
      known = await identityOf(replicaUrl);
      if (known.system !== wanted.system) break;
      if (known.ready) return;
    } catch (error) {
      failure = error;
    }
  }
  if (known === undefined) {
    throw new StartError(
      `The replica at ${shown} cannot be reached (${(failure as Error | undefined)?.message}): check ANALYTICS_REPLICA_URL, and that the server runs.`,
      failure,
    );
  }
  throw new StartError(
    known.system === wanted.system
      ? `The replica at ${shown} does not follow: its tables are missing after ${REPLICA_WITHIN_MS / 1000} s. Look at its log.`
      : `PostgreSQL at ${shown} is no replica of the one that analytics writes to: check ANALYTICS_REPLICA_URL.`,
  );
}

async function identityOf(url: string): Promise<{ system: string; ready: boolean }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ system: string; ready: boolean }>(
      `select system_identifier::text as system, to_regclass('analytics.projection_rebuild') is not null as ready from pg_control_system()`,
    );
    return rows[0] ?? { system: '', ready: false };
  } finally {
    await client.end();
  }
}
