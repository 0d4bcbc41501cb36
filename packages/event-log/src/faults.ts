/**
 * Thrown by a handler that will never be able to handle the event: it goes to the dead letters at once. Anything else that is
 * thrown is tried again first.
 */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** A handler threw; everything else that fails while a batch is handled is the log's or the database's fault. */
export class HandlingError extends Error {
  override readonly name = 'HandlingError';

  constructor(cause: unknown) {
    super('a handler failed', { cause });
  }
}

/**
 * SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) that say nothing about the events: lost connections
 * (08), conflicts of transactions (40), a lock or a statement given up for time (55P03, 57014), a server that is full (53), that
 * stops, starts or is a standby (57P, 25006), that fails by itself (58, XX).
 */
const TRANSIENT_STATES = /^(08...|40...|53...|55P03|57014|57P..|25006|25P03|25P04|58...|XX...)$/;
const TRANSIENT_ERRNOS =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|E(HOST|NET)(UNREACH|DOWN)|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EMFILE|ENOSPC)$/;
/** What pg, its pool and Kysely say without a code. */
const TRANSIENT_SAYINGS =
  /connection terminated|connection error|not queryable|connection timeout|timeout exceeded when trying to connect|client was closed|client has encountered|after calling end on the pool|driver has already been destroyed/i;

/** Whether the same events may be handled well later without anybody doing anything about them. */
export function isTransient(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (at instanceof PermanentFailure) return false;
    if ('retriable' in at && at.retriable === true) return true;
    const code = 'code' in at ? String(at.code) : '';
    if (TRANSIENT_STATES.test(code) || TRANSIENT_ERRNOS.test(code) || TRANSIENT_SAYINGS.test(at.message)) return true;
  }
  return false;
}

export function isPermanent(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (at instanceof PermanentFailure) return true;
  }
  return false;
}
