import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import {
  createSimulation,
  type LoggedCandidate,
  type LoggedDecision,
  type Simulated,
  type Target,
} from '../domain/off-policy.ts';
import { type Policy, tiersOf } from '../domain/routing-policy.ts';
import type { Tier } from '../domain/tiers.ts';
import { forEachLogged } from '../store/logged-decisions.ts';
import { policyInForce } from '../store/policies.ts';
import type { DecideServices } from './decide.ts';
import { ownerOf, type PolicyInput, type PolicyServices, proposed } from './update-policy.ts';

export type SimulatePolicyCommand = { readonly policy: PolicyInput; readonly from: Date; readonly to: Date };

/**
 * What the policy would have done with the tenant's decisions of the range (half-open).
 * @throws PlatformError BAD_USER_INPUT, also where nothing at all can be said; CONFLICT when the policy has moved on.
 */
export async function simulatePolicy(
  services: PolicyServices & Pick<DecideServices, 'maxOutputTokens'>,
  tenantId: TenantId,
  { policy: input, from, to }: SimulatePolicyCommand,
): Promise<Simulated> {
  if (!(from < to)) throw badInput('`range.to` must be after `range.from`.', 'range');
  const result = await services.database.tenant(tenantId, async (tx) => {
    const owner = ownerOf(services, tenantId);
    const policy = await proposed(tx, { owner, ladder: services.ladder, input });
    const simulation = createSimulation(targetOf(services, policy, await policyInForce(tx, owner)));
    await forEachLogged(tx, { tenantId, from, to }, simulation.add);
    return simulation.result();
  });
  if (result.requests === 0) throw badInput('There are no decisions of the router’s own in this range.', 'range');
  if (result.unsupportedShare === 1) {
    throw badInput(
      'Nothing can be said of this policy: it would have sent all requests to tiers that could not have been tried. Let the policy in force explore for a while first.',
      'policy',
    );
  }
  return result;
}

/**
 * What was left out because of the request itself stays so. What only the policy in force left out comes back where the new
 * one is looser: it could not have been tried then, and so counts among what nothing can be said of.
 */
function targetOf(
  { ladder, maxOutputTokens }: Pick<DecideServices, 'ladder' | 'maxOutputTokens'>,
  policy: Policy,
  inForce: Policy,
): Target {
  const tiers = new Map(ladder.map((tier) => [tier.name, pricesOf(tier)]));
  const allowed = new Set(tiersOf(policy, [...tiers.keys()]));
  const most = policy.maxCostPerRequest?.toNumber() ?? Number.POSITIVE_INFINITY;
  const dearerAllowed = inForce.maxCostPerRequest !== null && most > inForce.maxCostPerRequest.toNumber();
  const slowerAllowed = inForce.maxLatencyMs !== null && (policy.maxLatencyMs ?? Number.POSITIVE_INFINITY) > inForce.maxLatencyMs;
  return {
    errorCost: policy.errorCost.toNumber(),
    exploration: policy.exploration,
    allows({ tier, leftOut }: LoggedCandidate, { inputTokens }: LoggedDecision) {
      const prices = tiers.get(tier);
      if (prices === undefined || !allowed.has(tier)) return false;
      if (prices.input * inputTokens + prices.output * maxOutputTokens > most) return false;
      const comesBack =
        leftOut === 'barred' || (leftOut === 'too-dear' && dearerAllowed) || (leftOut === 'too-slow' && slowerAllowed);
      return leftOut === null || comesBack;
    },
  };
}

function pricesOf({ inputPrice, outputPrice }: Tier) {
  return { input: inputPrice.toNumber(), output: outputPrice.toNumber() };
}
