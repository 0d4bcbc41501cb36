import { PlatformError } from '@switchyard/kernel/errors';
import type { Logger } from 'pino';
import type { Authenticator } from './authentication.ts';
import type { Identity } from './credentials.ts';

/** Something that stays open for as long as its credential is good: a socket or an event stream. */
export type OpenStream = {
  /** What it was opened with: `Bearer …`. */
  readonly authorization: string;
  /** Whom that stood for. */
  readonly identity: Identity;
  /** Ends it because its credential is good no more, or good for less. */
  forbid(): void;
};

export type Watched = {
  /** False once the credential was found to be good no more: asked before each event. */
  readonly allowed: boolean;
  /** The stream is closed. */
  forget(): void;
};

export type OpenStreams = {
  /** Watches the stream until it is forgotten. */
  add(stream: OpenStream): Watched;
  stop(): void;
};

/** How often each open stream's credential is looked at again; see the authenticator's cache for what that adds up to. */
const RECHECK_MS = 2_000;

export function watchOpenStreams(authenticator: Authenticator, logger: Logger): OpenStreams {
  const streams = new Set<OpenStream & { allowed: boolean }>();
  let checking = false;

  const recheck = async (): Promise<void> => {
    const byCredential = Map.groupBy(streams, (stream) => stream.authorization);
    for (const [authorization, opened] of byCredential) {
      // Where credentials cannot be checked at all, streams stay open: the store is down, and nothing new can be read either.
      const now = await authenticator.authenticate(authorization).catch((error: unknown) => {
        return error instanceof PlatformError && error.code === 'UNAUTHENTICATED' ? null : undefined;
      });
      if (now === undefined) continue;
      for (const stream of opened) {
        if (now !== null && covers(now, stream.identity)) continue;
        stream.allowed = false;
        stream.forbid();
      }
    }
  };
  const timer = setInterval(() => {
    if (checking) return;
    checking = true;
    recheck()
      .catch((error: unknown) => logger.error({ err: error }, 'open streams could not be re-checked'))
      .finally(() => {
        checking = false;
      });
  }, RECHECK_MS);

  return {
    add: (stream) => {
      const watched = { ...stream, allowed: true, forget: () => void streams.delete(watched) };
      streams.add(watched);
      return watched;
    },
    stop: () => clearInterval(timer),
  };
}

/** Whether a credential is still good for all that it was good for. */
function covers(now: Identity, then: Identity): boolean {
  return now.tenantId === then.tenantId && then.scopes.every((scope) => now.scopes.includes(scope));
}
