import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Database, openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { type EpisodeId, type ModelCallId, newId, type SessionId, type TenantId, type ToolCallId } from '@switchyard/kernel/ids';
import { openPostgresPubSub } from '@switchyard/pubsub/postgres';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import { openRedisPubSub } from '@switchyard/pubsub/redis';
import { createLogger } from '@switchyard/runtime/logger';
import { hintSession } from '@switchyard/sessions/commands/hints';
import type { NewSessionEvent } from '@switchyard/sessions/domain/session-event';
import { SCHEMA as SESSIONS } from '@switchyard/sessions/module';
import { appendSessionEvents } from '@switchyard/sessions/store/session-events';
import { type CuttingProxy, startCuttingProxy } from '@switchyard/testing/cutting-proxy';
import { freePort } from '@switchyard/testing/free-port';
import { createGraphCaller } from '@switchyard/testing/graph-caller';
import { type PlatformProcess, startPlatformProcess } from '@switchyard/testing/platform-process';
import pg from 'pg';
import { appUrlAt } from '../postgres.ts';

/** Two whole platforms on one PostgreSQL and one Redis, each behind a proxy that can cut, and sessions that somebody writes to. */
export type RealtimeStage = {
  readonly proxies: readonly CuttingProxy[];
  /** Of the platforms themselves, as sockets reach them. */
  readonly urls: readonly string[];
  readonly pids: readonly number[];
  readonly sessions: readonly StagedSession[];
  /** Whether there is a Redis; without one, hints go through PostgreSQL. */
  readonly redis: boolean;
  /** Appends what one commit of an episode's work would: some events to one session. */
  write(session: StagedSession, end?: boolean): Promise<void>;
  /** Appends one piece of an answer. */
  publish(session: StagedSession): Promise<void>;
  /** The session's log: ids, kinds and texts in order. */
  log(session: StagedSession): Promise<readonly LogRow[]>;
  /** kill -9 or SIGTERM of one platform, and a start of it anew. */
  restart(index: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  restartRedis(): Promise<void>;
  /** Replaces the supergraph file by one that says the same in other bytes. */
  touchSupergraph(): Promise<void>;
  stop(): Promise<void>;
};

export type StagedSession = {
  readonly id: SessionId;
  readonly tenantId: TenantId;
  readonly key: string;
  readonly episodeId: EpisodeId;
  readonly toolCallId: ToolCallId;
};
export type LogRow = { readonly id: string; readonly kind: string; readonly text: string | null };

const SUPERGRAPH = path.join(import.meta.dirname, '../../../schema/supergraph.graphql');

export async function startRealtimeStage(sessionCount: number, tenantCount = 4): Promise<RealtimeStage> {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-realtime-'));
  const postgres = await startEmbeddedPostgres({
    directory: path.join(directory, 'postgres'),
    dangerouslyFast: true,
    maxConnections: 200,
  });
  const redisPort = await freePort();
  let redis = await startRedis(redisPort);
  const redisUrl = `redis://127.0.0.1:${redisPort}`;
  const secretKey = randomBytes(32);
  const operatorKey = randomBytes(16).toString('hex');
  const supergraphFile = path.join(directory, 'supergraph.graphql');
  const sdl = await readFile(SUPERGRAPH, 'utf8');
  await writeFile(supergraphFile, sdl);
  const ports = [await freePort(), await freePort()];
  const start = (index: number): Promise<PlatformProcess> =>
    startPlatformProcess({
      timeoutMs: 120_000,
      env: {
        PORT: String(ports[index]),
        DATABASE_URL: postgres.adminUrl,
        DATA_DIR: path.join(directory, `data-${index}`),
        SECRET_KEY: secretKey.toString('hex'),
        OPERATOR_KEY: operatorKey,
        SUPERGRAPH_FILE: supergraphFile,
        LOG_LEVEL: 'error',
        ...(redis === null ? {} : { REDIS_URL: redisUrl }),
      },
    });
  const processes = [await start(0)];
  processes.push(await start(1));
  const proxies = await Promise.all(ports.map(startCuttingProxy));
  const logger = createLogger({ level: 'silent', service: 'stage' });
  const appUrl = await appUrlAt(postgres.adminUrl, secretKey);
  const database: Database = await openDatabase({ url: appUrl, schema: SESSIONS });
  const hints: RunPubSub =
    redis === null ? await openPostgresPubSub({ url: appUrl, logger }) : await openRedisPubSub({ url: redisUrl, logger });
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  const sessions = await makeSessions(`http://127.0.0.1:${ports[0]}/graphql`, operatorKey, { sessionCount, tenantCount });
  let touched = 0;
  const append = ({ tenantId, id: sessionId }: StagedSession, events: readonly NewSessionEvent[]): Promise<void> =>
    database.tenant(tenantId, async (tx) => {
      await appendSessionEvents(tx, { tenantId, sessionId, at: new Date() }, events);
      hintSession(tx, hints);
    });

  return {
    proxies,
    sessions,
    redis: redis !== null,
    urls: ports.map((port) => `ws://127.0.0.1:${port}/graphql`),
    pids: processes.map(({ pid }) => pid),
    write: (session, end = false) => append(session, end ? [delta(session, '[end]')] : someEvents(session)),
    publish: (session) => append(session, [delta(session, `[${pieces++}]`)]),
    log: async ({ id }) =>
      (await admin.query<LogRow>('select id, kind, text from sessions.session_event where session_id = $1 order by seq', [id]))
        .rows,
    restart: async (index, signal) => {
      await processes[index]?.end(signal);
      processes[index] = await start(index);
    },
    restartRedis: async () => {
      if (redis === null) return;
      redis.kill('SIGKILL');
      await once(redis, 'exit');
      redis = await startRedis(redisPort);
    },
    touchSupergraph: () => writeFile(supergraphFile, `${sdl}\n# ${touched++}\n`),
    stop: async () => {
      await Promise.all(processes.map((process) => process.end('SIGTERM')));
      for (const proxy of proxies) await proxy.close();
      await hints.close();
      await database.close();
      await admin.end();
      redis?.kill('SIGKILL');
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

let pieces = 0;
const delta = ({ episodeId }: StagedSession, text: string): NewSessionEvent => ({
  kind: 'AnswerDelta',
  episodeId,
  modelCallId: MODEL_CALL,
  text,
});
const MODEL_CALL = newId<ModelCallId>();

function someEvents(session: StagedSession): NewSessionEvent[] {
  const { episodeId, toolCallId } = session;
  const piece = () => delta(session, `[${pieces++}]`);
  const dice = Math.random();
  if (dice < 0.1) return [{ kind: 'EpisodeChanged', episodeId }];
  if (dice < 0.2) return [piece(), { kind: 'ToolCallChanged', episodeId, toolCallId }, piece()];
  return Array.from({ length: 1 + Math.floor(Math.random() * 3) }, piece);
}

type Wanted = { readonly sessionCount: number; readonly tenantCount: number };

async function makeSessions(url: string, operatorKey: string, { sessionCount, tenantCount }: Wanted): Promise<StagedSession[]> {
  const operator = createGraphCaller(url, operatorKey);
  const sessions: StagedSession[] = [];
  for (let tenant = 0; tenant < tenantCount; tenant++) {
    const made = await operator.graph<{ createTenant: { secret: string; tenant: { id: TenantId } } }>(
      'mutation { createTenant(input: {name: "Realtime"}) { secret tenant { id } } }',
    );
    const { secret, tenant: owner } = made.createTenant;
    const caller = createGraphCaller(url, secret);
    for (let left = Math.ceil(sessionCount / tenantCount); left > 0; left -= 50) {
      const fields = Array.from({ length: Math.min(50, left) }, (_, n) => `s${n}: startSession(input: {useCase: FAQ}) { id }`);
      const started = await caller.graph<Record<string, { id: SessionId }>>(`mutation { ${fields.join(' ')} }`);
      for (const { id } of Object.values(started))
        sessions.push({ id, tenantId: owner.id, key: secret, episodeId: newId<EpisodeId>(), toolCallId: newId<ToolCallId>() });
    }
  }
  return sessions.slice(0, sessionCount);
}

/** Null where there is no redis-server. */
async function startRedis(port: number): Promise<ChildProcess | null> {
  const child = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const failed = once(child, 'error').then(() => null);
  const ready = (async () => {
    for await (const line of child.stdout) if (String(line).includes('Ready to accept')) break;
    child.stdout.destroy();
    return child;
  })();
  return await Promise.race([failed, ready]);
}
