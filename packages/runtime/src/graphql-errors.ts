import { ERROR_CODES, type ErrorCode, PlatformError, UnreachableError } from '@switchyard/kernel/errors';
import { type ExecutionResult, GraphQLError, type GraphQLErrorOptions } from 'graphql';
import type { Logger } from 'pino';

const KNOWN_CODES: ReadonlySet<unknown> = new Set(ERROR_CODES);

/** What a client reads in place of an error that is none of its business. */
export const INTERNAL_MESSAGE = 'Something went wrong on our side. It has been logged.';

/** The code that an error already carries, when it is one of the contract's. */
export function errorCodeOf(error: GraphQLError): ErrorCode | null {
  const code = error.extensions.code;
  return KNOWN_CODES.has(code) ? (code as ErrorCode) : null;
}

/** `error` as a client may see it, where `error` was thrown on purpose. */
export function platformErrorToGraphQL(error: PlatformError, at?: GraphQLError): GraphQLError {
  return new GraphQLError(error.publicMessage, {
    ...placeOf(at),
    extensions: { ...error.details, code: error.code },
  });
}

/** The result with each error as a client may see it: {@link publicError}. */
export function publicResult(result: ExecutionResult, logger: Logger): ExecutionResult {
  if (result.errors === undefined) return result;
  return { ...result, errors: result.errors.map((error) => publicError(error, logger)) };
}

/**
 * A PlatformError keeps its code, message and details. What graphql found wrong with the request (an argument or variable
 * that does not fit) is BAD_USER_INPUT; what fails because the database is gone is UPSTREAM_UNAVAILABLE. Everything else is
 * logged and becomes INTERNAL without detail.
 */
export function publicError(error: unknown, logger: Logger): GraphQLError {
  const graphQLError = error instanceof GraphQLError ? error : undefined;
  const cause = graphQLError === undefined ? error : rootCauseOf(graphQLError);
  if (cause instanceof PlatformError) return platformErrorToGraphQL(cause, graphQLError);
  if (graphQLError !== undefined && cause instanceof GraphQLError && isAboutTheRequest(graphQLError, cause)) {
    return recoded(graphQLError, errorCodeOf(graphQLError) ?? 'BAD_USER_INPUT');
  }
  if (cause instanceof UnreachableError) {
    logger.error({ err: cause, path: graphQLError?.path }, 'something that is needed cannot be reached');
    return platformErrorToGraphQL(unavailableNow(cause), graphQLError);
  }
  logger.error({ err: cause, path: graphQLError?.path }, 'unexpected error');
  return new GraphQLError(INTERNAL_MESSAGE, { ...placeOf(graphQLError), extensions: { code: 'INTERNAL' } });
}

function unavailableNow(cause: UnreachableError): PlatformError {
  return new PlatformError('UPSTREAM_UNAVAILABLE', {
    publicMessage: 'A part of the platform cannot be reached right now. Try again in a moment, with the same idempotency key.',
    retriable: true,
    cause,
  });
}

/** The same message and place with `code` as its only extension. */
export function recoded(error: GraphQLError, code: ErrorCode): GraphQLError {
  return new GraphQLError(error.message, { ...placeOf(error), extensions: { code } });
}

function placeOf(error: GraphQLError | undefined): GraphQLErrorOptions {
  return { nodes: error?.nodes ?? null, path: error?.path ?? null };
}

function rootCauseOf(error: GraphQLError): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}

/**
 * Before the first resolver runs (no path) graphql complains about variables only. With a path, its complaints about an
 * argument point at the argument's node, whereas those about what a resolver returned point at none: these are our fault.
 */
function isAboutTheRequest(error: GraphQLError, cause: GraphQLError): boolean {
  return error.path === undefined || (cause.nodes?.length ?? 0) > 0;
}
