import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type RealtimeStage, startRealtimeStage } from '../platform/src/test-support/realtime-stage.ts';
import { machineLine, quantile } from './machine.ts';

/**
 * `npm run bench -- realtime [connections]`: bytes per idle connection, events fanned out per second (1 → 1,000 watchers; 1,000
 * sessions with a watcher each), delivery lag, and what one reader that stops does to the others. Beside it, in the same run and by the
 * same clients, a plain graphql-ws + graphql-js server, which has no log, no tenants and no second subgraph: its events are in memory.
 * Lag is from the event's own time, before its commit, to its arrival.
 */
const IDLE = Number(process.argv[2] ?? 10_000);
const WATCHERS = 1_000;

/** One of the two servers, as the clients and the writer see it. */
type Bench = {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  /** The keys to spread connections over. */
  readonly keys: readonly string[];
  readonly sessions: readonly { readonly id: string; readonly key: string }[];
  publish(session: number): Promise<void>;
};

console.log(machineLine());
const stage = await startRealtimeStage(WATCHERS + 1, 10);
const plain = await startPlain();
try {
  for (const bench of [ofPlain(plain), ofStage(stage)]) {
    console.log(`\n${bench.name}`);
    await idle(bench);
    await fanOut(bench);
    await manySessions(bench);
    await slowReader(bench);
  }
} finally {
  plain.child.kill();
  await stage.stop();
}

async function idle(bench: Bench): Promise<void> {
  const before = await settledBytes(bench.pid);
  const sockets: WebSocket[] = [];
  for (let n = 0; n < IDLE; n += 100) {
    const batch = Array.from({ length: Math.min(100, IDLE - n) }, (_, i) =>
      connect(bench.url, bench.keys[(n + i) % bench.keys.length] ?? ''),
    );
    sockets.push(...(await Promise.all(batch)));
  }
  const bytes = ((await settledBytes(bench.pid)) - before) / IDLE;
  console.log(`  ${IDLE} idle connections: ${(bytes / 1024).toFixed(1)} KiB of resident memory each`);
  await closeAll(sockets);
}

async function fanOut(bench: Bench): Promise<void> {
  const watched = Array.from({ length: WATCHERS }, () => bench.sessions[WATCHERS] ?? { id: '', key: '' });
  const { sockets, seen } = await watchAll(bench, watched);
  const EVENTS = 100;
  const [cpu, startedAt] = [cpuSeconds(bench.pid), performance.now()];
  for (let n = 0; n < EVENTS; n++) await bench.publish(WATCHERS);
  while (seen.count < EVENTS * WATCHERS) await pause(2);
  const seconds = (performance.now() - startedAt) / 1000;
  const perDelivery = ((cpuSeconds(bench.pid) - cpu) / (EVENTS * WATCHERS)) * 1e6;
  console.log(
    `  1 → ${WATCHERS}: ${Math.round((EVENTS * WATCHERS) / seconds)} deliveries/s, ${perDelivery.toFixed(1)} µs of processor each`,
  );
  seen.lags.length = 0;
  for (let n = 0; n < 50; n++) {
    await bench.publish(WATCHERS);
    await pause(100);
  }
  await pause(500);
  console.log(`  1 → ${WATCHERS}, 10 events/s: lag ${lagsOf(seen.lags)}`);
  await closeAll(sockets);
}

async function manySessions(bench: Bench): Promise<void> {
  const { sockets, seen } = await watchAll(bench, bench.sessions.slice(0, WATCHERS));
  const until = performance.now() + 5_000;
  let published = 0;
  const cpu = cpuSeconds(bench.pid);
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (performance.now() < until) await bench.publish(published++ % WATCHERS);
    }),
  );
  while (seen.count < published) await pause(2);
  const each = ((cpuSeconds(bench.pid) - cpu) / published) * 1e6;
  console.log(
    `  ${WATCHERS} × 1: ${Math.round(published / 5)} events/s (as fast as 8 writers write), ${each.toFixed(0)} µs of processor each, lag ${lagsOf(seen.lags)}`,
  );
  await closeAll(sockets);
}

async function slowReader(bench: Bench): Promise<void> {
  const watched = Array.from({ length: 100 }, () => bench.sessions[WATCHERS] ?? { id: '', key: '' });
  const { sockets, seen } = await watchAll(bench, watched);
  const round = async (): Promise<string> => {
    seen.lags.length = 0;
    for (let n = 0; n < 150; n++) {
      await bench.publish(WATCHERS);
      await pause(20);
    }
    await pause(300);
    return lagsOf(seen.lags);
  };
  const all = await round();
  sockets[0]?.pause();
  console.log(`  100 watchers, 50 events/s: lag ${all}; with one that does not read: ${await round()}`);
  sockets[0]?.resume();
  await closeAll(sockets);
}

async function watchAll(bench: Bench, watched: readonly { readonly id: string; readonly key: string }[]) {
  const seen = { count: 0, lags: [] as number[] };
  const sockets: WebSocket[] = [];
  for (const { id, key } of watched) {
    const socket = await connect(bench.url, key);
    socket.on('message', (text) => {
      const message = JSON.parse(String(text)) as { type: string; payload: { data: { sessionEvents: { at: string } } } };
      if (message.type !== 'next') return;
      seen.count += 1;
      seen.lags.push(Date.now() - Date.parse(message.payload.data.sessionEvents.at));
    });
    const query = 'subscription W($id: ID!) { sessionEvents(sessionId: $id) { __typename id at ... on AnswerDelta { text } } }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id } } }));
    sockets.push(socket);
  }
  // Until what there was already has arrived everywhere.
  for (let before = -1; before !== seen.count; ) {
    before = seen.count;
    await pause(1_000);
  }
  seen.count = 0;
  seen.lags.length = 0;
  return { sockets, seen };
}

async function connect(url: string, key: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
  await once(socket, 'message');
  return socket;
}

async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.terminate();
  await pause(1_000);
}

function ofStage({ urls, pids, sessions, publish }: RealtimeStage): Bench {
  return {
    name: 'Switchyard (PostgreSQL, Redis, the gateway and four subgraphs in one process)',
    pid: pids[0] ?? 0,
    url: urls[0] ?? '',
    keys: [...new Set(sessions.map(({ key }) => key))],
    sessions,
    publish: async (index) => {
      const session = sessions[index];
      if (session !== undefined) await publish(session);
    },
  };
}

type Plain = { readonly child: ChildProcess; readonly url: string };

async function startPlain(): Promise<Plain> {
  const child = fork(path.join(import.meta.dirname, 'realtime-plain.ts'), { stdio: 'inherit' });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

function ofPlain({ child, url }: Plain): Bench {
  return {
    name: 'plain graphql-ws + graphql-js, events in memory',
    pid: child.pid ?? 0,
    url,
    keys: [''],
    sessions: Array.from({ length: WATCHERS + 1 }, (_, n) => ({ id: String(n), key: '' })),
    // Handed over when the pipe takes it: a writer that does not wait for a commit.
    publish: (session) =>
      new Promise((resolve, reject) => child.send(session, (error) => (error === null ? resolve() : reject(error)))),
  };
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function settledBytes(pid: number): Promise<number> {
  await pause(3_000);
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

function lagsOf(lags: readonly number[]): string {
  return `p50 ${quantile(lags, 0.5)} ms, p99 ${quantile(lags, 0.99)} ms`;
}
