import type { ModelCallId } from '@switchyard/kernel/ids';
import { ModelError, type ModelEvent, type ModelRequest, type ModelToolCall, type TokenUsage } from '@switchyard/models/model';
import { countTokens } from '@switchyard/models/tokens';
import { AnswerFeed } from './answer-feed.ts';
import type { TierInUse } from './ports.ts';
import type { Equipment, Run } from './run.ts';
import { type Mode, PrefixJoiner, type Shown, separated } from './shown-text.ts';

export type Listening = {
  readonly run: Run;
  readonly id: ModelCallId;
  readonly tier: TierInUse;
  readonly mode: Mode;
  readonly request: ModelRequest;
  readonly shown: Shown;
  readonly countedInputTokens: number;
  /** Shows nothing before the turn is judged. */
  readonly hold: boolean;
};

type Finished = Extract<ModelEvent, { kind: 'finished' }>;

export type Heard = {
  /** The whole text of the turn so far, what was shown of it before included. */
  readonly text: string;
  /** How much of it, with the separator in front, this call has shown. */
  readonly shownLength: number;
  readonly toolCalls: readonly ModelToolCall[];
  readonly ending:
    | { readonly kind: 'FINISHED'; readonly finished: Finished }
    | { readonly kind: 'DIVERGED'; readonly usage: TokenUsage }
    | { readonly kind: 'TIMEOUT'; readonly usage: TokenUsage }
    | { readonly kind: 'BROKEN'; readonly error: ModelError; readonly usage: TokenUsage };
};

/**
 * Reads a model's stream to its end, and shows the text as it comes unless it is held back.
 * @throws what showing threw: the episode is no longer ours, or the database is gone.
 */
export async function listen({ work, limits }: Equipment, to: Listening): Promise<Heard> {
  const { run, shown } = to;
  const own = new AbortController();
  const feed = new AnswerFeed(
    limits.showEveryMs,
    async (text) => {
      const { cancelRequested } = await work.showText(run.lease, to.id, text);
      if (cancelRequested) run.breakOff('CANCEL');
    },
    () => own.abort('SHOWING'),
  );
  const timer = setTimeout(() => own.abort('TIMEOUT'), limits.modelCallMs);
  const ear = new Ear(to, (text) => {
    if (!to.hold) feed.push(text);
  });
  let ending: Heard['ending'];
  try {
    ending = await ear.hear(AbortSignal.any([run.stopped, run.cancelled, own.signal]), () => own.abort('DIVERGED'));
  } catch (error) {
    ending = brokenOff(error, own.signal.aborted ? String(own.signal.reason) : null, ear.estimate());
  } finally {
    clearTimeout(timer);
  }
  const shownLength = await feed.close();
  return { text: shown.prefix + ear.fresh, shownLength, toolCalls: ear.toolCalls, ending };
}

/** What has been heard of one stream. */
class Ear {
  fresh = '';
  readonly toolCalls: ModelToolCall[] = [];
  readonly #to: Listening;
  readonly #show: (text: string) => void;
  readonly #joiner: PrefixJoiner;
  #received = '';

  constructor(to: Listening, show: (text: string) => void) {
    this.#to = to;
    this.#show = show;
    this.#joiner = new PrefixJoiner(to.mode, to.shown.prefix);
  }

  async hear(signal: AbortSignal, abort: () => void): Promise<Heard['ending']> {
    for await (const event of this.#to.tier.provider.stream(this.#to.request, signal)) {
      if (event.kind === 'tool-call') this.toolCalls.push(event.call);
      if (event.kind === 'text') this.#received += event.text;
      const joined =
        event.kind === 'text' ? this.#joiner.push(event.text) : event.kind === 'finished' ? this.#joiner.end() : null;
      if (joined?.diverged === true) {
        abort();
        return { kind: 'DIVERGED', usage: event.kind === 'finished' ? event.usage : this.estimate() };
      }
      if (joined !== null) this.#add(joined.fresh);
      if (event.kind === 'finished') return { kind: 'FINISHED', finished: event };
    }
    throw new ModelError('network', 'the stream ended without saying so', { usage: this.estimate() });
  }

  /** Counted by our tokenizer. */
  estimate(): TokenUsage {
    return { inputTokens: this.#to.countedInputTokens, outputTokens: countTokens(this.#received), estimated: true };
  }

  #add(fresh: string): void {
    if (fresh === '') return;
    this.#show(this.fresh === '' ? separated(this.#to.shown, fresh) : fresh);
    this.fresh += fresh;
  }
}

function brokenOff(error: unknown, reason: string | null, estimate: TokenUsage): Heard['ending'] {
  const known =
    error instanceof ModelError ? error : new ModelError('invalid', 'the adapter failed', { usage: estimate, cause: error });
  const cut = known.kind === 'cancelled' ? (known.usage ?? estimate) : known.usage;
  const usage = cut ?? { inputTokens: 0, outputTokens: 0, estimated: false };
  if (reason === 'TIMEOUT') return { kind: 'TIMEOUT', usage };
  return { kind: 'BROKEN', error: known, usage };
}
