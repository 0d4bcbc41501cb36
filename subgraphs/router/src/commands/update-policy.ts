import type { Tx } from '@switchyard/database/database';
import { type Decimal, parseDecimal } from '@switchyard/kernel/decimal';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { unreachable } from '@switchyard/kernel/result';
import { changed, MAX_EXPLORATION, type Policy, type PolicyChange, type PolicyFault } from '../domain/routing-policy.ts';
import { runningCanary } from '../store/canaries.ts';
import { insertPolicy, type KeptPolicy, lockPolicies, nextVersion, type PolicyOwner, policyInForce } from '../store/policies.ts';
import type { DecideServices } from './decide.ts';

/** As a client says it: what is left out stays as it is, null takes a limit away. */
export type PolicyInput = {
  readonly errorCost: string;
  readonly tiers?: readonly string[] | null;
  readonly exploration?: number | null;
  readonly maxCostPerRequest?: string | null;
  readonly maxLatencyMs?: number | null;
  readonly expectedVersion: number;
};

export type PolicyServices = Pick<DecideServices, 'database' | 'clock' | 'ladder' | 'states' | 'hint'>;

/** @throws PlatformError BAD_USER_INPUT; CONFLICT when the policy is not at `expectedVersion` any more, or a canary is running. */
export async function updatePolicy(services: PolicyServices, tenantId: TenantId, input: PolicyInput): Promise<KeptPolicy> {
  const owner = ownerOf(services, tenantId);
  const policy = await services.database.tenant(tenantId, async (tx) => {
    await lockPolicies(tx, owner);
    if ((await runningCanary(tx, tenantId)) !== null) throw underComparison();
    const next = await proposed(tx, { owner, ladder: services.ladder, input });
    await insertPolicy(tx, owner, { ...next, inForce: true });
    return { ...next, currency: owner.currency, updatedAt: owner.now };
  });
  services.states.forget(tenantId);
  return policy;
}

export function ownerOf({ ladder, clock }: Pick<PolicyServices, 'ladder' | 'clock'>, tenantId: TenantId): PolicyOwner {
  return { tenantId, currency: ladder[0]?.currency ?? '', now: clock.now() };
}

type Proposal = { readonly owner: PolicyOwner; readonly ladder: PolicyServices['ladder']; readonly input: PolicyInput };

/** The policy that the input makes of the one in force, under the next number. It is not kept yet; the policies are locked. */
export async function proposed(tx: Tx, { owner, ladder, input }: Proposal): Promise<Policy> {
  const current = await policyInForce(tx, owner);
  if (current.version !== input.expectedVersion) throw movedOn(current.version);
  const offered = ladder.map(({ name }) => name);
  const next = changed(current, changeOf(input), offered);
  if (!next.ok) throw faulty(next.error, offered);
  return { ...next.value, version: await nextVersion(tx, owner.tenantId) };
}

function changeOf({ errorCost, maxCostPerRequest, tiers, exploration, maxLatencyMs }: PolicyInput): PolicyChange {
  return {
    errorCost: decimalOf(errorCost, 'errorCost'),
    ...(tiers === undefined ? {} : { tiers }),
    ...(exploration === undefined ? {} : { exploration }),
    ...(maxCostPerRequest === undefined ? {} : { maxCostPerRequest: limitOf(maxCostPerRequest) }),
    ...(maxLatencyMs === undefined ? {} : { maxLatencyMs }),
  };
}

function limitOf(maxCostPerRequest: string | null): Decimal | null {
  return maxCostPerRequest === null ? null : decimalOf(maxCostPerRequest, 'maxCostPerRequest');
}

function decimalOf(text: string, field: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw badInput(`\`${field}\` must be a decimal.`, field);
  return value;
}

/** A candidate is compared with the policy in force: that has to stay what it is. */
function underComparison(): PlatformError {
  return new PlatformError('CONFLICT', {
    publicMessage: 'A canary is compared with this policy: promote it or roll it back before you change the policy.',
  });
}

function movedOn(version: number): PlatformError {
  return new PlatformError('CONFLICT', {
    publicMessage: `The routing policy is at version ${version} by now: read it again, then change it.`,
    details: { currentVersion: version },
  });
}

function faulty(fault: PolicyFault, offered: readonly string[]): PlatformError {
  switch (fault.kind) {
    case 'negative':
      return badInput(`\`${fault.field}\` must not be negative.`, fault.field);
    case 'no-tiers':
      return badInput('`tiers` must name at least one tier; null lets all of them answer.', 'tiers');
    case 'unknown-tiers': {
      const unknown = fault.tiers.map((tier) => tier.slice(0, 64)).join(', ');
      return badInput(`There is no tier ${unknown}. There are: ${offered.join(', ')}.`, 'tiers');
    }
    case 'exploration':
      return badInput(`\`exploration\` must be from 0 to ${MAX_EXPLORATION}.`, 'exploration');
    case 'latency':
      return badInput('`maxLatencyMs` must be at least 1.', 'maxLatencyMs');
    default:
      return unreachable(fault);
  }
}
