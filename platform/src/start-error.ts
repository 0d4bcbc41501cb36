/** Why the platform cannot start: one sentence for the person at the terminal, that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
  }
}
