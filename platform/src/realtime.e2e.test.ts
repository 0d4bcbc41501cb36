import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RealtimeStage, type StagedSession, startRealtimeStage } from './test-support/realtime-stage.ts';
import { RestlessClient } from './test-support/restless-client.ts';

/** How many connections are cut, over a tenth as many sessions, 1,000 at most: 100,000 over 1,000 sessions take about ten minutes. */
const DISCONNECTS = Number(process.env.REALTIME_DISCONNECTS ?? '500');
const SESSIONS = Math.min(1_000, Math.max(20, DISCONNECTS / 10));
const WRITERS = 6;

let stage: RealtimeStage;
beforeAll(async () => {
  stage = await startRealtimeStage(SESSIONS);
});
afterAll(() => stage.stop());

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** A client for each session, which goes to either platform, through its proxy. */
function watchAll(): RestlessClient[] {
  return stage.sessions.map(
    ({ id, key }) => new RestlessClient({ sessionId: id, key, url: () => `ws://127.0.0.1:${any(stage.proxies).port}/graphql` }),
  );
}

/** Writes to random sessions for as long as `work` takes, then an end to each, and waits until every client has seen that. */
async function whileWriting(clients: readonly RestlessClient[], work: () => Promise<void>): Promise<void> {
  const stopWriting = new AbortController();
  const writers = Array.from({ length: WRITERS }, async () => {
    while (!stopWriting.signal.aborted) {
      await stage.write(any(stage.sessions));
      await pause(Math.random() * 20);
    }
  });
  await work();
  stopWriting.abort();
  await Promise.all(writers);
  for (const session of stage.sessions) await stage.write(session, true);
  const deadline = Date.now() + 60_000;
  while (clients.some((client) => client.events.at(-1)?.text?.endsWith('[end]') !== true) && Date.now() < deadline)
    await pause(50);
}

/** Every text of the log once and in order; every tool call's states; of what was left out, only states that a later one replaced. */
async function compare(client: RestlessClient, session: StagedSession): Promise<void> {
  const log = await stage.log(session);
  expect(client.complaints).toEqual([]);
  expect(client.text).toBe(log.map(({ text }) => text ?? '').join(''));
  const places = new Map(log.map(({ id }, place) => [id, place]));
  const seen = client.events.map(({ id }) => places.get(id) ?? -1);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  expect(seen.includes(-1)).toBe(false);
  const ids = new Set(client.events.map(({ id }) => id));
  const due = (kind: string) => log.filter((row) => row.kind === kind).map(({ id }) => id);
  expect(due('ToolCallChanged').filter((id) => !ids.has(id))).toEqual([]);
  expect(
    due('EpisodeChanged')
      .slice(-1)
      .filter((id) => !ids.has(id)),
  ).toEqual([]);
}

const lossesOf = (clients: readonly RestlessClient[]) => clients.reduce((sum, { losses }) => sum + losses, 0);

/** Cuts connections until as many are lost as asked; now and then a whole platform, Redis, or the supergraph. */
async function cutUntil(clients: readonly RestlessClient[], wanted: number): Promise<void> {
  const others = [
    () => stage.restart(0, 'SIGKILL'),
    () => stage.restartRedis(),
    () => stage.touchSupergraph(),
    () => stage.restart(1, 'SIGKILL'),
    () => stage.restartRedis(),
    () => stage.touchSupergraph(),
  ];
  let running: Promise<void> | null = null;
  for (let done = 0; lossesOf(clients) < wanted || done < others.length; ) {
    const due = Math.floor((lossesOf(clients) / wanted) * (others.length + 1));
    if (running === null && due > done) {
      running =
        others[done]?.().finally(() => {
          running = null;
        }) ?? null;
      done += 1;
    }
    for (let n = 0; n < 4; n++) cutOne(any(clients));
    await pause(1);
  }
  await running;
}

function cutOne(client: RestlessClient): void {
  const { port } = client;
  if (port === undefined) return;
  if (Math.random() < 0.9) stage.proxies.some((proxy) => proxy.reset(port));
  else if (stage.proxies.some((proxy) => proxy.freeze(port))) client.abandon();
}

describe('clients that lose their connections at random moments', () => {
  test(`see every event of their session once and in order, over ${DISCONNECTS} cuts`, async () => {
    const clients = watchAll();
    const startedAt = Date.now();
    await whileWriting(clients, () => cutUntil(clients, DISCONNECTS));
    const events = clients.reduce((sum, client) => sum + client.events.length, 0);
    for (const [index, session] of stage.sessions.entries()) await compare(clients[index] as RestlessClient, session);
    console.log(
      `${lossesOf(clients)} connections lost over ${SESSIONS} sessions in ${((Date.now() - startedAt) / 1000).toFixed(0)} s, ${events} events seen` +
        `${stage.redis ? '' : ' (without Redis: there is no redis-server here)'}`,
    );
    for (const client of clients) client.stop();
  }, 1_800_000);

  test('are told to go on elsewhere when their server stops, and miss nothing when both are replaced in turn', async () => {
    const clients = watchAll();
    await whileWriting(clients, async () => {
      await pause(1_000);
      for (const index of [0, 1]) {
        await stage.restart(index, 'SIGTERM');
        await pause(500);
      }
    });
    for (const [index, session] of stage.sessions.entries()) await compare(clients[index] as RestlessClient, session);
    expect(lossesOf(clients)).toBeGreaterThan(0);
    const away = Math.max(...clients.map(({ longestAwayMs }) => longestAwayMs));
    console.log(`two drains under ${SESSIONS} sockets: ${lossesOf(clients)} moved, away for ${away} ms at most`);
    for (const client of clients) client.stop();
  }, 300_000);
});
