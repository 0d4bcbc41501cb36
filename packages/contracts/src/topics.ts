import type { Topic } from './events.ts';

/** Partitions of every topic, in every adapter. Fixed: another number would send a subject's next events elsewhere. */
export const PARTITIONS = 16;

/**
 * The partition of a subject's events: FNV-1a (32 bit) over its UTF-8 bytes, modulo the number of partitions. One function
 * for every adapter, so that a topic keeps its order when it moves from PostgreSQL to Kafka.
 */
export function partitionOf(subject: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(subject, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % PARTITIONS;
}

/**
 * How long a topic's events are kept at least, in days; null: for ever. Usage and what it is derived from stay for as
 * long as an invoice may have to be explained.
 */
export const RETENTION_DAYS: Readonly<Record<Topic, number | null>> = {
  'sessions.tenant.v1': null,
  'sessions.session.v1': 90,
  'sessions.episode.v1': 800,
  'sessions.feedback.v1': 90,
  'sessions.tool-call.v1': 800,
  'sessions.model-call.v1': 800,
  'router.decision.v1': 800,
  'router.drift.v1': 90,
  'router.canary.v1': 90,
  'billing.usage.v1': 800,
  'billing.invoice.v1': null,
  'billing.quota.v1': 90,
};

/** Topics whose events are kept for another time than RETENTION_DAYS says. */
export type RetentionDays = Readonly<Partial<Record<Topic, number | null>>>;

/** Where an invoice comes from: these are never kept for less than RETENTION_DAYS says. */
export const LINEAGE_TOPICS: readonly Topic[] = [
  'sessions.tenant.v1',
  'sessions.episode.v1',
  'sessions.tool-call.v1',
  'sessions.model-call.v1',
  'router.decision.v1',
  'billing.usage.v1',
  'billing.invoice.v1',
];

/** How long the topic's events are kept at least, in days; null: for ever. */
export function retentionDaysOf(topic: Topic, changed: RetentionDays): number | null {
  const own = changed[topic];
  return own === undefined ? RETENTION_DAYS[topic] : own;
}

/**
 * Reads "TOPIC=DAYS,TOPIC=forever".
 * @throws RangeError in one sentence when it cannot be read, or would drop events that invoices come from too early.
 */
export function parseRetention(text: string): RetentionDays {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [name = '', value = ''] = entry.split('=').map((part) => part.trim());
      if (!Object.hasOwn(RETENTION_DAYS, name))
        throw new RangeError(`${name || entry} is no topic; there are ${Object.keys(RETENTION_DAYS).join(', ')}`);
      const topic = name as Topic;
      if (value !== 'forever' && !/^[1-9]\d{0,4}$/.test(value))
        throw new RangeError(`${topic} needs a number of days, or forever`);
      const days = value === 'forever' ? null : Number(value);
      const least = RETENTION_DAYS[topic];
      if (LINEAGE_TOPICS.includes(topic) && days !== null && (least === null || days < least))
        throw new RangeError(`invoices come from ${topic}: it is kept ${least === null ? 'for ever' : `${least} days at least`}`);
      return [topic, days] as const;
    });
  return Object.fromEntries(entries);
}
