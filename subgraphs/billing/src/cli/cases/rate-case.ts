import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import { roundToMinorUnit } from '../../domain/currency.ts';
import { boundsAdjustment, discountOn, percentOf, type SpendBounds } from '../../domain/pricing/adjustments.ts';
import { prorate, type Share } from '../../domain/pricing/proration.ts';
import { chargeOf, PERIOD_FEES, resolvedPercentage } from './charges.ts';
import { nameOf, Parameters, readDecimal, Unsupported } from './parameters.ts';
import { shareOf } from './time.ts';
import { usageOf } from './usage.ts';

/** A worked example of what some usage costs; further fields are not read. */
export type PricingCase = {
  readonly model: string;
  readonly tiers_params: unknown;
  readonly usage: unknown;
  readonly currency?: string | undefined;
};

type Reading = {
  readonly model: string;
  readonly parameters: Parameters;
  readonly usage: Parameters;
  readonly share: Share | null;
  readonly round: (amount: Decimal) => Decimal;
};

/**
 * What the case comes to: charge → part of the period → minimum and maximum → discounts → base fee → tax → credits.
 * @throws Unsupported for a pricing idea that the engine does not have.
 */
export function rateCase({ model: name, tiers_params, usage: used, currency }: PricingCase): Decimal {
  const parameters = new Parameters(tiers_params, 'the price');
  const usage = new Parameters(used, 'the usage');
  const share = shareOf(parameters, usage);
  const model = modelOf(name);
  const round = (amount: Decimal) => roundToMinorUnit(amount, currency ?? 'USD');
  const reading = { model, parameters, usage, share, round };
  const total = /credit_note|refund/.test(model)
    ? creditNote(reading)
    : /^proration|plan_change|upgrade|downgrade/.test(model)
      ? planChange(reading)
      : invoice(reading);
  parameters.refuseUnread();
  return total;
}

/** "Graduated (delta) + maximum": what follows the plus is said by the parameters anyway. */
function modelOf(name: string): string {
  return nameOf(name.split(/[+&,(]/)[0] ?? '');
}

function invoice(reading: Reading): Decimal {
  const { model, parameters, share, round } = reading;
  const charge = chargeFor(model);
  if (charge === null) throw new Unsupported(`a pricing model that the engine does not know: ${model}`);
  const usage = usageOf(reading.usage);
  const full = charge(parameters, usage);
  const charged = share === null ? full : round(prorate(full, share));
  const exact = usage.prorated === null ? charged : round(charged);
  const bounded = exact.plus(boundsAdjustment(exact, boundsOf(parameters)));
  const discounted = lessDiscounts(bounded, parameters);
  const fees = parameters.decimal('base_fee', 'platform_fee', 'base_price', 'subscription_amount', 'setup_fee') ?? ZERO;
  return afterCredits(withTax(discounted.plus(fees), parameters, round), parameters, round);
}

const SUFFIX = /_(delta|prorated|split|overage|with_proration|with_minimum|with_maximum|minimum|maximum|coupon|discount|tax)$/;

function chargeFor(model: string): ReturnType<typeof chargeOf> {
  if (model.endsWith('_resolved')) return resolvedPercentage;
  const bare = model.replace(/^(prorated|tax)_/, '').replace(SUFFIX, '');
  return (
    chargeOf(model) ??
    chargeOf(bare) ??
    chargeOf(bare.replace(SUFFIX, '')) ??
    chargeOf(bare.replace(/_pricing|_price|_charge|_model/, ''))
  );
}

/** What was billed earlier in the period counts toward both bounds. */
function boundsOf(parameters: Parameters): SpendBounds {
  const billed = parameters.decimal('previously_billed', 'already_billed', 'billed_before') ?? ZERO;
  const left = (...names: readonly string[]) => {
    const bound = parameters.decimal(...names);
    return bound === null ? null : Decimal.max(bound.minus(billed), ZERO);
  };
  return {
    minimumAmount: left(
      'minimum',
      'minimum_amount',
      'min',
      'minimum_spend',
      'min_spend',
      'commitment',
      'minimum_commitment',
      'spend_minimum',
      'min_amount',
    ),
    maximumAmount: left('maximum', 'maximum_amount', 'max', 'maximum_spend', 'max_spend', 'cap', 'spend_cap', 'max_amount'),
  };
}

function lessDiscounts(amount: Decimal, parameters: Parameters): Decimal {
  const percentOff = parameters.decimal(
    'discount_percent',
    'percent_off',
    'coupon_percent',
    'discount_percentage',
    'percentage_off',
  );
  const amountOff = parameters.total('discount_amount', 'amount_off', 'coupon_amount', 'coupon', 'discount');
  const less = percentOff === null ? amount : amount.minus(discountOn(amount, { percentOff }));
  return amountOff === null ? less : less.minus(discountOn(less, { amountOff }));
}

/** Tax is on what an invoice shows, so the amount is rounded first; each rate is rounded on its own. */
function withTax(amount: Decimal, parameters: Parameters, round: Reading['round']): Decimal {
  const given = parameters.raw('tax_percent', 'tax_rate', 'tax', 'vat_percent', 'taxes', 'tax_percents', 'vat');
  if (given === undefined) return amount;
  const net = round(amount);
  const rates = (Array.isArray(given) ? given : [given]).map(readDecimal);
  return net.plus(sum(rates.map((percent) => round(percentOf(net, percent ?? ZERO)))));
}

function afterCredits(amount: Decimal, parameters: Parameters, round: Reading['round']): Decimal {
  const balance = parameters.total(
    'wallet_before',
    'wallet',
    'credits',
    'credit_balance',
    'wallet_balance',
    'prepaid',
    'prepaid_balance',
    'wallets',
  );
  if (balance === null) return amount;
  const due = round(amount);
  return due.minus(Decimal.min(due, Decimal.max(balance, ZERO)));
}

/** What is given back of a fee for time that was paid and not used: net and tax are each rounded, as they stand on the note. */
function creditNote({ parameters, share, round }: Reading): Decimal {
  const fee = parameters.total('fee', 'amount', 'fees', 'items', 'price', ...PERIOD_FEES);
  if (fee === null) throw new Unsupported('the credit note says no fee');
  const net = round(prorate(lessDiscounts(fee, parameters), share ?? { part: new Decimal(1), whole: new Decimal(1) }));
  return withTax(net, parameters, round);
}

/** The old price given back, the new one charged, both for the time that is left: two lines, each rounded. */
function planChange({ parameters, usage, share, round }: Reading): Decimal {
  if (share === null) throw new Unsupported('the plan change does not say which part of the period is left');
  usage.raw('at');
  const step = parameters.decimal('round_each_line', 'round_line');
  const rounded = (amount: Decimal) =>
    step === null ? round(amount) : amount.div(step).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).times(step);
  const line = (side: 'old' | 'new') => {
    const amount = parameters.decimal(side, `${side}_amount`, `${side}_price`, `${side}_fee`, `${side}_unit_amount`) ?? ZERO;
    const quantity = parameters.decimal(`${side}_quantity`) ?? parameters.decimal('quantity') ?? new Decimal(1);
    return rounded(prorate(amount.times(quantity), share));
  };
  return withTax(line('new').minus(line('old')), parameters, round);
}
