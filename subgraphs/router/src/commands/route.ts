import { once } from '@switchyard/database/idempotency';
import { badInput } from '@switchyard/kernel/errors';
import { newId, type RouteDecisionId, type TenantId } from '@switchyard/kernel/ids';
import { type Quotas, reserved } from '@switchyard/kernel/quotas';
import { decisionById } from '../store/decisions.ts';
import { RouteDecisionEntity, type RouteDecisionRow } from '../store/entities.ts';
import { type DecideServices, keepDecision, prepareDecision } from './decide.ts';
import type { KeepTogether } from './keep-together.ts';

/** Characters of a request at most: what a message may have. */
export const MAX_CONTENT_LENGTH = 32_768;

/** Characters of a JSON Schema at most: what a message's may have. */
const MAX_SCHEMA_LENGTH = 32_000;

export type RouteCommand = {
  readonly content: string;
  readonly responseSchema: unknown;
  readonly maxCost: string | null;
  readonly maxLatencyMs: number | null;
  readonly tier: string | null;
  readonly idempotencyKey: string | null;
  /** The key of the caller. */
  readonly apiKeyId: string;
};

export type RouteServices = DecideServices & {
  readonly keepTogether: KeepTogether;
  /** Asked before a decision is made for a caller of its own. */
  readonly quotas: Quotas;
};

/**
 * Decides for a caller that makes the call itself.
 * @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT, QUOTA_EXCEEDED, RATE_LIMITED.
 */
export async function route(services: RouteServices, tenantId: TenantId, command: RouteCommand): Promise<RouteDecisionRow> {
  check(command);
  const { idempotencyKey, tier, apiKeyId, ...asked } = command;
  const prepared = await prepareDecision(services, {
    ...asked,
    tenantId,
    // The idempotency key lives for a day, a request key for ever: each call that gets this far is a request of its own.
    requestKey: `route:${newId()}`,
    pinnedTier: tier,
    episodeId: null,
    sessionId: null,
    inputTokens: null,
    excludeTiers: [],
    escalatedFrom: null,
  });
  const reservation = { tenantId, key: `route:${prepared.row.id}`, amounts: { requests: 1 }, apiKeyId };
  if (idempotencyKey === null) {
    await reserved(services.quotas, reservation, () => services.keepTogether(tenantId, prepared));
    return { ...prepared.row, actualCost: null, outcome: null, outcomeSource: null, callLatencyMs: null };
  }
  return await services.database.tenant(tenantId, async (tx) => {
    const id = await once<RouteDecisionId>(
      tx,
      { tenantId, operation: 'route', key: idempotencyKey, input: { ...asked, tier } },
      async () => (await reserved(services.quotas, reservation, () => keepDecision(services, tx, prepared))).id,
    );
    return (await decisionById(tx, id)) ?? (await tx.em.findOneOrFail(RouteDecisionEntity, { id }));
  });
}

function check({ content, responseSchema, maxLatencyMs }: RouteCommand): void {
  if (content.length < 1 || content.length > MAX_CONTENT_LENGTH) {
    throw badInput(`\`content\` must have 1 to ${MAX_CONTENT_LENGTH} characters.`, 'content');
  }
  const schemaFits = responseSchema === null || (typeof responseSchema === 'object' && !Array.isArray(responseSchema));
  if (!schemaFits) throw badInput('`responseSchema` must be a JSON Schema, which is an object.', 'responseSchema');
  if (responseSchema !== null && JSON.stringify(responseSchema).length > MAX_SCHEMA_LENGTH) {
    throw badInput(`\`responseSchema\` must have at most ${MAX_SCHEMA_LENGTH} characters as JSON.`, 'responseSchema');
  }
  if (maxLatencyMs !== null && maxLatencyMs < 1) throw badInput('`maxLatencyMs` must be at least 1.', 'maxLatencyMs');
}
