import { type ModelCallId, newId, type ToolCallId } from '@switchyard/kernel/ids';
import type { EpisodeEnd, ModelCallEnd, NewToolCall } from '@switchyard/sessions/module';
import { fits } from '@switchyard/tools/schema-check';
import type { Heard } from './listen.ts';
import type { Try } from './model-try.ts';
import type { Equipment } from './run.ts';
import { separated } from './shown-text.ts';
import { judge } from './verdict.ts';

export type HeardCall = {
  readonly id: ModelCallId;
  readonly heard: Heard;
  /** The router read the answer, and thinks that another tier is worth its cost. */
  readonly doubted: boolean;
};

const BROKEN_OFF = { turn: null, unshownText: '', toolCalls: [], outcome: null, tierGivenUp: false, end: null } as const;

/** What is to be written of a call that has ended, in whatever way, and what follows from it. */
export function endOfCall(equipment: Equipment, one: Try, { id, heard, doubted }: HeardCall): ModelCallEnd {
  const { ending } = heard;
  if (ending.kind === 'FINISHED') return answered(equipment, one, { id, heard, doubted }, ending.finished);
  const broken = { ...BROKEN_OFF, id, usage: ending.usage };
  switch (one.run.reason) {
    case 'CANCEL':
      return { ...broken, status: 'CANCELLED', billable: true, error: 'CANCEL', end: { status: 'CANCELLED' } };
    case 'DEADLINE':
      return { ...broken, status: 'CANCELLED', billable: true, error: 'DEADLINE', outcome: 'TIMEOUT' };
    case 'STOP':
      return { ...broken, status: 'CANCELLED', billable: false, error: 'STOP' };
    default:
  }
  // It was our choice to ask for the same text again.
  if (ending.kind === 'DIVERGED') return { ...broken, status: 'CANCELLED', billable: false, error: 'DIVERGED' };
  const retriable = ending.kind === 'TIMEOUT' || ending.error.retriable;
  const tierGivenUp = !retriable || one.tries >= equipment.limits.retries;
  const outcome = ending.kind === 'TIMEOUT' ? 'TIMEOUT' : 'PROVIDER_ERROR';
  return {
    ...broken,
    status: 'FAILED',
    billable: true,
    error: ending.kind === 'TIMEOUT' ? 'timeout' : ending.error.kind,
    outcome: tierGivenUp ? outcome : null,
    tierGivenUp,
  };
}

type Finished = Extract<Heard['ending'], { kind: 'FINISHED' }>['finished'];

function answered(equipment: Equipment, one: Try, { id, heard, doubted }: HeardCall, finished: Finished): ModelCallEnd {
  const { state } = one;
  const { text } = heard;
  const ofThisTier = state.modelCalls.filter((call) => call.routeDecisionId === one.decided.id);
  const invalidTurns = ofThisTier.filter((call) => call.turn?.toolCalls.some(({ refusal }) => refusal !== null)).length;
  const judged = judge(
    { text, toolCalls: heard.toolCalls, reason: finished.reason },
    {
      responseSchema: state.episode.responseSchema,
      tools: state.tools.filter(({ name }) => state.allowedTools.includes(name)),
      toolCallsLeft: equipment.limits.toolCalls - state.toolCalls.length,
      invalidTurnsLeft: equipment.limits.invalidTurns - invalidTurns,
    },
  );
  const { toolCalls } = judged;
  // As of a model that was not sure of it: the answer is kept for the case that no other tier has a better one.
  const verdict = doubted && judged.verdict === 'ANSWER' ? 'ABSTAINED' : judged.verdict;
  const rejected = verdict === 'ABSTAINED' || verdict === 'INVALID';
  const error = doubted ? 'DOUBTED' : verdict === 'ABSTAINED' ? 'ABSTAINED' : verdict === 'INVALID' ? 'INVALID_OUTPUT' : null;
  // Text before a tool call is part of the answer, except of one that must be JSON.
  const shows = verdict === 'ANSWER' || (verdict === 'TOOLS' && state.episode.responseSchema == null);
  return {
    id,
    status: 'ANSWERED',
    usage: finished.usage,
    billable: true,
    // Doubt is no judgement: whether the answer was wrong is not known.
    outcome: rejected && !doubted ? 'INVALID_OUTPUT' : null,
    error,
    tierGivenUp: rejected,
    turn: { verdict, text, toolCalls, citations: finished.citations },
    unshownText: shows ? unshownOf(one, heard) : '',
    toolCalls: verdict === 'TOOLS' ? toCall(one, toolCalls) : [],
    end: verdict === 'ANSWER' ? success(one, heard, finished) : null,
  };
}

function unshownOf({ step }: Try, heard: Heard): string {
  const fresh = heard.text.slice(step.shown.prefix.length);
  return separated(step.shown, fresh).slice(heard.shownLength);
}

function success({ step }: Try, heard: Heard, finished: Finished): EpisodeEnd {
  const { before } = step.shown;
  const answer = before === '' ? heard.text : `${before}\n\n${heard.text}`;
  return { status: 'SUCCEEDED', answer, citations: finished.citations, unshown: null };
}

function toCall({ state }: Try, asked: ReturnType<typeof judge>['toolCalls']): NewToolCall[] {
  const calls: NewToolCall[] = [];
  for (const call of asked) {
    const tool = state.tools.find(({ name }) => name === call.name);
    if (call.refusal !== null || tool === undefined) continue;
    const id = newId<ToolCallId>();
    calls.push({
      id,
      seq: state.toolCalls.length + calls.length + 1,
      idempotencyKey: id,
      providerCallId: call.id,
      tool: tool.name,
      arguments: call.arguments,
      needsApproval: tool.requiresApproval && (tool.approvalWhen === null || fits(tool.approvalWhen, call.arguments) === null),
      endpoint: tool.target.kind === 'BUILT_IN' ? '' : tool.target.endpoint,
      sideEffect: tool.sideEffect,
      idempotent: tool.idempotent,
      compensation: tool.compensation ?? null,
      timeoutMs: tool.timeoutMs,
      maxAttempts: tool.maxAttempts,
    });
  }
  return calls;
}
