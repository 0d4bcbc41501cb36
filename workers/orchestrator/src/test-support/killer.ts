import { type EpisodeWork, WRITE_POINTS, type WritePoint } from '@switchyard/sessions/module';
import type { DecidingRouter } from '../ports.ts';

/** Every write on an episode's way: those of its rows, and that of a route decision. */
export const EPISODE_WRITES = [...WRITE_POINTS, 'decide'] as const satisfies readonly (WritePoint | keyof DecidingRouter)[];
export type EpisodeWrite = (typeof EPISODE_WRITES)[number];

/** Where a worker dies: at the nth write of this kind (`any`: of all kinds), before it is made or after it has committed. */
export type Death = { readonly point: EpisodeWrite | 'any'; readonly nth: number; readonly when: 'before' | 'after' };

export type MortalWork = {
  readonly work: EpisodeWork;
  /** A router that dies with it. */
  guarded(router: DecidingRouter): DecidingRouter;
  /** The writes that were made, in order. */
  readonly writes: EpisodeWrite[];
  readonly dead: Promise<void>;
  /** Ends it here and now. */
  kill(): void;
};

/**
 * An EpisodeWork whose process dies at one write: from then on nothing that its worker does has any effect. With `onDeath`
 * the process may really end itself.
 */
export function mortal(work: EpisodeWork, death: Death | null, onDeath: () => void = () => undefined): MortalWork {
  const writes: EpisodeWrite[] = [];
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  let isDead = false;
  const kill = (): never => {
    isDead = true;
    die();
    onDeath();
    throw new Error('killed');
  };
  /** Whether the next write of this kind is the fatal one. */
  const isFatal = (point: EpisodeWrite): boolean =>
    (death?.point === 'any' ? writes.length : death?.point === point ? timesIn(writes, point) : Number.NaN) + 1 === death?.nth;
  const guard = <A extends unknown[], R>(name: string, method: (...args: A) => Promise<R>) => {
    const point = EPISODE_WRITES.find((candidate) => candidate === name);
    return async (...args: A): Promise<R> => {
      if (isDead) throw new Error('killed');
      if (point !== undefined && death?.when === 'before' && isFatal(point)) kill();
      const result = await method(...args);
      // It died while this was under way: the answer reaches nobody.
      if (isDead) throw new Error('killed');
      // A claim that finds nothing writes nothing.
      if (point === undefined || (point === 'claim' && Array.isArray(result) && result.length === 0)) return result;
      const fatal = isFatal(point);
      writes.push(point);
      if (fatal) kill();
      return result;
    };
  };
  const entries = Object.entries(work).map(([name, method]) => [
    name,
    guard(name, method as (...args: unknown[]) => Promise<unknown>),
  ]);
  return {
    work: Object.fromEntries(entries) as EpisodeWork,
    guarded: (router) => ({ ...router, decide: guard('decide', (request) => router.decide(request)) }),
    writes,
    dead,
    kill: () => {
      isDead = true;
    },
  };
}

function timesIn(writes: readonly EpisodeWrite[], point: EpisodeWrite): number {
  return writes.filter((made) => made === point).length;
}
