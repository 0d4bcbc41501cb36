import { PROJECTION, RebuildError } from '@switchyard/analytics/module';
import { ConfigError, readConfig } from '../config.ts';
import { StartError } from '../start-error.ts';
import { openProjections } from './projections.ts';

/** `npm run projections -- list | rebuild NAME [--accept-loss]`: the operator's hands on the read models of a running platform. */
const USAGE = `Use: npm run projections -- list | rebuild ${PROJECTION} [--accept-loss]`;

class UsageError extends Error {}

async function main(parameters: readonly string[]): Promise<void> {
  const flags = parameters.filter((parameter) => parameter.startsWith('--'));
  const [command, name, ...more] = parameters.filter((parameter) => !parameter.startsWith('--'));
  const unknown = flags.filter((flag) => flag !== '--accept-loss');
  if (unknown.length > 0 || more.length > 0)
    throw new UsageError(`${[...unknown, ...more].join(' ')} is not understood. ${USAGE}.`);
  if (command !== 'list' && command !== 'rebuild') throw new UsageError(`${USAGE}.`);
  if (command === 'rebuild' && name !== PROJECTION) {
    throw new UsageError(
      name === undefined
        ? `Say which projection; there is ${PROJECTION}.`
        : `There is no projection ${name}; there is ${PROJECTION}.`,
    );
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const projections = await openProjections(readConfig(process.env));
  try {
    if (command === 'list') console.log((await projections.list()).join('\n'));
    else await rebuild(projections, stopping.signal, flags.length > 0);
  } finally {
    await projections.close();
  }
}

async function rebuild(
  projections: Awaited<ReturnType<typeof openProjections>>,
  signal: AbortSignal,
  acceptLoss: boolean,
): Promise<void> {
  const began = performance.now();
  const perSecond = (events: number) => Math.round((events * 1000) / (performance.now() - began)).toLocaleString('en');
  const show = progressLine();
  const events = await projections.rebuild({
    signal,
    acceptLoss,
    onProgress: ({ handled, total }) => {
      const share = total === 0 ? 100 : Math.min(100, Math.floor((100 * handled) / total));
      show.update(
        `rebuilding ${PROJECTION}: ${handled.toLocaleString('en')} of ${total.toLocaleString('en')} events (${share} %), ${perSecond(handled)}/s`,
      );
    },
  });
  show.end();
  console.log(`${PROJECTION} is rebuilt from ${events.toLocaleString('en')} events (${perSecond(events)}/s), and live.`);
}

/** One line that is written over on a terminal; elsewhere a line every few seconds. */
function progressLine() {
  const everyMs = process.stdout.isTTY ? 200 : 5_000;
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    update(text: string): void {
      if (performance.now() - shownAt < everyMs) return;
      shownAt = performance.now();
      process.stdout.write(process.stdout.isTTY ? `\r\u001B[K${text}` : `${text}\n`);
    },
    end(): void {
      if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
    },
  };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const expected = [ConfigError, StartError, RebuildError, UsageError].some((type) => error instanceof type);
  console.error(expected ? (error as Error).message : error);
  process.exitCode = 1;
});
