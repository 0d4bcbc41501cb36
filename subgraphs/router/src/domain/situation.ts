import type { Decimal } from '@switchyard/kernel/decimal';
import type { RouteFeatures } from './features.ts';
import type { History } from './history.ts';
import type { Learning } from './learning.ts';
import type { Predictions } from './predictions.ts';
import type { Policy } from './routing-policy.ts';
import type { Tier } from './tiers.ts';

export type Limits = {
  readonly maxCost: Decimal | null;
  readonly maxLatencyMs: number | null;
  /** Bounds the worst case against `maxCost`. */
  readonly maxOutputTokens: number;
  readonly pinnedTier: string | null;
  /** Names of the tiers that the policy lets answer. */
  readonly tiers: readonly string[];
  readonly excludeTiers: readonly string[];
  /** Whether another tier's answer was not good enough. */
  readonly escalates: boolean;
};

/** All that a choice is made from. */
export type Situation = {
  readonly ladder: readonly Tier[];
  readonly features: RouteFeatures;
  readonly limits: Limits;
  readonly policy: Policy;
  readonly history: History;
  /** Names of the tiers whose provider keeps failing. */
  readonly resting: ReadonlySet<string>;
  /** What the trained model says; where it says nothing of a tier, the prior does. */
  readonly predictions: Predictions;
  readonly learning: Learning;
  /** Uniform in [0, 1): what chance decides with, where it may. */
  readonly draw: number;
};
