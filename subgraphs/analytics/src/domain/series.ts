import type { Sketch } from './ddsketch.ts';
import { hasMetric, type Metric, metricValue } from './kpis.ts';
import { type Measures, NOTHING } from './measures.ts';
import { buckets, type Granularity, type Range } from './time-range.ts';

export type Point = { readonly at: number; readonly value: number };
export type Series = { readonly key: readonly string[]; readonly points: readonly Point[] };

/** What is known about one key in one bucket of time. */
export type Cell = {
  readonly key: readonly string[];
  readonly at: number;
  readonly measures: Measures;
  readonly latency: Sketch;
};

export type SeriesQuestion = { readonly metric: Metric; readonly range: Range; readonly granularity: Granularity };

/**
 * The series of a metric, ordered by key; a key that the metric says nothing about has none. A sum has a point for every
 * bucket that the range touches, a rate or a percentile only where there is something to take it of. Without dimensions
 * there is one series, even of nothing.
 */
export function seriesOf(question: SeriesQuestion, cells: readonly Cell[], grouped: boolean): Series[] {
  const { metric, granularity, range } = question;
  const byKey = new Map<string, Map<number, Cell>>(grouped ? [] : [['[]', new Map()]]);
  for (const cell of cells) {
    if (!hasMetric(metric, cell.measures, cell.latency)) continue;
    const key = JSON.stringify(cell.key);
    byKey.set(key, (byKey.get(key) ?? new Map<number, Cell>()).set(cell.at, cell));
  }
  const times = buckets(granularity, range);
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, known]) => ({ key: JSON.parse(key) as string[], points: pointsOf(metric, times, known) }));
}

function pointsOf(metric: Metric, times: readonly number[], known: ReadonlyMap<number, Cell>): Point[] {
  return times.flatMap((at) => {
    const cell = known.get(at);
    const value = metricValue(metric, cell?.measures ?? NOTHING, cell?.latency ?? NO_SKETCH);
    return value === null ? [] : [{ at, value }];
  });
}

export const NO_SKETCH: Sketch = new Map();
