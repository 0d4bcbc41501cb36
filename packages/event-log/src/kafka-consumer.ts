import { setTimeout as sleep } from 'node:timers/promises';
import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Topic } from '@switchyard/contracts/events';
import type { EachBatchPayload, Kafka, Consumer as KafkaConsumer, KafkaMessage } from 'kafkajs';
import type { Logger } from 'pino';
import { type BrokerPosition, loadEarlierPositions, lockBrokerPosition, saveBrokerPosition } from './broker-positions.ts';
import type { Consumer, ConsumerOptions } from './event-log.ts';
import { type Place, type Places, trackPlaces } from './kafka-places.ts';
import { HEADERS } from './kafka-sink.ts';
import type { LogMetrics } from './log-metrics.ts';
import { isHandled, keyOf, type Position } from './positions.ts';
import { createTriage, type Triage } from './triage.ts';

const HEARTBEAT_MS = 1_000;
const RESTART_MS = 2_000;

export type KafkaConsumerSurroundings = {
  readonly kafka: Kafka;
  readonly prefix: string;
  readonly logger: Logger;
  readonly metrics: LogMetrics;
};

/**
 * A member of a Kafka consumer group, which gives it partitions; what was handled is known by the position in the consumer's
 * database alone, locked and moved in the transaction of the effects. So a rebalance, a repeat or a member that does not know
 * that it has lost a partition changes nothing. Offsets are committed to Kafka afterwards, for its tools to see, and never asked
 * for (see kafka-places.ts).
 */
export async function startKafkaConsumer(around: KafkaConsumerSurroundings, options: ConsumerOptions): Promise<Consumer> {
  const earlier = await loadEarlierPositions(options.database, options.group, options.topics);
  const stopping = new AbortController();
  let member: KafkaConsumer | null = null;
  let restart: Promise<void> = Promise.resolve();

  function onCrash(error: unknown): void {
    around.logger.error({ err: error, group: options.group }, 'the Kafka consumer ended; it starts again');
    restart = restart.then(async () => {
      while (!stopping.signal.aborted) {
        await sleep(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        try {
          await member?.disconnect().catch(() => undefined);
          member = await startMember(around, options, { earlier, stopping: stopping.signal, onCrash });
          return;
        } catch (cause) {
          around.logger.warn({ err: cause, group: options.group }, 'the Kafka consumer could not be started again yet');
        }
      }
    });
  }

  // It may crash before this returns: a broker that has just begun has no coordinator for its groups yet.
  member = await startMember(around, options, { earlier, stopping: stopping.signal, onCrash });
  return {
    async stop() {
      stopping.abort();
      await restart;
      await member?.disconnect();
    },
  };
}

type MemberOptions = {
  readonly earlier: readonly Position[];
  readonly stopping: AbortSignal;
  onCrash(error: unknown): void;
};

async function startMember(
  around: KafkaConsumerSurroundings,
  options: ConsumerOptions,
  more: MemberOptions,
): Promise<KafkaConsumer> {
  const member = around.kafka.consumer({
    groupId: `${around.prefix}${options.group}`,
    allowAutoTopicCreation: false,
    sessionTimeout: 15_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: 250,
  });
  const handler = createBatchHandler(around, options, more, member);
  member.on(member.events.GROUP_JOIN, ({ payload }) => handler.joined(payload.memberAssignment));
  member.on(member.events.CRASH, ({ payload }) => {
    if (!payload.restart && !more.stopping.aborted) more.onCrash(payload.error);
  });
  await member.connect();
  await member.subscribe({ topics: options.topics.map((topic) => around.prefix + topic), fromBeginning: true });
  await member.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: handler.eachBatch,
  });
  return member;
}

function createBatchHandler(
  around: KafkaConsumerSurroundings,
  options: ConsumerOptions,
  more: MemberOptions,
  member: KafkaConsumer,
) {
  const { group, database, batchSize = 500 } = options;
  const earlier = new Map(more.earlier.map((position) => [keyOf(position), position]));
  const tracker = trackPlaces({
    ...{ group, database, logger: around.logger, stopping: more.stopping },
    seek: ({ topic, partition }, offset) => member.seek({ topic: around.prefix + topic, partition, offset: String(offset) }),
  });
  const topicOf = (name: string) => name.slice(around.prefix.length) as Topic;

  const triages = new Map<string, Triage>();
  const triageOf = (at: Place): Triage => {
    const key = keyOf(at);
    const { logger, metrics } = around;
    const triage = triages.get(key) ?? createTriage({ ...options, system: 'kafka', batchSize, logger, metrics });
    triages.set(key, triage);
    return triage;
  };

  /**
   * A position that is not where this member left it was moved by another one, or taken back. Then the messages at hand do not
   * follow on it: going on with them would leave out what lies between.
   */
  async function handle(at: Place, places: Places, messages: readonly KafkaMessage[]): Promise<'handled' | 'elsewhere'> {
    const place = { group, ...at };
    const triage = triageOf(at);
    const { from, to, delivered } = await database.crossTenant('consumer', async (tx) => {
      const position = await lockBrokerPosition(tx, place);
      const from = position.nextOffset;
      if (from !== places.get(keyOf(at))) return { from, to: null, delivered: 0 };
      const { fresh, to } = sortOut(position, earlier.get(keyOf(at)), messages);
      const events =
        fresh.length === 0
          ? []
          : await triage.deliver(
              fresh.map((one) => ({ ...at, ...one })),
              tx,
            );
      await saveBrokerPosition(tx, place, { ...to, handled: fresh.length, asOf: latest(events) });
      return { from, to: to.nextOffset, delivered: fresh.length };
    });
    if (to === null) {
      tracker.goTo(at, from, places);
      return 'elsewhere';
    }
    places.set(keyOf(at), to);
    if (delivered > 0) await triage.committed();
    return 'handled';
  }

  /** 'over' when the partition is not this member's any more, or it stops; a failed try may make the next one smaller. */
  async function tried(
    at: Place,
    places: Places,
    messages: readonly KafkaMessage[],
    payload: EachBatchPayload,
  ): Promise<'handled' | 'elsewhere' | 'again' | 'over'> {
    try {
      return await handle(at, places, messages);
    } catch (error) {
      return (await pauseWithHeartbeats(triageOf(at).failed(error), payload, more.stopping)) ? 'again' : 'over';
    }
  }

  return {
    joined: (assignment: Readonly<Record<string, readonly number[]>>) =>
      tracker.joined(
        Object.entries(assignment).flatMap(([name, partitions]) =>
          partitions.map((partition) => ({ topic: topicOf(name), partition })),
        ),
      ),
    async eachBatch(payload: EachBatchPayload): Promise<void> {
      const { batch } = payload;
      const at = { topic: topicOf(batch.topic), partition: batch.partition };
      const places = await tracker.current();
      for (let from = 0; from < batch.messages.length; ) {
        if (more.stopping.aborted || !payload.isRunning() || payload.isStale()) return;
        const messages = batch.messages.slice(from, from + triageOf(at).limit());
        const outcome = await tried(at, places, messages, payload);
        if (outcome === 'over' || outcome === 'elsewhere') return;
        if (outcome === 'again') continue;
        from += messages.length;
        const offset = messages.at(-1)?.offset ?? batch.lastOffset();
        payload.resolveOffset(offset);
        await payload.heartbeat();
        await member.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset: String(BigInt(offset) + 1n) }]);
      }
    },
  };
}

type Fresh = { readonly place: bigint; readonly message: Buffer; readonly unreadable?: string };

/** What of the messages is neither handled nor repeated, and the position after them. */
function sortOut(
  position: BrokerPosition,
  earlier: Position | undefined,
  messages: readonly KafkaMessage[],
): { fresh: Fresh[]; to: BrokerPosition } {
  const fresh: Fresh[] = [];
  let to = position;
  for (const message of messages) {
    const offset = BigInt(message.offset);
    if (offset < to.nextOffset) continue;
    const one = { place: offset, message: message.value ?? Buffer.alloc(0) };
    const numbers = numbersIn(message);
    if (numbers === null) {
      to = { ...to, nextOffset: offset + 1n };
      fresh.push({ ...one, unreadable: 'not written by the relay: it has none of its headers' });
      continue;
    }
    const { windowNo, seq } = numbers;
    const isRepeat = windowNo < to.windowNo || (windowNo === to.windowNo && seq <= to.seq);
    const next = { nextOffset: offset + 1n };
    to = isRepeat ? { ...to, ...next } : { ...next, windowNo, seq };
    if (isRepeat || (earlier !== undefined && isHandled(earlier, numbers))) continue;
    fresh.push(one);
  }
  return { fresh, to };
}

/** What the relay wrote beside the event; null when somebody else has written the message. */
function numbersIn({ headers }: KafkaMessage): { windowNo: bigint; seq: bigint; xid: bigint } | null {
  const [windowNo, seq, xid] = [HEADERS.window, HEADERS.seq, HEADERS.xid].map((name) => {
    const text = String(headers?.[name] ?? '');
    return /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
  });
  return windowNo === undefined || seq === undefined || xid === undefined ? null : { windowNo, seq, xid };
}

function latest(events: readonly EventEnvelope[]): Date | null {
  const times = events.map((event) => Date.parse(event.time));
  return times.length === 0 ? null : new Date(times.reduce((a, b) => Math.max(a, b)));
}

/** False when it ended early, because this member stops or has lost the partition. */
async function pauseWithHeartbeats(ms: number, payload: EachBatchPayload, stopping: AbortSignal): Promise<boolean> {
  for (let left = ms; left > 0; left -= HEARTBEAT_MS) {
    await sleep(Math.min(left, HEARTBEAT_MS), undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted || !payload.isRunning() || payload.isStale()) return false;
    await payload.heartbeat();
  }
  return true;
}
