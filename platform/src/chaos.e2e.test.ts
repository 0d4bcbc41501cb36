import { setTimeout as sleep } from 'node:timers/promises';
import { ANALYTICS_GROUP, ANALYTICS_TOPICS, createAnalyticsModule } from '@switchyard/analytics/module';
import { FIRST_MINUTE, MINUTES } from '@switchyard/analytics/test-support/event-streams';
import { recompute } from '@switchyard/analytics/test-support/recompute';
import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { TOPICS } from '@switchyard/contracts/events';
import { listDeadLetters } from '@switchyard/event-log/dead-letters';
import { createKafkaLog, type KafkaLog } from '@switchyard/event-log/kafka-log';
import { createPostgresLog, type PostgresLog } from '@switchyard/event-log/postgres-log';
import { systemClock } from '@switchyard/kernel/clock';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import { hasKafka } from '@switchyard/testing/kafka-broker';
import { RELAY_GROUP } from '@switchyard/worker-relay/relay';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chaosEvents, writeBatch } from './test-support/chaos-events.ts';
import { type Kept, keep, startGround, startRepeater } from './test-support/chaos-harness.ts';

/** How many events; the full size is 200000. */
const EVENTS = Number(process.env.CHAOS_EVENTS ?? 6_000);
/** Appended while the broker is away. */
const BACKLOG = Number(process.env.CHAOS_BACKLOG ?? 10_000);
const AWAY_MS = Number(process.env.CHAOS_AWAY_MS ?? 8_000);
/** Of each kind at least. */
const KILLS = Number(process.env.CHAOS_KILLS ?? 2);
const PREFIX = 'chaos.';
const CONTEXT_KEY = Buffer.alloc(32, 7);
const logger = pino({ level: 'silent' });

const KPIS = `query ($range: TimeRange!) { kpis(range: $range) {
  sessions episodes successRate escalationRate misrouteRate toolCalls toolCallFailureRate compensations inputTokens outputTokens
  cost { amount } expectedCost { amount } savings { amount } tierDistribution { tier share } feedbackScore
} }`;
const WHOLE = { from: FIRST_MINUTE, to: FIRST_MINUTE + (MINUTES + 1) * 60_000 };

type Kpis = Record<string, unknown> &
  Record<'cost' | 'expectedCost' | 'savings', { amount: string }> & {
    tierDistribution: { tier: string; share: number }[];
  };

if (!hasKafka()) {
  describe('chaos', () => {
    it.skipIf(process.env.CI !== 'true')('needs the broker that .ci/services.sh brings', () => {
      expect(hasKafka()).toBe(true);
    });
  });
} else {
  describe('under chaos', () => {
    let ground: Awaited<ReturnType<typeof startGround>>;
    let kafka: KafkaLog;
    let outbox: PostgresLog;
    let relays: Kept[];
    let consumers: Kept[] = [];
    const written = new Map<TenantId, EventEnvelope[]>();

    beforeAll(async () => {
      ground = await startGround();
      kafka = await createKafkaLog({ brokers: [ground.broker.address], logger, prefix: PREFIX });
      outbox = await createPostgresLog({ url: ground.url, logger });
      relays = [1, 2].map(() => keep(['relay', ground.url, ground.broker.address, PREFIX]));
    });
    afterAll(async () => {
      for (const process of [...relays, ...consumers]) await process.stop();
      await kafka.close();
      await outbox.close();
      await ground.stop();
    });

    /** Where events wait. The relay first: what it has published then waits. @throws while something cannot be asked. */
    const waiting = async (): Promise<string[]> => {
      const { database } = ground;
      const metered = ANALYTICS_TOPICS.filter((topic) => METERED.includes(topic));
      const lags = [
        await outbox.lag({ group: RELAY_GROUP, topics: TOPICS, database }),
        await kafka.lag({ group: 'metering', topics: metered, database }),
        await kafka.lag({ group: ANALYTICS_GROUP, topics: ANALYTICS_TOPICS, database }),
      ];
      return lags.flatMap((of) =>
        of.flatMap(({ group, topic, events }) => (events === 0 ? [] : [`${events} ${topic} for ${group}`])),
      );
    };
    const settled = async (withinMs: number): Promise<void> => {
      let left = ['unknown'];
      for (const deadline = Date.now() + withinMs; left.length > 0; await sleep(500)) {
        left = await waiting().catch((error: unknown) => [String(error)]);
        if (Date.now() > deadline) throw new Error(`events still wait: ${left.join(', ')}`);
      }
    };
    const writeAll = async (events: ReturnType<typeof chaosEvents>, firstNr: number): Promise<void> => {
      const queue = events.batches.entries();
      const writer = async (): Promise<void> => {
        for (const [index, batch] of queue) await writeBatch(ground.database, firstNr + index, batch);
      };
      await Promise.all([writer(), writer(), writer(), writer()]);
      for (const [tenantId, own] of events.byTenant) written.set(tenantId, [...own]);
    };

    it('has every KPI and every usage total exact after brokers, servers and consumers were killed over and over', async () => {
      const events = chaosEvents(EVENTS, 20_260_101);
      consumers = [1, 2].map(() => keep(['consumers', ground.url, ground.broker.address, PREFIX]));
      const repeater = await startRepeater(
        ground.broker.address,
        TOPICS.map((topic) => PREFIX + topic),
      );
      const over = new AbortController();
      const kills = { broker: 0, consumers: 0, relays: 0, postgres: 0 };
      const every = async (ms: number, name: keyof typeof kills, kill: () => unknown): Promise<void> => {
        while (!over.signal.aborted || kills[name] < KILLS) {
          await sleep(ms * (0.5 + Math.random()));
          if ((await kill()) !== false) kills[name] += 1;
        }
      };
      const chaos = Promise.all([
        every(6_000, 'broker', () => ground.broker.crash()),
        every(5_000, 'consumers', () => consumers[kills.consumers % 2]?.kill()),
        every(7_000, 'relays', () => relays[kills.relays % 2]?.kill()),
        every(10_000, 'postgres', () => ground.crashPostgres()),
      ]);
      await writeAll(events, 0);
      over.abort();
      await chaos;
      await settled(Math.max(120_000, EVENTS * 5));
      console.log(
        `chaos: ${[...events.byTenant.values()].flat().length} events, ${repeater.repeated()} published again, kills: ${JSON.stringify(kills)}`,
      );
      await repeater.stop();
      for (const consumer of consumers) await consumer.stop();
      expect(await listDeadLetters(ground.database)).toEqual([]);
      for (const tenantId of events.tenants) {
        expect(await readKpis(tenantId)).toMatchObject(kpisOf(written.get(tenantId) ?? []));
        expect(await readUsage(tenantId)).toEqual(usageOf(written.get(tenantId) ?? []));
      }
    }, 3_000_000);

    it('has a relay that lives through the loss of its broker in little memory, and catches up by itself', async () => {
      await settled(60_000);
      const before = Math.max(...relays.map((relay) => relay.peakMib()));
      const events = chaosEvents(BACKLOG, 7);
      ground.broker.pause();
      const began = performance.now();
      await writeAll(events, 1_000_000);
      const writeMs = performance.now() - began;
      await sleep(Math.max(0, AWAY_MS - writeMs));
      const { database } = ground;
      const held = async () =>
        (await outbox.lag({ group: RELAY_GROUP, topics: TOPICS, database })).reduce((sum, lag) => sum + lag.events, 0);
      const backlog = await held();
      expect(backlog).toBeGreaterThan(BACKLOG * 0.9);
      ground.broker.resume();
      const resumed = performance.now();
      let firstMs = 0;
      for (let left = backlog; left > 0; left = await held()) {
        if (left < backlog && firstMs === 0) firstMs = performance.now() - resumed;
        expect(performance.now() - resumed).toBeLessThan(120_000);
        await sleep(100);
      }
      const caughtUpMs = performance.now() - resumed;
      const grownMib = Math.max(...relays.map((relay) => relay.peakMib())) - before;
      console.log(
        `relay: ${backlog} events in ${Math.round(performance.now() - began)} ms of outage and return, written in ${Math.round(writeMs)} ms; first again after ${Math.round(firstMs)} ms, all after ${Math.round(caughtUpMs)} ms (${Math.round(backlog / (Math.max(1, caughtUpMs - firstMs) / 1000))}/s); memory grew by ${Math.round(grownMib)} MiB`,
      );
      // A process that has just begun grows by 100 MiB with its first batches; at full size a backlog in memory would take several times that.
      expect(grownMib).toBeLessThan(200);
    }, 1_200_000);

    async function readKpis(tenantId: TenantId) {
      const { subgraph } = createAnalyticsModule({
        database: ground.database,
        clock: systemClock,
        pubsub: createMemoryPubSub(),
        currency: 'USD',
        contextKey: CONTEXT_KEY,
        lag: async () => [],
      });
      const contextToken = await signContext(
        { requestId: newId(), credential: { kind: 'API_KEY', id: newId() }, tenantId, scopes: ['ANALYTICS_READ'] },
        CONTEXT_KEY,
      );
      const range = { from: new Date(WHOLE.from).toISOString(), to: new Date(WHOLE.to).toISOString() };
      const { data, errors } = await subgraph.execute({ query: KPIS, variables: { range }, contextToken });
      expect(errors).toBeUndefined();
      const { cost, expectedCost, savings, tierDistribution, ...figures } = (data as { kpis: Kpis }).kpis;
      const tierShares = Object.fromEntries(tierDistribution.map(({ tier, share }) => [tier, share]));
      return { ...figures, cost: cost.amount, expectedCost: expectedCost.amount, savings: savings.amount, tierShares };
    }

    async function readUsage(tenantId: TenantId): Promise<Record<string, string>> {
      const rows = await ground.database.tenant(tenantId, (tx) =>
        tx.query<{ meter: string; quantity: string }>(
          `select meter, trim_scale(sum(quantity))::text as quantity from billing.usage_record group by meter`,
        ),
      );
      return Object.fromEntries(rows.map(({ meter, quantity }) => [meter, quantity]));
    }
  });
}

const METERED: readonly string[] = [
  'sessions.tenant.v1',
  'sessions.episode.v1',
  'sessions.tool-call.v1',
  'sessions.model-call.v1',
  'router.decision.v1',
];

function kpisOf(events: readonly EventEnvelope[]) {
  const { latencies: _, routerLatencies: __, asOf: ___, ...exact } = recompute(events, WHOLE);
  return exact;
}

/** Straight from the events, each once. */
function usageOf(events: readonly EventEnvelope[]): Record<string, string> {
  const totals = new Map<string, number>();
  const add = (meter: string, quantity: unknown) => {
    if (Number(quantity) > 0) totals.set(meter, (totals.get(meter) ?? 0) + Number(quantity));
  };
  for (const { type, data } of events) {
    const of = data as Record<string, unknown>;
    if (type === 'episode.requested' || (type === 'decision.made' && of.episodeId === null)) add('requests', 1);
    if (type === 'tool_call.finished' && Number(of.attempts) > 0 && of.compensates === null) add('tool_calls', 1);
    if (type !== 'model_call.finished') continue;
    add('input_tokens', of.inputTokens);
    add('output_tokens', of.outputTokens);
  }
  return Object.fromEntries([...totals].map(([meter, quantity]) => [meter, String(quantity)]));
}
