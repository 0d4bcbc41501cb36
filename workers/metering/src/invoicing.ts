import type { Logger } from 'pino';

const EVERY_MS = 60_000;

/**
 * Closes billing periods that are over and collects what is due, every minute, until it is stopped. What is done, and that it
 * is done once, is billing's own; this gives it the time. A run that fails, with the database gone for example, is told of, and
 * the next one goes on where it stopped.
 */
export function startInvoicing(options: {
  run(): Promise<void>;
  readonly logger: Logger;
  /** Milliseconds from the end of a run to the next one. Default 60,000. */
  readonly everyMs?: number;
}): { stop(): Promise<void> } {
  const { run, logger, everyMs = EVERY_MS } = options;
  let stopped = false;
  let wake = (): void => undefined;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await run().catch((error: unknown) => logger.error({ err: error }, 'invoicing failed; the next run goes on'));
      if (!stopped) await pause();
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
