import type { Clock } from '@switchyard/kernel/clock';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { type Range, wholeMinutes } from './domain/time-range.ts';
import type { KpiFigures } from './store/kpi-store.ts';

export type LiveKpisOptions = {
  readonly pubsub: PubSub;
  readonly channel: string;
  readonly clock: Clock;
  readonly windowMinutes: number;
  load(range: Range): Promise<KpiFigures>;
};

/** Hints that come this close together are answered by one reading, so that a busy tenant costs four readings a second. */
const REST_MS = 250;
/**
 * Hints may get lost, and figures leave the window without any event: it is looked without a hint too. Soon after a hint, and
 * then ever less often: a replica may get to know of the change only after the hint of it.
 */
const LOOK_EVERY_MS = 15_000;

/**
 * The figures of the last minutes: as they are now, then whenever they have changed. Written out rather than as a generator,
 * because a generator would hold `return` back until the change that it waits for has come.
 */
export function liveKpis(options: LiveKpisOptions): AsyncIterableIterator<KpiFigures> {
  const hints = createHints();
  let unsubscribe: (() => Promise<void>) | undefined;
  let shown: string | undefined;
  let ended = false;
  let pauseMs = LOOK_EVERY_MS;

  const read = async (): Promise<KpiFigures> => {
    const now = options.clock.now().getTime();
    return await options.load(wholeMinutes({ from: now - options.windowMinutes * 60_000, to: now + 1 }));
  };
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    ended = true;
    hints.give();
    const release = unsubscribe;
    unsubscribe = undefined;
    await release?.();
    return { value: undefined, done: true };
  };
  const untilChanged = async (): Promise<KpiFigures | null> => {
    for (;;) {
      if (shown !== undefined) pauseMs = (await hints.next(pauseMs)) ? REST_MS : Math.min(2 * pauseMs, LOOK_EVERY_MS);
      if (ended) return null;
      const figures = await read();
      const print = fingerprint(figures);
      if (ended) return null;
      if (print === shown) continue;
      shown = print;
      return figures;
    }
  };

  return {
    async next() {
      if (ended) return await end();
      unsubscribe ??= await options.pubsub.subscribe(options.channel, hints.give);
      const figures = await untilChanged();
      return figures === null ? await end() : { value: figures, done: false };
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

type Hints = {
  give(): void;
  /** At the next hint, or at one that came since the last call; at the latest after so many milliseconds. Whether there was one. */
  next(atMostMs: number): Promise<boolean>;
};

function createHints(): Hints {
  let given = false;
  let wake: (() => void) | undefined;
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    give() {
      given = true;
      wake?.();
    },
    async next(atMostMs) {
      if (!given) await rest(atMostMs);
      wake = undefined;
      const hinted = given;
      await new Promise((resolve) => setTimeout(resolve, hinted ? REST_MS : 0));
      given = false;
      return hinted;
    },
  };
}

/** What makes figures different to a reader; the window and `asOf` move on by themselves. */
function fingerprint({ measures, latency, routerLatency, decisionsByTier }: KpiFigures): string {
  return JSON.stringify([measures, [...latency], [...routerLatency], [...decisionsByTier]]);
}
