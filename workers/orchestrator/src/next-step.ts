import type { RouteDecisionId } from '@switchyard/kernel/ids';
import type { EpisodeEnd, EpisodeState } from '@switchyard/sessions/module';
import type { Limits } from './limits.ts';
import { type Mode, type Shown, shownSoFar } from './shown-text.ts';
import { isAnswer } from './verdict.ts';

export type ModelStep = {
  readonly kind: 'CALL_MODEL';
  readonly turnNumber: number;
  /** Which decision of the episode's this is, counted from 0: each tier that is given up leads to the next one. */
  readonly decisionNumber: number;
  readonly excludeTiers: readonly string[];
  readonly escalatedFrom: RouteDecisionId | null;
  readonly shown: Shown;
};

export type Step =
  | ModelStep
  /** For a person. */
  | { readonly kind: 'WAIT' }
  | { readonly kind: 'CALL_TOOL'; readonly call: EpisodeState['toolCalls'][number] }
  | { readonly kind: 'COMPLETE'; readonly end: EpisodeEnd };

/**
 * What comes next for an episode, from its rows alone. One that undoes what it has done only does that. What has begun is finished first, then a wish to cancel is heard,
 * then the limits, then the tools that the model asked for, and then the model is asked.
 */
export function nextStep(state: EpisodeState, limits: Limits, overdue: boolean): Step {
  const open = state.toolCalls.filter((call) => call.status === 'REQUESTED' || call.status === 'AWAITING_APPROVAL');
  if (state.episode.ending != null) return nextUndo(state, state.episode.ending, limits, open[0]);
  const begun = open.find((call) => call.attempts > 0);
  if (begun !== undefined) return { kind: 'CALL_TOOL', call: begun };
  if (state.episode.cancelRequestedAt != null) return { kind: 'COMPLETE', end: { status: 'CANCELLED' } };
  if (overdue) return fail('It took too long, and was given up. Send the message again.');
  if (state.episode.fence > limits.claims + decisionsOf(state))
    return fail('It was interrupted too often, and was given up. Send the message again.');
  const [first] = open;
  if (first?.status === 'AWAITING_APPROVAL') return { kind: 'WAIT' };
  if (first !== undefined) return { kind: 'CALL_TOOL', call: first };
  const turnNumber = 1 + state.modelCalls.filter((call) => call.turn?.verdict === 'TOOLS').length;
  if (turnNumber > limits.modelTurns) return fail('The assistant needed too many steps, and gave up.');
  const givenUp = state.modelCalls.filter((call) => call.tierGivenUp);
  return {
    kind: 'CALL_MODEL',
    turnNumber,
    decisionNumber: givenUp.length,
    excludeTiers: [...new Set(givenUp.map((call) => call.tier))],
    escalatedFrom: givenUp.at(-1)?.routeDecisionId ?? null,
    shown: shownSoFar(state, turnNumber),
  };
}

/** An episode is taken up once more after each wait for a person, which is no interruption. */
function decisionsOf(state: EpisodeState): number {
  return state.toolCalls.filter((call) => call.approvalExpiresAt != null).length;
}

/** What it has done is undone, one call after the other, whatever else is wished or due by now; unless that never comes to an end. */
function nextUndo(
  state: EpisodeState,
  end: EpisodeEnd,
  limits: Limits,
  next: EpisodeState['toolCalls'][number] | undefined,
): Step {
  const givenUp = state.episode.fence > UNDO_CLAIMS * limits.claims;
  return next === undefined || givenUp ? { kind: 'COMPLETE', end } : { kind: 'CALL_TOOL', call: next };
}

/** How many times as often as any other an episode that undoes may be taken up. */
const UNDO_CLAIMS = 3;

/** How to take up a turn of which something was shown: ask for the same again, unless that cannot lead or has not led to the same text. */
export function modeOf(state: EpisodeState, step: ModelStep, tier: string): Mode {
  if (step.shown.prefix === '') return 'FRESH';
  const tries = state.modelCalls.filter((call) => call.turnNumber === step.turnNumber);
  const repeatable = tries.every((call) => call.error !== 'DIVERGED' && (call.tier === tier || !state.shown.has(call.id)));
  return repeatable ? 'REPEAT' : 'CONTINUE';
}

/** The end of an episode that no tier is left for: the last text of a model that was not sure of it, else a failure. */
export function endWithoutTier(state: EpisodeState, step: ModelStep): EpisodeEnd {
  const unsure = state.modelCalls.findLast((call) => call.turn?.verdict === 'ABSTAINED');
  const text = unsure?.turn?.text ?? '';
  if (unsure !== undefined && step.shown.prefix === '' && isAnswer(text, state.episode.responseSchema)) {
    const unshown = step.shown.before === '' ? text : `\n\n${text}`;
    const answer = step.shown.before + unshown;
    return {
      status: 'SUCCEEDED',
      answer,
      citations: unsure.turn?.citations ?? [],
      unshown: { modelCallId: unsure.id, text: unshown },
    };
  }
  return { status: 'FAILED', failure: failureOf(state.modelCalls.findLast((call) => call.tierGivenUp)?.error ?? null) };
}

function failureOf(error: string | null): string {
  switch (error) {
    case 'ABSTAINED':
      return 'No model knew the answer.';
    case 'INVALID_OUTPUT':
      return 'No model gave an answer of the form that was asked for.';
    case 'refused':
      return 'The models refused to answer this.';
    case 'too-long':
      return 'The conversation is longer than the models can read. Start a new session.';
    default:
      return 'The models could not be reached. Send the message again later.';
  }
}

function fail(failure: string): Step {
  return { kind: 'COMPLETE', end: { status: 'FAILED', failure } };
}
