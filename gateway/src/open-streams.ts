import { PlatformError } from '@switchyard/kernel/errors';
import type { Logger } from 'pino';
import type { Authenticator } from './authentication.ts';

/** Something that stays open for as long as its credential is good: a socket or an event stream. */
export type OpenStream = {
  /** What it was opened with: `Bearer …`. */
  readonly authorization: string;
  /** Ends it because its credential is good no more. */
  forbid(): void;
};

export type OpenStreams = {
  /** Watches the stream until the returned function is called. */
  add(stream: OpenStream): () => void;
  stop(): void;
};

/** How often each open stream's credential is looked at again; see the authenticator's cache for what that adds up to. */
const RECHECK_MS = 2_000;

export function watchOpenStreams(authenticator: Authenticator, logger: Logger): OpenStreams {
  const streams = new Set<OpenStream>();
  let checking = false;

  const recheck = async (): Promise<void> => {
    const byCredential = Map.groupBy(streams, (stream) => stream.authorization);
    for (const [authorization, opened] of byCredential) {
      try {
        await authenticator.authenticate(authorization);
      } catch (error) {
        // Where credentials cannot be checked at all, streams stay open: the store is down, and nothing new can be read either.
        if (!(error instanceof PlatformError) || error.code !== 'UNAUTHENTICATED') continue;
        for (const stream of opened) stream.forbid();
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
      streams.add(stream);
      return () => streams.delete(stream);
    },
    stop: () => clearInterval(timer),
  };
}
