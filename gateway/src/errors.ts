import { type ErrorCode, HTTP_STATUS, PlatformError } from '@switchyard/kernel/errors';
import { errorCodeOf, INTERNAL_MESSAGE, platformErrorToGraphQL } from '@switchyard/runtime/graphql-errors';
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';

/** Codes of Apollo's that say what one of the contract's says. */
const TRANSLATED: Readonly<Record<string, ErrorCode>> = {
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  MAX_RECURSIVE_SELECTIONS_EXCEEDED: 'OPERATION_TOO_COSTLY',
  QUERY_PLAN_COMPLEXITY_EXCEEDED: 'OPERATION_TOO_COSTLY',
};

/** `error` with a code of the contract. What is not meant for clients is logged and becomes INTERNAL without detail. */
export function toClientError(error: unknown, logger: Logger): GraphQLError {
  if (error instanceof PlatformError) return platformErrorToGraphQL(error);
  if (!(error instanceof GraphQLError)) return internal(error, logger);
  if (error.originalError instanceof PlatformError) return platformErrorToGraphQL(error.originalError, error);
  if (isTokenLimit(error)) {
    return new GraphQLError('This document has too many tokens. Ask for less at a time.', {
      extensions: { code: 'OPERATION_TOO_COSTLY', limit: 'tokens' },
    });
  }
  const code = contractCodeOf(error);
  if (code === null || code === 'INTERNAL') return internal(error, logger);
  // Where it happened inside is nobody's business; Apollo's `http` is for Apollo alone.
  const { serviceName: _serviceName, http: _http, stacktrace: _stacktrace, ...extensions } = error.extensions;
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: { ...extensions, code },
  });
}

function contractCodeOf(error: GraphQLError): ErrorCode | null {
  const causeCode = error.originalError instanceof GraphQLError ? errorCodeOf(error.originalError) : null;
  const known = causeCode ?? errorCodeOf(error);
  if (known !== null) return known;
  const { code, http } = error.extensions as { code?: unknown; http?: { status?: unknown } };
  if (typeof code === 'string' && TRANSLATED[code] !== undefined) return TRANSLATED[code];
  return http?.status === 400 ? 'BAD_USER_INPUT' : null;
}

/** graphql's parser tells its token limit from a syntax error by the words alone. */
function isTokenLimit(error: GraphQLError): boolean {
  return error.message.includes('tokens. Parsing aborted.');
}

function internal(error: unknown, logger: Logger): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  // A subgraph's INTERNAL was logged there, with what happened; here it is only passed on.
  if (at === undefined || errorCodeOf(at) !== 'INTERNAL')
    logger.error({ err: at?.originalError ?? error, path: at?.path }, 'unexpected error');
  return new GraphQLError(INTERNAL_MESSAGE, { path: at?.path ?? null, extensions: { code: 'INTERNAL' } });
}

/** The result with errors that clients may see, and nothing of what Apollo adds. */
export function toClientResult(result: ExecutionResult, logger: Logger): ExecutionResult {
  const { data, errors } = completed(result);
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map((error) => toClientError(error, logger)) }),
  };
}

/**
 * When a non-null field of another subgraph has no value, Apollo nulls its parent and says why in an extension only; GraphQL
 * wants an error there.
 */
export function completed(result: ExecutionResult): ExecutionResult {
  const { valueCompletion, ...extensions } = (result.extensions ?? {}) as { valueCompletion?: readonly GraphQLError[] };
  if (valueCompletion === undefined || result.errors !== undefined) return result;
  return { ...result, errors: valueCompletion, extensions };
}

/** 200, or the status of the first error when there is no data. */
export function httpStatusOf(result: {
  readonly data?: unknown;
  readonly errors?: readonly (GraphQLError | GraphQLFormattedError)[] | undefined;
}): number {
  const first = result.data == null ? result.errors?.[0] : undefined;
  if (first === undefined) return 200;
  return HTTP_STATUS[(first.extensions?.code as ErrorCode | undefined) ?? 'INTERNAL'] ?? 500;
}
