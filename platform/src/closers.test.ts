import { describe, expect, it } from 'vitest';
import { Closers } from './closers.ts';

describe('closing', () => {
  it('goes in the reverse order of opening, and past what fails', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    for (const name of ['database', 'log', 'gateway']) {
      closers.add(name, async () => {
        closed.push(name);
        if (name === 'log') throw new Error('no');
      });
    }
    const failed: string[] = [];
    await closers.close((name) => failed.push(name));
    await closers.close((name) => failed.push(name));
    expect(closed).toEqual(['gateway', 'log', 'database']);
    expect(failed).toEqual(['log']);
  });
});
