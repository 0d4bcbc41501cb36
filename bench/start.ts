import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPlatformProcess } from '@switchyard/testing/platform-process';
import { machineLine, median } from './machine.ts';

/** `npm run bench -- start [starts]`: from the command to the line `ready`, for the first start in an empty directory and for later ones that find their data. */
const starts = Number(process.argv[2] ?? 5);
console.log(machineLine());
const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
try {
  const start = async (): Promise<{ readyMs: number; stopMs: number }> => {
    const began = performance.now();
    const platform = await startPlatformProcess({ env: { DATA_DIR: directory } });
    const ready = performance.now();
    await platform.end('SIGTERM');
    return { readyMs: ready - began, stopMs: performance.now() - ready };
  };
  const first = await start();
  const later = [];
  for (let n = 0; n < starts; n += 1) later.push(await start());
  console.log(`first start    ${first.readyMs.toFixed(0)} ms to ready`);
  console.log(
    `later starts   ${median(later.map((it) => it.readyMs)).toFixed(0)} ms to ready (median of ${starts}), ${(median(later.map((it) => it.readyMs)) / first.readyMs).toFixed(2)} of the first`,
  );
  console.log(`stop           ${median(later.map((it) => it.stopMs)).toFixed(0)} ms (median of ${starts})`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
