import { fitToContext } from '@switchyard/models/history';
import type { ModelMessage, ModelRequest } from '@switchyard/models/model';
import type { TierConfig } from '@switchyard/models/tier';
import { countRequestTokens } from '@switchyard/models/tokens';
import type { EpisodeState } from '@switchyard/sessions/module';
import type { Limits } from './limits.ts';

export type PromptOptions = {
  readonly state: EpisodeState;
  readonly limits: Limits;
  /** Shown text that the model shall go on from; empty: it starts its turn. */
  readonly continueFrom: string;
  readonly turnNumber: number;
};

/** Everything a model is told in this turn, before it is cut to a context. */
export function requestOf({ state, limits, continueFrom, turnNumber }: PromptOptions): Omit<ModelRequest, 'model'> {
  const messages: ModelMessage[] = [
    { role: 'system', content: state.instructions },
    ...state.history.map(
      ({ role, content }): ModelMessage => (role === 'user' ? { role, content } : { role, content, toolCalls: [] }),
    ),
    { role: 'user', content: state.request },
    ...turnsOf(state, limits),
  ];
  if (continueFrom !== '') messages.push({ role: 'assistant', content: continueFrom, toolCalls: [] });
  return {
    messages,
    tools: state.tools
      .filter(({ name }) => state.allowedTools.includes(name))
      .map(({ name, description, inputSchema, sideEffect }) => ({ name, description, inputSchema, sideEffect })),
    passages: state.passages,
    useCase: state.episode.useCase,
    responseSchema: schemaOf(state.episode.responseSchema),
    maxOutputTokens: limits.outputTokens,
    seed: `${state.episode.id}:${turnNumber}`,
  };
}

/** The request as this tier's model gets it: history cut to its context by whole messages, newest kept. */
export function forTier(request: Omit<ModelRequest, 'model'>, tier: TierConfig, model: string): ModelRequest {
  const besides = countRequestTokens({ ...request, messages: [] });
  const messages = fitToContext({
    messages: request.messages,
    contextTokens: tier.contextTokens,
    reserveTokens: besides + request.maxOutputTokens,
  });
  return { ...request, messages, model };
}

/** What the model has said and been answered in this episode. */
function turnsOf(state: EpisodeState, limits: Limits): ModelMessage[] {
  return state.modelCalls.flatMap((call): ModelMessage[] => {
    if (call.turn?.verdict !== 'TOOLS') return [];
    const made = state.toolCalls.filter(({ modelCallId, compensates }) => modelCallId === call.id && compensates == null);
    return [
      {
        role: 'assistant',
        content: call.turn.text,
        toolCalls: call.turn.toolCalls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args })),
      },
      ...call.turn.toolCalls.map((asked): ModelMessage => {
        const row = made.find(({ providerCallId }) => providerCallId === asked.id);
        const content =
          asked.refusal ?? (row === undefined ? 'The call was not made.' : outcomeText(row, limits.toolResultLength));
        return { role: 'tool', toolCallId: asked.id, tool: asked.name, content };
      }),
    ];
  });
}

function outcomeText(call: EpisodeState['toolCalls'][number], maxLength: number): string {
  if (call.status === 'SUCCEEDED' && call.error != null) {
    return `It was done, but its result cannot be used: ${call.error.slice(0, maxLength)}`;
  }
  if (call.status === 'SUCCEEDED') {
    const text = JSON.stringify(call.result ?? null);
    return text.length <= maxLength ? text : `${text.slice(0, maxLength)}… (cut: ${text.length} characters in all)`;
  }
  const error = (call.error ?? '').slice(0, maxLength);
  if (call.status === 'UNKNOWN') {
    return `It is not known whether this was done: ${error} It will not be tried again. Say so, and do not call it again for the same purpose.`;
  }
  if (call.status === 'REJECTED') return `Not done: ${error}`;
  return `Error: ${error}`;
}

function schemaOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}
