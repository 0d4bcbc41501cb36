import { Decimal } from '@switchyard/kernel/decimal';
import fc from 'fast-check';
import type { RouteFeatures } from '../domain/features.ts';
import { type History, historyOf, type PastDecision } from '../domain/history.ts';
import type { Learning } from '../domain/learning.ts';
import type { Predictions } from '../domain/predictions.ts';
import type { Policy } from '../domain/routing-policy.ts';
import type { Limits } from '../domain/situation.ts';
import { ladderOf, type Tier, type TierSettings } from '../domain/tiers.ts';

export const TIERS: readonly TierSettings[] = [
  ['local', 'local', 'retrieval', '0', '0'],
  ['small', 'openai', 'small-1', '0.15', '0.60'],
  ['medium', 'openai', 'medium-1', '1', '4'],
  ['large', 'anthropic', 'large-1', '3', '15'],
].map(([name = '', provider = '', model = '', inputPricePerMillion = '', outputPricePerMillion = '']) => ({
  name,
  provider,
  model,
  inputPricePerMillion,
  outputPricePerMillion,
  currency: 'USD',
  contextTokens: 128_000,
}));

export const LADDER: readonly Tier[] = ladderOf(TIERS);

export const NO_LIMITS: Limits = {
  maxCost: null,
  maxLatencyMs: null,
  maxOutputTokens: 1024,
  pinnedTier: null,
  tiers: TIERS.map(({ name }) => name),
  excludeTiers: [],
  escalates: false,
};

export const PLAIN: RouteFeatures = {
  tokenCount: 20,
  jsonSchemaStrictness: 0,
  domainFlags: [],
  noveltyScore: 1,
  historicalFailureRate: 0.1,
  inputTokens: 400,
  useCase: null,
};

const share = fc.double({ min: 0, max: 1, noNaN: true });

export const features: fc.Arbitrary<RouteFeatures> = fc.record({
  tokenCount: fc.integer({ min: 0, max: 100_000 }),
  jsonSchemaStrictness: share,
  domainFlags: fc.subarray([
    'code',
    'math',
    'legal',
    'medical',
    'order',
    'lead',
    'faq',
    'open-ended',
    'other-language',
    'structured',
  ]),
  noveltyScore: share,
  historicalFailureRate: share,
  inputTokens: fc.integer({ min: 0, max: 100_000 }),
  useCase: fc.constantFrom(null, 'FAQ', 'ORDER', 'LEAD', 'GENERAL'),
});

const tierName = fc.constantFrom(...TIERS.map((tier) => tier.name));

const pastDecision: fc.Arbitrary<PastDecision> = fc.record({
  sketch: fc.record({ high: fc.integer(), low: fc.integer() }),
  tier: tierName,
  outcome: fc.constantFrom(null, 'CORRECT', 'WRONG', 'INVALID_OUTPUT', 'PROVIDER_ERROR', 'TIMEOUT'),
  priorError: fc.double({ min: 0.005, max: 0.995, noNaN: true }),
  listCost: fc.double({ min: 0, max: 1, noNaN: true }),
  actualCost: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  callLatencyMs: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true })),
});

export const history: fc.Arbitrary<History> = fc.array(pastDecision, { maxLength: 60 }).map(historyOf);

export const policy: fc.Arbitrary<Policy> = fc.record({
  version: fc.integer({ min: 1, max: 9 }),
  errorCost: fc.double({ min: 0, max: 10, noNaN: true }).map((value) => new Decimal(value.toFixed(6))),
  tiers: fc.constant(null),
  exploration: fc.constantFrom(0, 0.01, 0.2),
  maxCostPerRequest: fc.constant(null),
  maxLatencyMs: fc.constant(null),
});

export const limits: fc.Arbitrary<Limits> = fc.record({
  maxCost: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map((value) => new Decimal(value.toFixed(9)))),
  maxLatencyMs: fc.option(fc.integer({ min: 1, max: 20_000 })),
  maxOutputTokens: fc.integer({ min: 1, max: 4096 }),
  pinnedTier: fc.constant(null),
  tiers: fc.subarray(TIERS.map((tier) => tier.name)),
  excludeTiers: fc.subarray(TIERS.map((tier) => tier.name)),
  escalates: fc.boolean(),
});

export const predictions: fc.Arbitrary<Predictions> = fc.oneof(
  fc.record({ errors: fc.constant(new Map<string, number>()), fault: fc.constantFrom('unreadable', 'failed', 'late', null) }),
  fc.record({ errors: share.map((error) => new Map([['small', error]])), fault: fc.constant(null) }),
);

export const resting: fc.Arbitrary<ReadonlySet<string>> = fc
  .subarray(TIERS.map((tier) => tier.name))
  .map((names) => new Set(names));

export const learning: fc.Arbitrary<Learning> = fc.record({
  policyVersion: fc.constant(1),
  incumbent: fc.constantFrom('rules', 'learning', 'tier:small'),
  challenges: fc.constant({}),
  watches: fc.constant({}),
  posteriors: fc.record({ seen: fc.integer({ min: 1, max: 5000 }), wrong: share }).map(({ seen, wrong }) => ({
    small: { priorWeight: 200, seen, squares: [seen, 0, 0, 0, 0, 0], moments: [seen * (wrong - 0.5), 0, 0] },
  })),
});
