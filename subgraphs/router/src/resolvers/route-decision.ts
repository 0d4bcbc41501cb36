import { badInput } from '@switchyard/kernel/errors';
import { parseId, type RouteDecisionId } from '@switchyard/kernel/ids';
import { requireTenant } from '@switchyard/kernel/request-context';
import { connectionOf, pageOf } from '@switchyard/runtime/connection';
import { reportOutcome } from '../commands/report-outcome.ts';
import { route } from '../commands/route.ts';
import type { Context } from '../context.ts';
import type {
  MutationResolvers,
  QueryResolvers,
  QueryRouteDecisionsArgs,
  RouteCandidateResolvers,
  RouteDecisionResolvers,
} from '../generated/resolvers.ts';
import { type DecisionFilter, listDecisions } from '../store/decisions.ts';
import type { RouteDecisionRow } from '../store/entities.ts';
import { moneyOf } from './money.ts';

export const RouteDecision: RouteDecisionResolvers = {
  __resolveReference: async ({ id }, context) => await decisionOf(id, context),
  features: ({ features }) => ({ ...features, domainFlags: [...features.domainFlags] }),
  candidates: ({ candidates, currency }) => candidates.map((candidate) => ({ ...candidate, currency })),
  decidedAt: ({ decidedAt }) => decidedAt.toISOString(),
  escalatedFrom: async ({ escalatedFrom }, _args, { loaders }) =>
    escalatedFrom == null ? null : await loaders.decision.load(escalatedFrom),
  expectedCost: ({ expectedCost, currency }) => moneyOf(expectedCost, currency),
  actualCost: ({ actualCost, currency }) => (actualCost == null ? null : moneyOf(actualCost, currency)),
};

export const RouteCandidate: RouteCandidateResolvers = {
  expectedCost: ({ expectedCost, currency }) => moneyOf(expectedCost, currency),
};

export const decisionQueries: Pick<QueryResolvers, 'routeDecision' | 'routeDecisions'> = {
  routeDecision: async (_root, { id }, context) => {
    requireTenant(context.request, 'ROUTER_READ');
    return await decisionOf(id, context);
  },
  routeDecisions: async (_root, args, { request, read }) => {
    requireTenant(request, 'ROUTER_READ');
    const page = pageOf('routeDecisions', args);
    const rows = await read((tx) => listDecisions(tx, filterOf(args), { limit: page.first + 1, after: page.after }));
    return connectionOf('routeDecisions', page, rows, (decision) => decision.id);
  },
};

export const decisionMutations: Pick<MutationResolvers, 'route' | 'reportOutcome'> = {
  route: async (_root, { input }, context) =>
    await route(context, requireTenant(context.request, 'ROUTER_WRITE'), {
      content: input.content,
      responseSchema: input.responseSchema ?? null,
      maxCost: input.maxCost ?? null,
      maxLatencyMs: input.maxLatencyMs ?? null,
      tier: input.tier ?? null,
      idempotencyKey: input.idempotencyKey ?? null,
      apiKeyId: context.request.credential.id,
    }),
  reportOutcome: async (_root, { input }, context) =>
    await reportOutcome(context, requireTenant(context.request, 'ROUTER_WRITE'), {
      routeDecisionId: input.routeDecisionId,
      outcome: input.outcome,
      actualCost: input.actualCost ?? null,
      latencyMs: input.latencyMs ?? null,
    }),
};

async function decisionOf(id: string, { loaders }: Context): Promise<RouteDecisionRow | null> {
  const parsed = parseId<RouteDecisionId>(id);
  return parsed === null ? null : await loaders.decision.load(parsed);
}

function filterOf({ tier, outcome, range }: QueryRouteDecisionsArgs): DecisionFilter {
  const [from, to] = range == null ? [null, null] : [new Date(range.from), new Date(range.to)];
  if (from !== null && to !== null && from > to) throw badInput('`range` must not end before it begins.', 'range');
  return { tier: tier ?? null, outcome: outcome ?? null, from, to };
}
