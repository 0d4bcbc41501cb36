import { expect, it } from 'vitest';
import { type Run, runsAfter } from './pubsub.ts';

const run = (first: number, last: number): Run => ({ first, last, payload: '' });

it('finds what follows a number, and does not guess where a run is missing', () => {
  const runs = [run(3, 5), run(6, 6), run(7, 9)];
  expect(runsAfter(runs, 2)).toEqual(runs);
  expect(runsAfter(runs, 4)).toEqual(runs);
  expect(runsAfter(runs, 6)).toEqual([run(7, 9)]);
  expect(runsAfter(runs, 9)).toEqual([]);
  expect(runsAfter(runs, 1)).toBeNull();
  expect(runsAfter(runs, 10)).toBeNull();
  expect(runsAfter([run(3, 5), run(7, 9)], 4)).toBeNull();
  expect(runsAfter([], 0)).toBeNull();
});
