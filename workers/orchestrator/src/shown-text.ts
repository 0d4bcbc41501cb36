import type { EpisodeState } from '@switchyard/sessions/module';

/** Between the texts of two turns. */
const SEPARATOR = '\n\n';

export type Shown = {
  /** What earlier turns have shown. */
  readonly before: string;
  /** What broken-off tries of this turn have shown, and what cannot be withdrawn. */
  readonly prefix: string;
};

/** What watchers have seen of the answer so far. */
export function shownSoFar(state: Pick<EpisodeState, 'modelCalls' | 'shown'>, turnNumber: number): Shown {
  let before = '';
  let prefix = '';
  for (const call of state.modelCalls) {
    const text = state.shown.get(call.id) ?? '';
    if (call.turnNumber < turnNumber) before += text;
    else prefix += text;
  }
  return { before, prefix: before === '' ? prefix : prefix.slice(SEPARATOR.length) };
}

/** A turn's text as it is shown after what was shown before. */
export function separated(shown: Shown, text: string): string {
  return shown.before !== '' && shown.prefix === '' && text !== '' ? `${SEPARATOR}${text}` : text;
}

/**
 * Takes a new stream of a turn of which `prefix` has been shown already.
 * FRESH: nothing was shown. REPEAT: the same was asked for again, and only what goes beyond the prefix is new; a stream
 * that says something else has diverged. CONTINUE: the model was asked to go on after the prefix, and may repeat it first.
 */
export type Mode = 'FRESH' | 'REPEAT' | 'CONTINUE';

export type Joined = { readonly fresh: string; readonly diverged: boolean };

export class PrefixJoiner {
  readonly #prefix: string;
  readonly #mode: Mode;
  /** What came while it could still be the prefix once more. */
  #held = '';
  #past: boolean;

  constructor(mode: Mode, prefix: string) {
    this.#mode = mode;
    this.#prefix = prefix;
    this.#past = prefix === '';
  }

  /** What is new in the next piece of the stream. */
  push(text: string): Joined {
    if (this.#past) return { fresh: text, diverged: false };
    this.#held += text;
    if (this.#held.startsWith(this.#prefix)) return this.#go(this.#held.slice(this.#prefix.length));
    if (this.#prefix.startsWith(this.#held)) return { fresh: '', diverged: false };
    if (this.#mode === 'REPEAT') return { fresh: '', diverged: true };
    return this.#go(this.#held);
  }

  /** At the end of the stream: what was held, or that it never came to the prefix's end. */
  end(): Joined {
    if (this.#past) return { fresh: '', diverged: false };
    if (this.#mode === 'REPEAT') return { fresh: '', diverged: true };
    return this.#go(this.#held);
  }

  #go(fresh: string): Joined {
    this.#past = true;
    return { fresh, diverged: false };
  }
}
