/** How far a consumer group has come in one topic. */
export type TopicLag = {
  readonly group: string;
  readonly topic: string;
  readonly position: string;
  readonly events: number;
  readonly seconds: number;
  readonly asOf: Date | null;
};

export type ProjectionState = {
  readonly name: string;
  readonly position: string;
  readonly lag: number;
  readonly asOf: Date | null;
  readonly status: 'LIVE' | 'REBUILDING' | 'STALLED';
};

/** What operators call the read model of this subgraph. */
export const PROJECTION = 'kpis';

/** Whoever rebuilds says so every second; after this much silence nobody does. */
export const REBUILT_WITHIN_MS = 10_000;

/** By consumer group. */
const NAME_OF: Readonly<Record<string, string>> = { analytics: PROJECTION };

/** Longer than any batch takes, and than a consumer group takes to hand partitions over. */
export const STALLED_AFTER_MS = 10_000;

/** What is known of the projections besides their lag, by name. */
export type ProjectionNews = {
  /** When it last got on. */
  readonly movedAt: ReadonlyMap<string, Date>;
  /** When whoever rebuilds it was last heard of. */
  readonly rebuiltAt: ReadonlyMap<string, Date>;
};

/**
 * One state a projection, over all of its topics. A group that is behind but moves is LIVE, however far behind; one is STALLED
 * when events have waited for longer than it takes to pick them up, and nothing has been picked up for as long. It is REBUILDING for as long as somebody builds it anew beside the live one.
 */
export function projectionsOf(lags: readonly TopicLag[], news: ProjectionNews, now: Date): ProjectionState[] {
  const silentMs = (at: Date | undefined) => now.getTime() - (at?.getTime() ?? 0);
  return [...Map.groupBy(lags, ({ group }) => NAME_OF[group] ?? group)].map(([name, topics]) => {
    const waitingMs = Math.max(...topics.map(({ seconds }) => seconds)) * 1000;
    const lag = topics.reduce((sum, { events }) => sum + events, 0);
    const stalled = lag > 0 && waitingMs > STALLED_AFTER_MS && silentMs(news.movedAt.get(name)) > STALLED_AFTER_MS;
    const rebuilding = silentMs(news.rebuiltAt.get(name)) < REBUILT_WITHIN_MS;
    const status = rebuilding ? 'REBUILDING' : stalled ? 'STALLED' : 'LIVE';
    return { name, position: positionOf(topics), lag, asOf: newest(topics), status };
  });
}

function positionOf(topics: readonly TopicLag[]): string {
  return topics
    .map(({ topic, position }) => `${topic}=${position}`)
    .sort()
    .join(' ');
}

function newest(topics: readonly TopicLag[]): Date | null {
  const times = topics.flatMap(({ asOf }) => (asOf === null ? [] : [asOf.getTime()]));
  return times.length === 0 ? null : new Date(Math.max(...times));
}
