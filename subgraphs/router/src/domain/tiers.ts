import { Decimal } from '@switchyard/kernel/decimal';

/** A tier as the operator configured it; packages/models' TierConfig is one. */
export type TierSettings = {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** Decimal strings, in `currency` per million tokens. */
  readonly inputPricePerMillion: string;
  readonly outputPricePerMillion: string;
  readonly currency: string;
  /** Context window in tokens. */
  readonly contextTokens: number;
};

export type Tier = {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** `local` looks answers up and abstains where it finds none; all others generate. */
  readonly answersBy: 'look-up' | 'generation';
  /** Among the tiers that generate: 0 the cheapest, 1 the dearest, 0.5 when there is but one. */
  readonly rank: number;
  /** Per token. */
  readonly inputPrice: Decimal;
  readonly outputPrice: Decimal;
  readonly currency: string;
  readonly contextTokens: number;
};

const MILLION = new Decimal(1_000_000);

/** @throws RangeError for no tier at all, two of one name, or two currencies: costs must be comparable. */
export function ladderOf(settings: readonly TierSettings[]): readonly Tier[] {
  if (settings.length === 0) throw new RangeError('the router needs at least one tier');
  if (new Set(settings.map((tier) => tier.name)).size < settings.length) throw new RangeError('two tiers have the same name');
  if (new Set(settings.map((tier) => tier.currency)).size > 1) throw new RangeError('all tiers must be priced in one currency');
  const generating = settings.filter((tier) => tier.provider !== 'local');
  return settings.map((tier) => ({
    name: tier.name,
    provider: tier.provider,
    model: tier.model,
    answersBy: tier.provider === 'local' ? 'look-up' : 'generation',
    rank: generating.length < 2 ? 0.5 : Math.max(0, generating.indexOf(tier)) / (generating.length - 1),
    inputPrice: new Decimal(tier.inputPricePerMillion).dividedBy(MILLION),
    outputPrice: new Decimal(tier.outputPricePerMillion).dividedBy(MILLION),
    currency: tier.currency,
    contextTokens: tier.contextTokens,
  }));
}
