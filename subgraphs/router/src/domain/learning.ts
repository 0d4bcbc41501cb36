import { BANDIT, type BanditContext, contextOf, corrected, NOTHING_SEEN, type Posterior, seen } from './bandit.ts';
import { type Change, type DriftWatch, NOTHING_WATCHED, watched } from './drift.ts';
import { type Evidence, NO_EVIDENCE, shows, witnessed } from './evidence.ts';

/**
 * What a tenant's judged decisions have taught, taken in one after the other as they become known.
 *
 * Who decides (`incumbent`): the rules → (a challenger is shown to do better) → that challenger → … A challenger is the rules,
 * what was learnt, or one tier for everything. Each is put in charge only by the tenant's own data, and only when the lower
 * confidence bound of what it saves against who is in charge is above 0, however often that is looked at. So learning does
 * no harm: until it is shown to be better, what was there before decides.
 */
export type Learning = {
  /** Of the policy version that the challenges are held under: another λ, other tiers, another contest. */
  readonly policyVersion: number;
  readonly incumbent: Decider;
  readonly challenges: Readonly<Record<string, Evidence>>;
  /** By tier, as the next. */
  readonly watches: Readonly<Record<string, DriftWatch>>;
  readonly posteriors: Readonly<Record<string, Posterior>>;
};

/** 'rules', 'learning', or 'tier:' and the name of one that answers everything. */
export type Decider = 'rules' | 'learning' | `tier:${string}`;

export const NOTHING_LEARNT: Learning = { policyVersion: 0, incumbent: 'rules', challenges: {}, watches: {}, posteriors: {} };

/** Chance that anything is ever put in charge that is not better than what was in charge before. */
export const ALPHA = 0.05;

/** A tier as it was weighed for a decision. */
export type WeighedTier = {
  readonly tier: string;
  readonly cost: number;
  /** Before the tenant's own outcomes were taken in; as the rules take them in; as the bandit does. */
  readonly priorError: number;
  readonly ruleError: number;
  readonly learntError: number;
  readonly propensity: number;
  readonly open: boolean;
};

/** A decision that was judged for the first time. */
export type Lesson = {
  readonly policyVersion: number;
  /** λ. */
  readonly errorCost: number;
  readonly tier: string;
  readonly wrong: boolean;
  /** Whether the router itself chose, under the policy in force: else it says nothing of who should decide. */
  readonly contested: boolean;
  /** Cheapest first. */
  readonly weighed: readonly WeighedTier[];
};

/** What was learnt, and whether the tier came to do better or worse than it did. */
export function learn(learning: Learning, lesson: Lesson): { readonly learning: Learning; readonly change: Change | null } {
  const chosen = lesson.weighed.find(({ tier }) => tier === lesson.tier);
  if (chosen === undefined) return { learning, change: null };
  const { watch, change } = watched(learning.watches[lesson.tier] ?? NOTHING_WATCHED, {
    expected: chosen.priorError,
    wrong: lesson.wrong,
  });
  const next = { ...learning, watches: { ...learning.watches, [lesson.tier]: watch } };
  if (change !== null) return { learning: forget(next, lesson.tier), change };
  const residual = Number(lesson.wrong) - chosen.priorError;
  const posterior = seen(next.posteriors[lesson.tier] ?? NOTHING_SEEN, lessonContext(lesson.weighed), residual);
  const taught = { ...next, posteriors: { ...next.posteriors, [lesson.tier]: posterior } };
  const contest = lesson.contested && lesson.policyVersion >= learning.policyVersion;
  return { learning: contest ? contested(taught, lesson) : taught, change: null };
}

/** What was said of a decision has changed: it counts as it is now. */
export function relearn(learning: Learning, lesson: Lesson): Learning {
  const posterior = learning.posteriors[lesson.tier];
  if (posterior === undefined || posterior.seen === 0) return learning;
  const moved = corrected(posterior, lessonContext(lesson.weighed), lesson.wrong ? 1 : -1);
  return { ...learning, posteriors: { ...learning.posteriors, [lesson.tier]: moved } };
}

/** As it counts under a policy: who is in charge under another one is nobody here. */
export function learnedUnder(learning: Learning, policyVersion: number): Learning {
  return learning.policyVersion === policyVersion ? learning : { ...learning, incumbent: 'rules' };
}

/** The context of a decision, from what was predicted of its tiers. */
export function lessonContext(weighed: readonly Pick<WeighedTier, 'priorError'>[]): BanditContext {
  return contextOf(weighed.map(({ priorError }) => priorError));
}

/** The tier drifted: what was learnt of it no longer holds, and whoever was in charge was so for what holds no more. */
function forget(learning: Learning, tier: string): Learning {
  const posteriors = { ...learning.posteriors, [tier]: { ...NOTHING_SEEN, priorWeight: BANDIT.priorWeightAfterDrift } };
  return { ...learning, posteriors, incumbent: 'rules', challenges: {} };
}

function contested(learning: Learning, lesson: Lesson): Learning {
  const sameContest = learning.policyVersion === lesson.policyVersion;
  const incumbent: Decider = sameContest ? learning.incumbent : 'rules';
  const before = sameContest ? learning.challenges : {};
  const supported = lesson.weighed.filter(({ open, propensity }) => open && propensity > 0);
  const reigning = chosenBy(incumbent, supported, lesson.errorCost);
  if (reigning === undefined) return learning;
  const challengers = decidersOf(lesson.weighed).filter((decider) => decider !== incumbent);
  const challenges = Object.fromEntries(
    challengers.map((decider) => {
      const challenging = chosenBy(decider, supported, lesson.errorCost) ?? reigning;
      const { difference, most } = savingOf(challenging, reigning, lesson);
      return [decider, witnessed(before[decider] ?? NO_EVIDENCE, difference, most)];
    }),
  );
  const held = { ...learning, policyVersion: lesson.policyVersion };
  const winner = challengers.find((decider) => shows(challenges[decider] ?? NO_EVIDENCE, ALPHA / challengers.length));
  return winner === undefined ? { ...held, incumbent, challenges } : { ...held, incumbent: winner, challenges: {} };
}

function decidersOf(weighed: readonly WeighedTier[]): Decider[] {
  return ['rules', 'learning', ...weighed.map(({ tier }) => `tier:${tier}` as const)];
}

/**
 * What a decider would have chosen among the tiers that might have been tried: of what was never tried nothing can be said,
 * so that there each decider counts as doing what could be seen.
 */
function chosenBy(decider: Decider, tiers: readonly WeighedTier[], errorCost: number): WeighedTier | undefined {
  const fixed = tiers.find(({ tier }) => decider === `tier:${tier}`);
  if (fixed !== undefined) return fixed;
  const errorOf = (tier: WeighedTier) => (decider === 'learning' ? tier.learntError : tier.ruleError);
  const objective = (tier: WeighedTier) => tier.cost + errorCost * errorOf(tier);
  return tiers.reduce<WeighedTier | undefined>(
    (best, tier) => (best === undefined || objective(tier) < objective(best) ? tier : best),
    undefined,
  );
}

/**
 * What the challenger's choice saves against the incumbent's, doubly robust: as predicted, corrected by what was seen where
 * one of the two was tried, over its propensity. Its mean is right whatever the predictions are.
 */
function savingOf(challenging: WeighedTier, reigning: WeighedTier, lesson: Lesson): { difference: number; most: number } {
  if (challenging === reigning) return { difference: 0, most: 0 };
  const lossOf = (tier: WeighedTier) => tier.cost + lesson.errorCost * tier.learntError;
  const correction = (tier: WeighedTier, wrong: number) => (lesson.errorCost * (wrong - tier.learntError)) / tier.propensity;
  const predicted = lossOf(reigning) - lossOf(challenging);
  const ifTried = (tier: WeighedTier, wrong: number) =>
    predicted + (tier === reigning ? correction(tier, wrong) : tier === challenging ? -correction(tier, wrong) : 0);
  const tried = lesson.weighed.find(({ tier }) => tier === lesson.tier);
  return {
    difference: tried === undefined ? predicted : ifTried(tried, Number(lesson.wrong)),
    most: Math.max(0, -predicted, -ifTried(challenging, 1), -ifTried(reigning, 0)),
  };
}
