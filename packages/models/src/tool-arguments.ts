import { createHash } from 'node:crypto';

/** Arguments as a provider wrote them: parsed when they are JSON (nothing at all is `{}`), else the text, for validation to refuse. */
export function parseArguments(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An id for the nth call of an answer, the same for the same request: within every provider's rules (`[a-zA-Z0-9_-]`, 40 characters). */
export function toolCallId(seed: string, index: number): string {
  return `call_${createHash('sha256').update(`${seed}/${index}`).digest('hex').slice(0, 24)}`;
}
