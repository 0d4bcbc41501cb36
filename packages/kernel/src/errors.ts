/** The stable codes that clients see in `extensions.code`; each has a page in docs/errors/. */
export const ERROR_CODES = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_TOO_COSTLY',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'PERSISTED_QUERY_NOT_FOUND',
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The HTTP status of a response that carries no data. */
export const HTTP_STATUS: Readonly<Record<ErrorCode, number>> = {
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  BAD_USER_INPUT: 400,
  OPERATION_TOO_COSTLY: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  IDEMPOTENCY_CONFLICT: 409,
  PERSISTED_QUERY_NOT_FOUND: 200,
  QUOTA_EXCEEDED: 429,
  RATE_LIMITED: 429,
  UPSTREAM_UNAVAILABLE: 503,
  INTERNAL: 500,
};

export type PlatformErrorOptions = {
  /** Shown to the client as it is, so it holds no internals, and says what to do. */
  readonly publicMessage: string;
  /** Whether the same request may succeed later without being changed. Default false. */
  readonly retriable?: boolean;
  readonly cause?: unknown;
  /** More for `extensions`, safe to show: which argument, when to come back. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
};

/** The one error that the platform throws on purpose. Everything else that reaches a client becomes INTERNAL without detail. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: ErrorCode;
  readonly publicMessage: string;
  readonly retriable: boolean;
  readonly details: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, options: PlatformErrorOptions) {
    super(options.publicMessage, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.publicMessage = options.publicMessage;
    this.retriable = options.retriable ?? false;
    this.details = options.details ?? {};
  }
}

/**
 * Something that the platform itself needs is gone, such as its database. Whether what was asked for has happened may not be
 * known. Clients read UPSTREAM_UNAVAILABLE; whoever works without a client tries again.
 */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  /** @param what as a sentence begins: "The database". */
  constructor(what: string, cause: unknown) {
    super(`${what} cannot be reached.`, { cause });
  }
}

export function badInput(publicMessage: string, argument?: string): PlatformError {
  return new PlatformError('BAD_USER_INPUT', { publicMessage, ...(argument === undefined ? {} : { details: { argument } }) });
}

/** `thing` in the reader's words: notFound('session', id) → "There is no session …". */
export function notFound(thing: string, id: string): PlatformError {
  return new PlatformError('NOT_FOUND', { publicMessage: `There is no ${thing} ${id.slice(0, 64)}.` });
}
