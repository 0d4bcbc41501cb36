import { UnreachableError } from '@switchyard/kernel/errors';

/** Of the network (Node) and of a server that stops, starts or is full (PostgreSQL, appendix A of its manual). */
const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01',
  '57P02',
  '57P03',
]);
/** Classes of PostgreSQL's: connection exceptions, and insufficient resources (disk full, out of memory, too many connections). */
const CLASSES = /^(08|53)...$/;
/** pg says these without a code. */
const MESSAGES = /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/** @returns the error, as UnreachableError where it says that the server is gone, or has no room, rather than that it refused the work. */
export function unreachableOr(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { readonly code?: unknown };
    const isGone = typeof code === 'string' && (CODES.has(code) || CLASSES.test(code));
    if (isGone || MESSAGES.test(cause.message)) return new UnreachableError('The database', error);
  }
  return error;
}
