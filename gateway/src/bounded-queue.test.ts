import { describe, expect, test } from 'vitest';
import { BoundedQueue } from './bounded-queue.ts';

function open(max = 4) {
  const told: (string | boolean)[] = [];
  const queue = new BoundedQueue<number>({ max, hold: (on) => void told.push(on), onClosed: () => void told.push('closed') });
  return { queue, told };
}

describe('a bounded queue', () => {
  test('gives what was pushed in order, before and after it is asked for', async () => {
    const { queue } = open();
    queue.push(1);
    const [first, second] = [queue.next(), queue.next()];
    queue.push(2);
    expect([(await first).value, (await second).value]).toEqual([1, 2]);
  });

  test('asks its source to hold on when it is full, and to go on when half of it is read', async () => {
    const { queue, told } = open(4);
    for (let n = 1; n <= 6; n++) queue.push(n);
    expect(told).toEqual([true]);
    const seen = [];
    for (let n = 1; n <= 6; n++) {
      seen.push((await queue.next()).value);
      if (n === 3) expect(told).toEqual([true]);
    }
    expect(told).toEqual([true, false]);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('gives what waits when the source has ended, and closes after it', async () => {
    const { queue, told } = open();
    queue.push(1);
    queue.end();
    queue.push(2);
    expect((await queue.next()).value).toBe(1);
    expect(told).toEqual([]);
    expect((await queue.next()).done).toBe(true);
    expect(told).toEqual(['closed']);
  });

  test('ends a reader that waits when it leaves, and drops what waits', async () => {
    const { queue, told } = open();
    const waiting = queue.next();
    await queue.return();
    expect((await waiting).done).toBe(true);
    queue.push(1);
    expect((await queue.next()).done).toBe(true);
    expect(told).toEqual(['closed']);
  });
});
