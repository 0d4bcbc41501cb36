import { expect, test } from 'vitest';
import { BoundedQueue, SlowReaderError } from './bounded-queue.ts';

function queueOf(max: number) {
  const seen = { dropped: 0, closed: 0 };
  const queue = new BoundedQueue<number>({
    max,
    onOverflow: (dropped) => {
      seen.dropped += dropped;
    },
    onClosed: () => {
      seen.closed += 1;
    },
  });
  return { queue, seen };
}

test('hands items over in order, before and after they are asked for, and then ends', async () => {
  const { queue, seen } = queueOf(10);
  const first = queue.next();
  queue.push(1);
  queue.push(2);
  queue.end();
  queue.push(3);
  expect(await first).toEqual({ value: 1, done: false });
  expect(await queue.next()).toEqual({ value: 2, done: false });
  expect(await queue.next()).toEqual({ value: undefined, done: true });
  expect(seen.dropped).toBe(0);
});

test('a reader that stays behind is told so, and what it missed is counted exactly', async () => {
  const { queue, seen } = queueOf(3);
  for (const item of [1, 2, 3, 4, 5]) queue.push(item);
  expect(seen).toEqual({ dropped: 4, closed: 1 });
  await expect(queue.next()).rejects.toThrow(SlowReaderError);
  expect(await queue.next()).toEqual({ value: undefined, done: true });
});

test('leaving ends a wait for the next item at once, and closes the source once', async () => {
  const { queue, seen } = queueOf(3);
  const waiting = queue.next();
  await queue.return();
  await queue.return();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(seen.closed).toBe(1);
});
