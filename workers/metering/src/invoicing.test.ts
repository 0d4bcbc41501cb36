import { setImmediate as turn } from 'node:timers/promises';
import pino from 'pino';
import { expect, it } from 'vitest';
import { startInvoicing } from './invoicing.ts';

it('runs again after a run that failed, never two at once, and waits for the last one when it stops', async () => {
  let [runs, running, most] = [0, 0, 0];
  const run = async () => {
    runs += 1;
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
    if (runs === 1) throw new Error('the database is gone');
  };
  const invoicing = startInvoicing({ run, logger: pino({ level: 'silent' }), everyMs: 1 });
  while (runs < 3) await turn();
  await invoicing.stop();
  const atStop = runs;
  await turn();
  expect([most, running, runs]).toEqual([1, 0, atStop]);
});
