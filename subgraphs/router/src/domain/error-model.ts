import type { DomainFlag } from './domain-flags.ts';
import type { RouteFeatures } from './features.ts';
import { ASSUMED_FAILURE_RATE, shrunk, type TierRecord } from './history.ts';
import type { Tier } from './tiers.ts';

/**
 * How likely a tier's answer is wrong, as a sum of log-odds. These are assumptions to start from, not measurements: the
 * tenant's own outcomes move them (`learnt`). A tier that generates starts from `start`, gets better with its rank, and is
 * made worse by what is hard about the request; a dearer tier minds hard requests less. The tier that looks answers up is
 * good at what a shop is asked every day, and at nothing else.
 */
export const ERROR_MODEL = {
  generation: {
    start: -1.2,
    perRank: -1.6,
    /** Part of the difficulty that the dearest tier does not mind. */
    difficultyMasteredAtTop: 0.4,
  },
  lookUp: {
    start: 1.4,
    /** The assistant's use case is FAQ, ORDER or LEAD; or it is GENERAL. */
    knownUseCase: -3.6,
    generalUseCase: 1,
    /** The words look like FAQ, ORDER or LEAD, where the use case does not say so already. */
    familiarWords: -2.4,
    /** … and where it does. */
    familiarWordsToo: -1.2,
    /** Each of code, math, legal, medical, open-ended, other-language. */
    perForeignFlag: 1.6,
    /** It cannot write to a schema. */
    structured: 4,
    perDoublingOfLength: 0.4,
    perNovelty: 0.4,
  },
  difficulty: {
    flags: {
      code: 0.8,
      math: 0.9,
      legal: 0.6,
      medical: 0.7,
      'open-ended': 0.4,
      'other-language': 0.4,
      order: -0.4,
      lead: -0.5,
      faq: -0.6,
      structured: 0,
    } satisfies Record<DomainFlag, number>,
    /** From free text to a closed schema. */
    strictness: 0.9,
    /** For each doubling of the message beyond 64 tokens, up to 6 of them. */
    perDoublingOfLength: 0.15,
    /** From known to unlike anything seen. */
    novelty: 0.3,
    /** For each 0.1 of failure rate above what is assumed of a new tenant. */
    perTenthOfFailures: 0.25,
  },
  /** No probability is nearer to 0 or 1 than this: nothing here is that sure. */
  floor: 0.005,
  /** The prior counts like so many judged decisions of the tenant on the tier. */
  priorWeight: 20,
  /** … and like so many once the tier has drifted: it was wrong about that. */
  priorWeightAfterDrift: 5,
} as const;

const FOREIGN_TO_LOOK_UP: readonly DomainFlag[] = ['code', 'math', 'legal', 'medical', 'open-ended', 'other-language'];
const FAMILIAR_TO_LOOK_UP: readonly DomainFlag[] = ['faq', 'order', 'lead'];

/** What is assumed before the tenant has been seen. */
export function priorError(tier: Tier, features: RouteFeatures): number {
  const logOdds = tier.answersBy === 'look-up' ? lookUpLogOdds(features) : generationLogOdds(tier, features);
  return bounded(probability(logOdds));
}

/**
 * The prior, moved by what the tenant has seen of the tier: the error rate of its judged decisions, shrunk toward what the
 * prior said of them (beta-binomial, ERROR_MODEL.priorWeight), gives one shift in log-odds for all its requests.
 */
export function learnt(prior: number, record: TierRecord | undefined): number {
  if (record === undefined || record.judged === 0) return prior;
  const said = bounded(record.meanPriorError);
  const weight = record.drifted ? ERROR_MODEL.priorWeightAfterDrift : ERROR_MODEL.priorWeight;
  const seen = bounded(shrunk(record.wrong, record.judged, said, weight));
  return bounded(probability(logit(prior) + logit(seen) - logit(said)));
}

function generationLogOdds(tier: Tier, features: RouteFeatures): number {
  const { start, perRank, difficultyMasteredAtTop } = ERROR_MODEL.generation;
  return start + perRank * tier.rank + (1 - difficultyMasteredAtTop * tier.rank) * difficulty(features);
}

function difficulty(features: RouteFeatures): number {
  const model = ERROR_MODEL.difficulty;
  const flags = features.domainFlags.reduce((sum, flag) => sum + model.flags[flag], 0);
  return (
    flags +
    model.strictness * features.jsonSchemaStrictness +
    model.perDoublingOfLength * doublings(features.tokenCount) +
    model.novelty * features.noveltyScore +
    model.perTenthOfFailures * 10 * (features.historicalFailureRate - ASSUMED_FAILURE_RATE)
  );
}

function lookUpLogOdds(features: RouteFeatures): number {
  const model = ERROR_MODEL.lookUp;
  const has = (flags: readonly DomainFlag[]) => features.domainFlags.filter((flag) => flags.includes(flag)).length;
  const known = features.useCase !== null && features.useCase !== 'GENERAL';
  const words = has(FAMILIAR_TO_LOOK_UP) > 0 ? (known ? model.familiarWordsToo : model.familiarWords) : 0;
  return (
    model.start +
    (known ? model.knownUseCase : 0) +
    (features.useCase === 'GENERAL' ? model.generalUseCase : 0) +
    words +
    model.perForeignFlag * has(FOREIGN_TO_LOOK_UP) +
    model.structured * has(['structured']) +
    model.perDoublingOfLength * doublings(features.tokenCount) +
    model.perNovelty * features.noveltyScore +
    ERROR_MODEL.difficulty.perTenthOfFailures * 10 * (features.historicalFailureRate - ASSUMED_FAILURE_RATE)
  );
}

function doublings(tokens: number): number {
  return Math.min(6, Math.max(0, Math.log2(Math.max(1, tokens) / 64)));
}

function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

function logit(value: number): number {
  return Math.log(value / (1 - value));
}

/** No nearer to 0 or 1 than ERROR_MODEL.floor. */
export function bounded(value: number): number {
  return Math.min(1 - ERROR_MODEL.floor, Math.max(ERROR_MODEL.floor, value));
}
