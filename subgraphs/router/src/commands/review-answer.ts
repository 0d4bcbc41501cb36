import type { DecideRequest, Review } from '../decide-port.ts';
import { endsEarly } from '../domain/early-exit.ts';
import { chooseFor, type DecideServices, policyFor } from './decide.ts';

/** Weighs an answer that is there against asking another tier. Keeps nothing. */
export async function reviewAnswer(
  services: DecideServices,
  request: DecideRequest,
  { tier, answer }: { readonly tier: string; readonly answer: string },
): Promise<Review> {
  const probability = services.predict.after(tier, request.content, answer);
  if (probability === null) return { verdict: 'ACCEPT', probability };
  const state = await services.states.get(request.tenantId);
  const { policy } = policyFor(request, state);
  const escalation = { ...request, excludeTiers: [...request.excludeTiers, tier], pinnedTier: null, escalatedFrom: null };
  // What would be chosen next, were it not left to chance.
  const { choice } = chooseFor(services, escalation, { state, policy: { ...policy, exploration: 0 }, began: performance.now() });
  const next = choice.ok && choice.value.chosen.leftOut === null ? choice.value.chosen : null;
  const ends = endsEarly({ probability, errorCost: policy.errorCost.toNumber(), next });
  services.metrics.reviewed(ends ? 'ACCEPT' : 'ESCALATE');
  return { verdict: ends ? 'ACCEPT' : 'ESCALATE', probability };
}
