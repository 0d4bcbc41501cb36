import { Decimal } from '@switchyard/kernel/decimal';
import { err, ok, type Result } from '@switchyard/kernel/result';

/** How a tenant wants its requests routed. Amounts are in the tiers' currency. */
export type Policy = {
  readonly version: number;
  /** λ: what a wrong answer costs. */
  readonly errorCost: Decimal;
  /** Names of the tiers that may answer; null: all that the operator offers. */
  readonly tiers: readonly string[] | null;
  /** Share of traffic that may go elsewhere than to the tier that looks best, 0..MAX_EXPLORATION. */
  readonly exploration: number;
  /** What a request may cost at most, whatever it asks for itself. */
  readonly maxCostPerRequest: Decimal | null;
  readonly maxLatencyMs: number | null;
};

/**
 * λ until a tenant says otherwise: 0.02. A wrong answer costs as much as about ten answers of a small model, or four of a
 * large one: enough that hard requests go up the ladder, and that the dearest tier is not the answer to everything.
 */
export const DEFAULT_ERROR_COST = '0.02';

export const MAX_EXPLORATION = 0.2;

/** The policy of a tenant that has not said otherwise. It explores nothing: that is the tenant's to allow. */
export const FIRST_POLICY: Policy = {
  version: 1,
  errorCost: new Decimal(DEFAULT_ERROR_COST),
  tiers: null,
  exploration: 0,
  maxCostPerRequest: null,
  maxLatencyMs: null,
};

/** What a tenant says of a policy: what it leaves out stays as it is, null takes a limit away. */
export type PolicyChange = {
  readonly errorCost: Decimal;
  readonly tiers?: readonly string[] | null;
  readonly exploration?: number | null;
  readonly maxCostPerRequest?: Decimal | null;
  readonly maxLatencyMs?: number | null;
};

export type PolicyFault =
  | { readonly kind: 'negative'; readonly field: 'errorCost' | 'maxCostPerRequest' }
  | { readonly kind: 'no-tiers' }
  | { readonly kind: 'unknown-tiers'; readonly tiers: readonly string[] }
  | { readonly kind: 'exploration' }
  | { readonly kind: 'latency' };

/** The policy that the change makes of the current one; it keeps its version. @param offered names of the tiers there are. */
export function changed(current: Policy, change: PolicyChange, offered: readonly string[]): Result<Policy, PolicyFault> {
  const kept = <T>(said: T | undefined, before: T): T => (said === undefined ? before : said);
  const next: Policy = {
    version: current.version,
    errorCost: change.errorCost,
    tiers: kept(change.tiers, current.tiers),
    exploration: change.exploration ?? current.exploration,
    maxCostPerRequest: kept(change.maxCostPerRequest, current.maxCostPerRequest),
    maxLatencyMs: kept(change.maxLatencyMs, current.maxLatencyMs),
  };
  const fault = faultOf(next, offered);
  return fault === null ? ok({ ...next, tiers: next.tiers && inOrder(next.tiers, offered) }) : err(fault);
}

function faultOf(policy: Policy, offered: readonly string[]): PolicyFault | null {
  if (policy.errorCost.isNegative()) return { kind: 'negative', field: 'errorCost' };
  if (policy.maxCostPerRequest?.isNegative() === true) return { kind: 'negative', field: 'maxCostPerRequest' };
  if (policy.tiers?.length === 0) return { kind: 'no-tiers' };
  const unknown = (policy.tiers ?? []).filter((tier) => !offered.includes(tier));
  if (unknown.length > 0) return { kind: 'unknown-tiers', tiers: unknown };
  if (!(policy.exploration >= 0 && policy.exploration <= MAX_EXPLORATION)) return { kind: 'exploration' };
  return policy.maxLatencyMs !== null && policy.maxLatencyMs < 1 ? { kind: 'latency' } : null;
}

/** The tiers that a policy lets answer, cheapest first. One whose tiers the operator has all taken away lets every tier. */
export function tiersOf({ tiers }: Policy, offered: readonly string[]): readonly string[] {
  const left = tiers === null ? [] : inOrder(tiers, offered);
  return left.length === 0 ? offered : left;
}

function inOrder(tiers: readonly string[], offered: readonly string[]): readonly string[] {
  return offered.filter((tier) => tiers.includes(tier));
}
