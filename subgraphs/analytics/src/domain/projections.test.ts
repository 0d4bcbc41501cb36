import { describe, expect, it } from 'vitest';
import { projectionsOf, type TopicLag } from './projections.ts';

const NOW = new Date('2026-05-01T12:00:00.000Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);
const lag = (of: Partial<TopicLag>): TopicLag => ({
  group: 'analytics',
  topic: 'sessions.episode.v1',
  position: '7',
  events: 0,
  seconds: 0,
  asOf: ago(60),
  ...of,
});
const NO_NEWS = { movedAt: new Map(), rebuiltAt: new Map() };
const statusOf = (lags: TopicLag[], movedAt: Date | null, rebuiltAt: Date | null = null) =>
  projectionsOf(
    lags,
    {
      movedAt: new Map(movedAt === null ? [] : [['kpis', movedAt]]),
      rebuiltAt: new Map(rebuiltAt === null ? [] : [['kpis', rebuiltAt]]),
    },
    NOW,
  )[0]?.status;

describe('a projection', () => {
  it('is one over all of its topics: lags add up, and the newest event counts', () => {
    const topics = [
      lag({ topic: 'b', position: '4', events: 2, asOf: ago(5) }),
      lag({ topic: 'a', position: '9', events: 3, asOf: null }),
    ];
    expect(projectionsOf(topics, NO_NEWS, NOW)).toEqual([
      { name: 'kpis', position: 'a=9 b=4', lag: 5, asOf: ago(5), status: 'LIVE' },
    ]);
  });

  it('is LIVE when nothing waits, however long ago it moved', () => {
    expect(statusOf([lag({})], ago(86_400))).toBe('LIVE');
  });

  it('is LIVE while it catches up, however far behind', () => {
    expect(statusOf([lag({ events: 1_000_000, seconds: 7200 })], ago(2))).toBe('LIVE');
  });

  it('is STALLED when an event has waited for more than ten seconds and nothing has moved for as long', () => {
    const waiting = lag({ events: 1, seconds: 11 });
    expect(statusOf([lag({ topic: 'other' }), waiting], ago(11))).toBe('STALLED');
    expect(statusOf([waiting], null)).toBe('STALLED');
    expect(statusOf([lag({ events: 1, seconds: 9 })], ago(3600))).toBe('LIVE');
  });

  it('is REBUILDING for as long as somebody rebuilds it, and not after whoever did has gone silent', () => {
    const waiting = lag({ events: 1, seconds: 11 });
    expect(statusOf([lag({})], ago(1), ago(2))).toBe('REBUILDING');
    expect(statusOf([waiting], ago(60), ago(2))).toBe('REBUILDING');
    expect(statusOf([lag({})], ago(1), ago(11))).toBe('LIVE');
    expect(statusOf([waiting], ago(60), ago(11))).toBe('STALLED');
  });
});
