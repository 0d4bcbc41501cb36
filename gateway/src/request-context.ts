import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { currentTraceparent } from '@switchyard/runtime/tracing';
import type { Identity } from './credentials.ts';

export const REQUEST_ID_HEADER = 'x-request-id';
const REQUEST_ID = /^[\w.:-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's own id of the request where it sent a sane one, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** W3C traceparent that the caller sent. */
export function incomingTraceparent(request: IncomingMessage): string | undefined {
  const given = request.headers.traceparent;
  return typeof given === 'string' && TRACEPARENT.test(given) ? given : undefined;
}

export function requestContextOf(identity: Identity, requestId: string, incoming: string | undefined): RequestContext {
  const traceparent = currentTraceparent() ?? incoming;
  return { ...identity, requestId, ...(traceparent === undefined ? {} : { traceparent }) };
}
