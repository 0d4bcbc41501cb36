import type { EpisodeState } from '@switchyard/sessions/module';
import type { ModelStep } from './next-step.ts';
import type { DecidingRouter, TierInUse } from './ports.ts';
import type { Run } from './run.ts';

export type Decided = Awaited<ReturnType<DecidingRouter['decide']>>;

/** One request to a model, for one turn of an episode. */
export type Try = {
  readonly run: Run;
  readonly state: EpisodeState;
  readonly step: ModelStep;
  readonly decided: Decided;
  readonly tier: TierInUse;
  /** How many tries of the same turn this tier has broken off. */
  readonly tries: number;
};
