import { expect, it } from 'vitest';
import { NOTHING } from './domain/measures.ts';
import { liveKpis } from './live-kpis.ts';
import type { KpiFigures } from './store/kpi-store.ts';

it('shows a change within seconds though the replica that is read gets to know of it after the hint', async () => {
  const listeners: (() => void)[] = [];
  let knownAt = Number.POSITIVE_INFINITY;
  const live = liveKpis({
    pubsub: {
      publish: async () => undefined,
      subscribe: async (_channel, listener) => {
        listeners.push(() => listener(''));
        return async () => undefined;
      },
      close: async () => undefined,
    },
    channel: 'kpis:x',
    clock: { now: () => new Date() },
    windowMinutes: 5,
    async load(range): Promise<KpiFigures> {
      const measures = { ...NOTHING, sessions: performance.now() < knownAt ? 1 : 2 };
      return { range, measures, latency: new Map(), routerLatency: new Map(), decisionsByTier: new Map(), asOf: null };
    },
  });
  expect((await live.next()).value.measures.sessions).toBe(1);
  const next = live.next();
  const hintedAt = performance.now();
  knownAt = hintedAt + 900;
  for (const hint of listeners) hint();
  expect((await next).value.measures.sessions).toBe(2);
  expect(performance.now() - hintedAt).toBeLessThan(4_000);
  await live.return?.();
});
