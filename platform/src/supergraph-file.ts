import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';

export type SupergraphFile = {
  readonly sdl: string;
  /** Calls `load` with the text whenever the file has changed; what it throws is logged, and the supergraph before it stays. */
  onChange(load: (sdl: string) => void): void;
  close(): void;
};

/** Looked at, rather than notified of: that works for files that a container mounts, too, which are replaced by way of links. */
const LOOK_EVERY_MS = 2_000;

/** @throws Error when it cannot be read. */
export async function openSupergraphFile(path: string, logger: Logger): Promise<SupergraphFile> {
  const sdl = await readFile(path, 'utf8');
  let loading: (() => void) | undefined;
  return {
    sdl,
    onChange: (load) => {
      loading = () => {
        readFile(path, 'utf8')
          .then(load)
          .catch((error: unknown) =>
            logger.error({ err: error, path }, 'the new supergraph does not load; the one before stays'),
          );
      };
      watchFile(path, { interval: LOOK_EVERY_MS }, loading);
    },
    close: () => {
      if (loading !== undefined) unwatchFile(path, loading);
    },
  };
}
