import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOPICS } from './events.ts';
import { LINEAGE_TOPICS, PARTITIONS, parseRetention, partitionOf, RETENTION_DAYS, retentionDaysOf } from './topics.ts';

describe('the partition of a subject', () => {
  it('never changes: these values are in databases and brokers', () => {
    expect(['', 'a', 'session-1', 'ä'].map(partitionOf)).toEqual([5, 12, 13, 2]);
  });

  it('is a partition that exists, for any subject', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (subject) => {
        const partition = partitionOf(subject);
        return Number.isInteger(partition) && partition >= 0 && partition < PARTITIONS;
      }),
    );
  });

  it('spreads subjects over all partitions', () => {
    const counts = new Array<number>(PARTITIONS).fill(0);
    for (let i = 0; i < 16_000; i += 1) {
      const partition = partitionOf(`0193e2a0-0000-7000-8000-${String(i).padStart(12, '0')}`);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });
});

describe('retention', () => {
  it('is stated for every topic', () => {
    expect(new Set(Object.keys(RETENTION_DAYS))).toEqual(new Set(TOPICS));
  });

  it('is changed by topic, and what is not named stays', () => {
    const changed = parseRetention('sessions.session.v1=30, billing.usage.v1=forever');
    expect(changed).toEqual({ 'sessions.session.v1': 30, 'billing.usage.v1': null });
    expect(retentionDaysOf('sessions.session.v1', changed)).toBe(30);
    expect(retentionDaysOf('billing.usage.v1', changed)).toBeNull();
    expect(retentionDaysOf('sessions.feedback.v1', changed)).toBe(RETENTION_DAYS['sessions.feedback.v1']);
  });

  it.each([
    ['sessions.nothing.v1=3', 'sessions.nothing.v1 is no topic'],
    ['sessions.session.v1', 'needs a number of days'],
    ['sessions.session.v1=0', 'needs a number of days'],
    ['billing.usage.v1=30', 'invoices come from billing.usage.v1: it is kept 800 days at least'],
    ['sessions.tenant.v1=800', 'kept for ever'],
  ])('is refused as %s', (text, message) => {
    expect(() => parseRetention(text)).toThrow(message);
  });

  it('of what invoices come from is two years and more', () => {
    for (const topic of LINEAGE_TOPICS) expect(RETENTION_DAYS[topic] ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(730);
  });
});
