import { type EpisodeWork, WRITE_POINTS } from '@switchyard/sessions/module';

export type WritePoint = (typeof WRITE_POINTS)[number];

/** Where a worker dies: at the nth write of this kind, before it is made or after it has committed. */
export type Death = { readonly point: WritePoint; readonly nth: number; readonly when: 'before' | 'after' };

export type MortalWork = {
  readonly work: EpisodeWork;
  /** The writes that were made, in order. */
  readonly writes: WritePoint[];
  readonly dead: Promise<void>;
  /** Ends it here and now. */
  kill(): void;
};

/**
 * An EpisodeWork whose process dies at one write: from then on nothing that its worker does has any effect. With `onDeath`
 * the process may really end itself.
 */
export function mortal(work: EpisodeWork, death: Death | null, onDeath: () => void = () => undefined): MortalWork {
  const writes: WritePoint[] = [];
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  let isDead = false;
  const kill = (): never => {
    isDead = true;
    die();
    onDeath();
    throw new Error('killed');
  };
  const guarded = <A extends unknown[], R>(name: keyof EpisodeWork, method: (...args: A) => Promise<R>) => {
    const point = WRITE_POINTS.find((candidate) => candidate === name);
    return async (...args: A): Promise<R> => {
      if (isDead) throw new Error('killed');
      const isFatal =
        point !== undefined && point === death?.point && writes.filter((made) => made === point).length + 1 === death.nth;
      if (isFatal && death.when === 'before') kill();
      const result = await method(...args);
      // It died while this was under way: the answer reaches nobody.
      if (isDead) throw new Error('killed');
      if (point !== undefined) writes.push(point);
      if (isFatal) kill();
      return result;
    };
  };
  const entries = Object.entries(work).map(([name, method]) => [
    name,
    guarded(name as keyof EpisodeWork, method as (...args: unknown[]) => Promise<unknown>),
  ]);
  return {
    work: Object.fromEntries(entries) as EpisodeWork,
    writes,
    dead,
    kill: () => {
      isDead = true;
    },
  };
}
