/** Bytes of a tool's answer that are read at most. */
export const MAX_RESPONSE_BYTES = 1024 * 1024;
const MAX_ERROR_LENGTH = 2000;

/**
 * How one request ended.
 * - `done`: 2xx. `error` says why there is no result although it was done.
 * - `refused`: a final no (4xx, a redirect, an address that may not be reached).
 * - `not-taken`: the tool surely did nothing: the connection was never made, or 429. May always be repeated.
 * - `no-answer`: it was sent, and whether the tool acted is not known: 408, 5xx, a time-out, a cut.
 */
export type Attempt =
  | { readonly kind: 'done'; readonly result: unknown; readonly error: string | null }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'not-taken'; readonly error: string; readonly retryAfterMs: number | null; readonly reached: boolean }
  | { readonly kind: 'no-answer'; readonly error: string; readonly retryAfterMs: number | null };

/** JSON text can spell strings that no database keeps (U+0000, half a surrogate pair): an answer that holds one is not usable. */
export function storable(key: string, value: unknown): unknown {
  for (const text of [key, value]) {
    if (typeof text === 'string' && (text.includes('\0') || !text.isWellFormed())) throw new SyntaxError('unusable text');
  }
  return value;
}

/** A text of a tool's, as it can be kept. */
export function bounded(text: string): string {
  const clean = text.replaceAll('\0', '').toWellFormed().trim();
  return clean.length > MAX_ERROR_LENGTH ? `${clean.slice(0, MAX_ERROR_LENGTH).toWellFormed()}…` : clean;
}

export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  const code = (error as NodeJS.ErrnoException).code;
  return bounded(code === undefined ? error.message : `${error.message} (${code})`);
}

/** What is behind an error: Node tries every address of a name and reports all failures together, and fetch wraps them once more. */
export function rootOf(error: unknown): unknown {
  if (error instanceof AggregateError) return rootOf(error.errors[0]);
  return error instanceof TypeError && error.cause !== undefined ? rootOf(error.cause) : error;
}

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now. */
export function retryAfterOf(header: string | string[] | null | undefined): number | null {
  if (typeof header !== 'string') return null;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
