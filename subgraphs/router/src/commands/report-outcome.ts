import { parseDecimal } from '@switchyard/kernel/decimal';
import { badInput, notFound } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { RouteOutcome } from '../domain/outcome.ts';
import { decisionById } from '../store/decisions.ts';
import type { RouteDecisionRow } from '../store/entities.ts';
import type { DecideServices } from './decide.ts';
import { announceOutcomes, type OutcomeServices, recordReport } from './record-outcomes.ts';

export type ReportOutcomeCommand = {
  readonly routeDecisionId: string;
  readonly outcome: RouteOutcome;
  readonly actualCost: string | null;
  readonly latencyMs: number | null;
};

/**
 * How a routed request turned out, in the tenant's own words. May be said again: the last word counts.
 * @throws PlatformError NOT_FOUND; BAD_USER_INPUT for a cost or a latency of an episode's decision, which are metered.
 */
export async function reportOutcome(
  services: OutcomeServices & Pick<DecideServices, 'database'>,
  tenantId: TenantId,
  command: ReportOutcomeCommand,
): Promise<RouteDecisionRow> {
  check(command);
  return await services.database.tenant(tenantId, async (tx) => {
    const decision = await decisionById(tx, command.routeDecisionId);
    if (decision === null) throw notFound('route decision', command.routeDecisionId);
    if (decision.episodeId !== null && (command.actualCost !== null || command.latencyMs !== null)) {
      throw badInput('What an episode cost and took is metered: leave `actualCost` and `latencyMs` out.', 'actualCost');
    }
    const changed = await recordReport(tx, { ...command, routeDecisionId: decision.id });
    await tx.em.refresh(decision);
    await announceOutcomes(services, tx, changed);
    return decision;
  });
}

function check({ actualCost, latencyMs }: ReportOutcomeCommand): void {
  if (actualCost !== null && parseDecimal(actualCost)?.isNegative() !== false) {
    throw badInput('`actualCost` must be a decimal that is not negative.', 'actualCost');
  }
  if (latencyMs !== null && !(latencyMs >= 0)) throw badInput('`latencyMs` must not be negative.', 'latencyMs');
}
