import type { Admin } from 'kafkajs';
import { loadBrokerProgress, loadOffsets } from './broker-positions.ts';
import type { ConsumerOptions, GroupLag } from './event-log.ts';

/** The age of the oldest event that waits is found to this many milliseconds. */
const PRECISION_MS = 25;
const OLDEST_MS = 1_000 * 86_400_000;

type Waiting = ReadonlyMap<number, bigint>;

export async function measureKafkaLag(
  admin: Admin,
  prefix: string,
  { group, topics, database }: Pick<ConsumerOptions, 'group' | 'topics' | 'database'>,
): Promise<GroupLag[]> {
  const lags: GroupLag[] = [];
  for (const topic of topics) {
    const next = await loadOffsets(database, group, topic);
    const { handled, asOf } = await loadBrokerProgress(database, group, topic);
    let events = 0n;
    const waiting = new Map<number, bigint>();
    for (const { partition, high, low } of await admin.fetchTopicOffsets(prefix + topic)) {
      const own = next.get(partition) ?? 0n;
      const from = own > BigInt(low) ? own : BigInt(low);
      if (BigInt(high) <= from) continue;
      events += BigInt(high) - from;
      waiting.set(partition, from);
    }
    const ageMs = events === 0n ? 0 : await oldestAge(admin, prefix + topic, waiting);
    lags.push({ group, topic, position: handled, events: Number(events), seconds: ageMs / 1_000, asOf });
  }
  return lags;
}

/** Kafka tells the first offset at or after a time, so the age is found by halving: by a second first, then ever further back. */
async function oldestAge(admin: Admin, topic: string, waiting: Waiting): Promise<number> {
  const now = Date.now();
  let [younger, older] = [0, 1_000];
  while (older < OLDEST_MS && (await isOlder(admin, topic, waiting, now - older))) [younger, older] = [older, older * 4];
  while (older - younger > PRECISION_MS) {
    const middle = (younger + older) / 2;
    if (await isOlder(admin, topic, waiting, now - middle)) younger = middle;
    else older = middle;
  }
  return (younger + older) / 2;
}

/** Whether an event waits that was stored before `time`. */
async function isOlder(admin: Admin, topic: string, waiting: Waiting, time: number): Promise<boolean> {
  const firsts = await admin.fetchTopicOffsetsByTimestamp(topic, Math.floor(time));
  return firsts.some(({ partition, offset }) => {
    const own = waiting.get(partition);
    return own !== undefined && BigInt(offset) > own;
  });
}
