import type { Fact, Facts } from './facts.ts';
import { type Dimensions, type Distribution, decimalOf, type Measures, NONE } from './measures.ts';

/** What a subject adds to the figures of one minute, under one key of the dimensions. */
export type Contribution = {
  /** When it counts, in milliseconds since 1970. */
  readonly at: number;
  readonly dimensions: Dimensions;
  readonly measures: Partial<Measures>;
  readonly samples: { readonly [Name in Distribution]?: number };
};

type FactOf<Type extends Fact['type']> = Extract<Fact, { type: Type }>;

/** When a subject counts and what all of it shares. */
type Place = { readonly at: number; readonly useCase: string; readonly final: FactOf<'decided'> | undefined };

/**
 * What a subject adds to the figures, as far as its facts are known. A session counts when it started; an episode, with all
 * that belongs to it, when it finished, and not before; a decision without an episode when it was made.
 */
export function contributions(facts: Facts): Contribution[] {
  const known = Object.values(facts);
  const started = known.find((fact) => fact.type === 'started');
  if (started !== undefined) return [sessionStarted(started)];
  const decisions = known.filter((fact) => fact.type === 'decided');
  const completed = known.find((fact) => fact.type === 'completed');
  if (completed !== undefined) return ofEpisode(completed, decisions, known);
  const alone = decisions.find((decision) => decision.alone);
  return alone === undefined ? [] : ofLoneDecision(alone, known);
}

function sessionStarted(fact: FactOf<'started'>): Contribution {
  const dimensions = { useCase: fact.useCase, tier: NONE, model: NONE, arm: NONE, tool: NONE };
  return { at: Date.parse(fact.at), dimensions, measures: { sessions: 1 }, samples: {} };
}

function ofEpisode(completed: FactOf<'completed'>, decisions: FactOf<'decided'>[], known: Fact[]): Contribution[] {
  const byId = new Map(decisions.map((decision) => [decision.id, decision]));
  const place: Place = { at: Date.parse(completed.at), useCase: completed.useCase, final: finalOf(decisions) };
  const episode: Contribution = {
    at: place.at,
    dimensions: dimensionsOf(place, place.final),
    measures: {
      episodes: 1,
      succeeded: completed.status === 'SUCCEEDED' ? 1 : 0,
      failed: completed.status === 'FAILED' || completed.status === 'COMPENSATED' ? 1 : 0,
      escalated: decisions.some((decision) => decision.escalation) ? 1 : 0,
    },
    samples: { LATENCY: completed.latencyMs },
  };
  return [episode, ...known.flatMap((fact) => ofPart(fact, place, byId))];
}

function ofLoneDecision(decision: FactOf<'decided'>, known: Fact[]): Contribution[] {
  const place: Place = { at: Date.parse(decision.at), useCase: NONE, final: decision };
  const byId = new Map([[decision.id, decision]]);
  return known.flatMap((fact) => ofPart(fact, place, byId));
}

/** What one fact of a counted subject adds by itself. */
function ofPart(fact: Fact, place: Place, decisions: ReadonlyMap<string, FactOf<'decided'>>): Contribution[] {
  const add = (dimensions: Dimensions, measures: Partial<Measures>, samples = {}) => [
    { at: place.at, dimensions, measures, samples },
  ];
  switch (fact.type) {
    case 'decided':
      return add(
        dimensionsOf(place, fact),
        { decisions: 1, expectedCost: decimalOf(fact.expectedCost) },
        { ROUTER_LATENCY: fact.latencyMs },
      );
    case 'outcome':
      return add(dimensionsOf(place, decisions.get(fact.decision)), judgement(fact.outcome));
    case 'actual_cost':
      return add(dimensionsOf(place, decisions.get(fact.decision)), { modelCalls: 1, cost: decimalOf(fact.cost) });
    case 'model_call': {
      const arm = decisions.get(fact.decision)?.arm ?? NONE;
      return add(dimensionsOf(place, { tier: fact.tier, model: fact.model, arm }), spending(fact));
    }
    case 'tool_call':
      return add(
        { ...dimensionsOf(place, place.final), tool: fact.tool },
        { toolCalls: 1, toolCallsFailed: fact.failed ? 1 : 0 },
      );
    case 'compensated':
      return add({ ...dimensionsOf(place, place.final), tool: fact.tool }, { compensations: 1 });
    case 'feedback':
      return add(dimensionsOf(place, place.final), { feedbacks: 1, feedbackScore: decimalOf(fact.score) });
    case 'started':
    case 'completed':
      return [];
  }
}

/** A provider that failed or was slow says nothing about whether the tier was the right one. */
function judgement(outcome: string): Partial<Measures> {
  if (outcome === 'CORRECT') return { routedRight: 1 };
  return outcome === 'WRONG' || outcome === 'INVALID_OUTPUT' ? { routedWrong: 1 } : {};
}

function spending(call: FactOf<'model_call'>): Partial<Measures> {
  const cost = decimalOf(call.cost);
  return {
    modelCalls: 1,
    inputTokens: call.inputTokens,
    outputTokens: call.outputTokens,
    cost,
    savings: decimalOf(call.dearestCost).minus(cost),
  };
}

function dimensionsOf(place: Place, route: { tier: string; model: string; arm: string } | undefined): Dimensions {
  const { tier, model, arm } = route ?? { tier: NONE, model: NONE, arm: NONE };
  return { useCase: place.useCase, tier, model, arm, tool: NONE };
}

/** The decision that had the last word. */
function finalOf(decisions: readonly FactOf<'decided'>[]): FactOf<'decided'> | undefined {
  return decisions.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1)).at(-1);
}
