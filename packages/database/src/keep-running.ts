import type { ChildProcess } from 'node:child_process';

export type KeptRunning = {
  /** Of the process that runs now; of the last one while there is none. */
  readonly pid: number;
  /** Ends it with the signal, for good. */
  stop(signal: NodeJS.Signals): Promise<void>;
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Starts a process again whenever it has ended by itself. @param start resolves once it can be used. */
export function keepRunning(
  first: ChildProcess,
  start: () => Promise<ChildProcess>,
  onStartAgain: (failure: unknown) => void,
): KeptRunning {
  let running = first;
  let stopping = false;
  let starting: Promise<void> | null = null;
  const hasEnded = () => running.exitCode !== null || running.signalCode !== null;

  const startAgain = async (): Promise<void> => {
    for (let pauseMs = FIRST_PAUSE_MS; !stopping && hasEnded(); pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (stopping) return;
      try {
        running = await start();
        watch();
        onStartAgain(null);
      } catch (failure) {
        onStartAgain(failure);
      }
    }
  };
  const watch = (): void => {
    running.once('exit', () => {
      if (!stopping) starting = startAgain();
    });
  };
  watch();
  return {
    get pid() {
      return running.pid ?? 0;
    },
    stop: async (signal) => {
      stopping = true;
      await starting;
      if (hasEnded()) return;
      const gone = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.ref();
      running.kill(signal);
      await gone;
    },
  };
}
