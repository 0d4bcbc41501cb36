import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunPubSub, runsAfter } from './pubsub.ts';

export type PubSubUnderTest = {
  /** As another process would open it; adapters that stay in one process give the same one. */
  open(): Promise<RunPubSub>;
  /** Cuts every connection to the server; null where there is none. */
  readonly cut: (() => Promise<void>) | null;
  close(): Promise<void>;
};

const PATIENCE = { timeout: 15_000, interval: 20 };

/** What every carrier of hints keeps. */
export function pubSubContract(name: string, start: () => Promise<PubSubUnderTest>): void {
  describe(`hints over ${name}`, () => {
    let test: PubSubUnderTest;
    let one: RunPubSub;
    let other: RunPubSub;

    beforeAll(async () => {
      test = await start();
      one = await test.open();
      other = await test.open();
    });
    afterAll(async () => {
      await one.close();
      await other.close();
      await test.close();
    });

    async function heard(channel: string): Promise<string[]> {
      const payloads: string[] = [];
      await other.subscribe(channel, (payload) => void payloads.push(payload));
      return payloads;
    }

    it('reach every listener of the channel, in the order of one publisher, and nobody else', async () => {
      const [first, second, elsewhere] = [await heard('a'), await heard('a'), await heard('b')];
      const sent = Array.from({ length: 200 }, (_, i) => `hint ${i}`);
      for (const payload of sent) void one.publish('a', payload);
      await vi.waitFor(() => expect(second).toEqual(sent), PATIENCE);
      expect(first).toEqual(sent);
      expect(elsewhere).toEqual([]);
    });

    it('carry any text, the same text twice, and channels with any name', async () => {
      const channel = `tenant:${'x'.repeat(120)}:"quoted" ünïcode`;
      const payloads = await heard(channel);
      const sent = ['', 'ä\n"\'\u{1f600}', 'same', 'same', 'x'.repeat(4_000)];
      for (const payload of sent) await one.publish(channel, payload);
      await vi.waitFor(() => expect(payloads).toEqual(sent), PATIENCE);
    });

    it('refuse more than 4 KiB', async () => {
      await expect(one.publish('large', 'ä'.repeat(2_100))).rejects.toThrow(RangeError);
    });

    it('no longer reach a listener that has left, while others on the channel stay', async () => {
      const gone: string[] = [];
      const leave = await other.subscribe('leaving', (payload) => void gone.push(payload));
      const staying = await heard('leaving');
      await one.publish('leaving', '1');
      await vi.waitFor(() => expect(staying).toEqual(['1']), PATIENCE);
      await leave();
      await leave();
      await one.publish('leaving', '2');
      await vi.waitFor(() => expect(staying).toEqual(['1', '2']), PATIENCE);
      expect(gone).toEqual(['1']);
    });

    it('reach a listener that comes back to a channel', async () => {
      const leave = await other.subscribe('again', () => undefined);
      await leave();
      const payloads = await heard('again');
      await one.publish('again', 'back');
      await vi.waitFor(() => expect(payloads).toEqual(['back']), PATIENCE);
    });

    it('keep the newest runs of a channel, so that a late reader can tell whether it has all of them', async () => {
      const payloads = await heard('runs');
      const runs = Array.from({ length: 100 }, (_, i) => ({ first: 2 * i + 1, last: 2 * i + 2, payload: `${i}` }));
      for (const run of runs) await one.publishRun('runs', run);
      await one.publishRun('runs', { first: 50, last: 50, payload: 'late' });
      await vi.waitFor(() => expect(payloads).toEqual([...runs.map((run) => run.payload), 'late']), PATIENCE);
      const kept = await other.recentRuns('runs');
      expect(kept).toEqual(runs.slice(runs.length - kept.length));
      expect(runsAfter(kept, 1)).toBeNull();
      if (kept.length > 0) expect(runsAfter(kept, 197)).toEqual(runs.slice(-2));
      expect(await other.recentRuns('elsewhere')).toEqual([]);
    });

    it('are heard again after the connection was cut', async (context) => {
      if (test.cut === null) return context.skip('there is no connection that could be cut');
      const payloads = await heard('cut');
      await test.cut();
      let nr = 0;
      await vi.waitFor(async () => {
        await one.publish('cut', String(nr++));
        await sleep(100);
        expect(payloads.length).toBeGreaterThan(0);
      }, PATIENCE);
    });
  });
}
