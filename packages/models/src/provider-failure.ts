import { ModelError, type ModelErrorKind, type TokenUsage } from './model.ts';

/** What a provider said about a call that it refused or broke off. */
export type ProviderFailure = {
  /** Null when the failure came inside a stream that had begun. */
  readonly status: number | null;
  /** The provider's own words for the kind, such as `context_length_exceeded` or `overloaded_error`. */
  readonly codes: readonly string[];
  readonly message: string;
  readonly headers: Headers | null;
};

const TOO_LONG =
  /context.{0,10}(length|window)|maximum context|(prompt|input|request) is too long|too many (input )?tokens|context_length|request_too_large/i;
const FILTERED = /content_filter|content_policy|content management policy|refus(al|ed)/i;
const RATE_LIMITED = /rate_limit|insufficient_quota|too_many_requests/i;
const OVERLOADED = /overloaded|server_error|api_error|timeout_error|unavailable/i;
const INVALID = /invalid|authentication|permission|not_found|billing/i;

/** The codes that say that the request never left: the provider can have counted nothing. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
]);

export function failureKind({ status, codes, message }: ProviderFailure): ModelErrorKind {
  const says = (pattern: RegExp): boolean => codes.some((code) => pattern.test(code));
  if (status === 429 || says(RATE_LIMITED)) return 'rate-limited';
  if (status !== null && (status >= 500 || status === 408 || status === 409)) return 'overloaded';
  if (status === 413 || says(TOO_LONG)) return 'too-long';
  if (says(FILTERED)) return 'refused';
  if (status === null && says(OVERLOADED)) return 'overloaded';
  // Compatible servers often say what is wrong in the sentence alone.
  if (status === null || status === 400 || status === 422) {
    if (TOO_LONG.test(message)) return 'too-long';
    if (FILTERED.test(message)) return 'refused';
  }
  if (status !== null || says(INVALID)) return 'invalid';
  return 'network';
}

/** Milliseconds that the provider asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date; null when it does not say. */
export function retryAfterMs(headers: Headers | null, now: Date): number | null {
  const milliseconds = Number(headers?.get('retry-after-ms') || Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(0, Math.round(milliseconds));
  const value = headers?.get('retry-after');
  if (value === null || value === undefined || value === '') return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value) - now.getTime();
  return Number.isFinite(wait) ? Math.max(0, Math.round(wait)) : null;
}

/** The error of a call that the provider answered with a failure. */
export function refusedBy(failure: ProviderFailure, usage: TokenUsage | null, cause: unknown): ModelError {
  const wait = retryAfterMs(failure.headers, new Date());
  const status = failure.status === null ? 'in mid-stream' : `with status ${failure.status}`;
  return new ModelError(failureKind(failure), `the provider failed ${status}: ${failure.message.slice(0, 500)}`, {
    ...(wait === null ? {} : { retryAfterMs: wait }),
    usage,
    cause,
  });
}

/** Whether the connection was never made, by the system's code anywhere in the chain of causes. */
export function neverSent(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth++) {
    if ('code' in cause && typeof cause.code === 'string' && NEVER_SENT.has(cause.code)) return true;
  }
  return false;
}
