import { newId, type TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOf, streams } from '../test-support/event-streams.ts';
import { contributions } from './contributions.ts';
import { type Facts, factsOf, learn } from './facts.ts';

const tenantId = newId<TenantId>();

describe('facts', () => {
  it('do not depend on the order in which they are learned, nor on how often', () => {
    fc.assert(
      fc.property(streams, ({ events, batches }) => {
        const once = learn({}, events.flatMap(factsOf));
        const again = batches.reduce<Facts>((known, batch) => learn(known, batch.flatMap(factsOf)), {});
        expect(again).toEqual(once);
      }),
      { numRuns: 50 },
    );
  });

  it('keep an outcome that was reported before its decision was heard of, and count both from then on', () => {
    const routeDecisionId = newId();
    const outcome = eventOf(
      'decision.outcome_recorded',
      { tenantId, time: 2000 },
      {
        routeDecisionId,
        episodeId: null,
        outcome: 'WRONG',
        actualCost: '0.5',
        currency: 'USD',
        recordedAt: new Date(2000).toISOString(),
      },
    );
    const made = eventOf(
      'decision.made',
      { tenantId, time: 1000 },
      {
        routeDecisionId,
        episodeId: null,
        sessionId: null,
        tier: 'small',
        model: 'small-1',
        reason: 'POLICY',
        arm: 'STABLE',
        policyVersion: 1,
        expectedCost: '0.4',
        expectedError: 0.1,
        currency: 'USD',
        escalatedFrom: null,
        latencyMs: 3,
        decidedAt: new Date(1000).toISOString(),
      },
    );
    const early = learn({}, factsOf(outcome));
    expect(contributions(early)).toEqual([]);
    const all = contributions(learn(early, factsOf(made)));
    expect(all.map(({ at, dimensions }) => [at, dimensions.tier])).toEqual(Array(3).fill([1000, 'small']));
    expect(all.filter(({ measures }) => measures.routedWrong === 1)).toHaveLength(1);
  });

  it('are none for a type that no figure needs, known or not', () => {
    const known = eventOf('session.ended', { tenantId, time: 0 }, { sessionId: newId() });
    expect(factsOf(known)).toEqual([]);
    expect(factsOf({ ...known, type: 'session.renamed' })).toEqual([]);
    expect(factsOf({ ...known, type: 'constructor' })).toEqual([]);
  });

  it('are refused when they could never be counted, before they become part of a subject', () => {
    const at = { tenantId, time: 0 };
    const outcome = {
      routeDecisionId: newId(),
      episodeId: null,
      outcome: null,
      actualCost: '9'.repeat(40),
      currency: 'USD',
      recordedAt: '2026-01-01T00:00:00.000Z',
    };
    expect(() => factsOf(eventOf('decision.outcome_recorded', at, outcome))).toThrow(RangeError);
    const session = { sessionId: newId(), useCase: 'FAQ' as const, endUserId: null };
    expect(() => factsOf({ ...eventOf('session.started', at, session), time: '0000-01-01T00:00:00.000Z' })).toThrow(RangeError);
    expect(factsOf(eventOf('session.started', at, session))).toHaveLength(1);
  });
});
