import { type Clock, systemClock } from '@switchyard/kernel/clock';
import { type Reply, replyTo } from './local/reply.ts';
import { ModelError, type ModelEvent, type ModelProvider, type ModelRequest, type TokenUsage } from './model.ts';
import { countRequestTokens, countTokens } from './tokens.ts';
import { toolCallId } from './tool-arguments.ts';

export type LocalOptions = {
  /**
   * Score of the best passage, 0..1, below which it is no answer. Default 0.55, measured on the demo's question set: see
   * local-threshold.int.test.ts.
   */
  readonly minimumScore?: number;
  /** Says what "tomorrow" is. */
  readonly clock?: Clock;
};

const DEFAULT_MINIMUM_SCORE = 0.55;

/**
 * Answers without a model: finds sentences in the passages, recognises what a message wants done and calls the tenant's
 * tools for it, asks for what is missing. Where it does not know, it ends with `abstained` and no text. It never guesses an
 * argument, calls a tool at most once in a turn, and one with a side effect only when that was clearly asked for.
 */
export function createLocalProvider(options: LocalOptions = {}): ModelProvider {
  const minimumScore = options.minimumScore ?? DEFAULT_MINIMUM_SCORE;
  const clock = options.clock ?? systemClock;
  return {
    async *stream(request, signal): AsyncGenerator<ModelEvent> {
      if (signal.aborted) throw new ModelError('cancelled', 'the call was cancelled');
      const inputTokens = countRequestTokens(request);
      const reply = replyTo(request, { minimumScore, today: clock.now() });
      const usage = (text: string): TokenUsage => ({ inputTokens, outputTokens: countTokens(text), estimated: false });
      if (reply.kind === 'call') {
        yield* callsOf(reply, request);
        yield { kind: 'finished', reason: 'tool-calls', usage: usage(JSON.stringify(reply.argumentSets)), citations: [] };
        return;
      }
      if (reply.kind === 'abstain') {
        yield { kind: 'finished', reason: 'abstained', usage: usage(''), citations: [] };
        return;
      }
      let text = '';
      for (const piece of reply.text.match(/\s*\S+/g) ?? []) {
        if (signal.aborted) throw new ModelError('cancelled', 'the call was cancelled', { usage: usage(text) });
        if (countTokens(text + piece) > request.maxOutputTokens) {
          yield { kind: 'finished', reason: 'length', usage: usage(text), citations: reply.citations };
          return;
        }
        text += piece;
        yield { kind: 'text', text: piece };
      }
      yield { kind: 'finished', reason: 'stop', usage: usage(text), citations: reply.citations };
    },
  };
}

function* callsOf({ tool, argumentSets }: Extract<Reply, { kind: 'call' }>, request: ModelRequest): Iterable<ModelEvent> {
  // Counted on from the calls made before, so that no id comes twice in a conversation.
  const before = request.messages.reduce(
    (sum, message) => sum + (message.role === 'assistant' ? message.toolCalls.length : 0),
    0,
  );
  for (const [index, set] of argumentSets.entries()) {
    yield { kind: 'tool-call', call: { id: toolCallId(request.seed, before + index), name: tool, arguments: set } };
  }
}
