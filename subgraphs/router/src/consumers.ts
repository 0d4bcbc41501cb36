import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { parseEventData } from '@switchyard/contracts/events';
import type { Tx } from '@switchyard/database/database';
import type { ConsumerOptions } from '@switchyard/event-log/event-log';
import type { DecideServices } from './commands/decide.ts';
import {
  announceOutcomes,
  type Feedback,
  type FinishedCall,
  type OutcomeServices,
  recordCalls,
  recordFeedback,
} from './commands/record-outcomes.ts';
import { outcomeOfScore } from './domain/outcome.ts';
import { answeredOf, evolve, WELL } from './domain/tier-health.ts';
import { lockTierHealth, writeTierHealth } from './store/tier-health.ts';

type HeardCall = FinishedCall & { readonly tier: string; readonly status: string };

/** What the router learns from: what calls cost and how they ended, and what end users thought of the answers. */
export function createRouterConsumer(services: OutcomeServices & Pick<DecideServices, 'database'>): ConsumerOptions {
  const known = new Set(services.ladder.map((tier) => tier.name));
  return {
    group: 'router',
    topics: ['sessions.model-call.v1', 'sessions.feedback.v1'],
    database: services.database,
    async handle(events, tx) {
      const calls = events.flatMap((event) => callOf(event) ?? []);
      const { newCalls, changed } = await recordCalls(tx, calls);
      const judged = await recordFeedback(
        tx,
        events.flatMap((event) => feedbackOf(event) ?? []),
      );
      const heard = calls.filter((call) => newCalls.has(call.modelCallId) && known.has(call.tier));
      await recordHealth(tx, heard, services.clock.now());
      await announceOutcomes(services, tx, [...changed, ...judged]);
    },
  };
}

function callOf(event: EventEnvelope): HeardCall | null {
  if (event.type !== 'model_call.finished') return null;
  const call = parseEventData('model_call.finished', event.data);
  return {
    modelCallId: call.modelCallId,
    tenantId: event.tenantid,
    routeDecisionId: call.routeDecisionId,
    cost: call.cost,
    latencyMs: Math.max(0, Date.parse(call.finishedAt) - Date.parse(call.startedAt)),
    outcome: call.outcome ?? null,
    finishedAt: call.finishedAt,
    tier: call.tier,
    status: call.status,
  };
}

function feedbackOf(event: EventEnvelope): Feedback | null {
  if (event.type !== 'feedback.given') return null;
  const { episodeId, score } = parseEventData('feedback.given', event.data);
  const outcome = outcomeOfScore(score);
  return outcome === null ? null : { tenantId: event.tenantid, episodeId, outcome };
}

/** A provider's errors are every tenant's: one tier, one health. */
async function recordHealth(tx: Tx, calls: readonly HeardCall[], at: Date): Promise<void> {
  const telling = calls.filter((call) => answeredOf(call) !== null);
  if (telling.length === 0) return;
  const before = await lockTierHealth(tx, [...new Set(telling.map((call) => call.tier))]);
  const after = new Map(before);
  for (const call of telling.toSorted((a, b) => (a.finishedAt < b.finishedAt ? -1 : 1))) {
    const answered = answeredOf(call) === true;
    after.set(call.tier, evolve(after.get(call.tier) ?? WELL, answered, new Date(call.finishedAt)));
  }
  const moved = [...after].filter(([tier, health]) => health !== before.get(tier));
  if (moved.length > 0) await writeTierHealth(tx, new Map(moved), at);
}
