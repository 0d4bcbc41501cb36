import { expect, it } from 'vitest';
import { livePreview } from './live-preview.ts';

it('shows what is there at once, then every other state once, and ends when it is told to, also while it waits', async () => {
  const states = ['a', 'a', 'b', 'b', 'b'];
  const watched = livePreview({ read: () => Promise.resolve(states.shift() ?? 'b'), fingerprint: (state) => state, everyMs: 1 });
  expect(await watched.next()).toEqual({ value: 'a', done: false });
  expect(await watched.next()).toEqual({ value: 'b', done: false });
  const waiting = watched.next();
  await watched.return?.();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(await watched.next()).toEqual({ value: undefined, done: true });
});
