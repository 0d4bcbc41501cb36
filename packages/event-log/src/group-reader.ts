import type { Topic } from '@switchyard/contracts/events';
import type { CrossTenantPath, Database, Tx } from '@switchyard/database/database';
import type { Consumer } from './event-log.ts';
import { firstSeq, type LogPool, type LogRow, readFresh, readWindow, type WindowPart } from './log-reader.ts';
import {
  type Advance,
  isHandled,
  keyOf,
  loadPositions,
  lockPositions,
  type Position,
  samePlace,
  savePositions,
} from './positions.ts';
import type { LogRecord } from './record.ts';
import { earlier } from './snapshot.ts';
import type { WakeUp } from './wake-up.ts';

export type GroupReaderOptions = {
  readonly group: string;
  readonly topics: readonly Topic[];
  /** Where the positions are kept, and the path under which they are. */
  readonly database: Database;
  readonly path: CrossTenantPath;
  /**
   * True: each window's bounds are committed before its rows are delivered, so that a delivery that has to be repeated brings
   * the same rows under the same (`windowNo`, `seq`). For readers whose effects are outside of the database.
   */
  readonly repeatable: boolean;
  readonly pool: LogPool;
  readonly wakeUp: WakeUp;
  readonly delivery: Delivery;
};

export type Delivery = {
  /** Events at most in the next delivery. */
  limit(): number;
  deliver(records: readonly LogRecord[], tx: Tx): Promise<void>;
  committed(records: readonly LogRecord[]): Promise<void>;
  /** A delivery, or what belongs to it, was rolled back; returns the pause before the next one, in milliseconds. */
  failed(error: unknown): number;
};

/** Positions without news are moved along this often, or when this many rows were read in vain because they had not been. */
const CATCH_UP_MS = 1_000;
const READ_IN_VAIN = 50;
/** What is committed within these milliseconds comes in one batch: a tenth of the transactions under load. */
const GATHER_MS = 5;
const TAKEN_ELSEWHERE_MS = 50;
/** So long may a group stand still after its last positions were taken back by a crash or a failover, while nothing new comes. */
const LOOK_AGAIN_MS = 5_000;

type Outcome = 'idle' | 'taken' | 'moved';

/**
 * Reads the log for a group until it is stopped. Reading happens without locks, from positions remembered in memory; before
 * anything is handled the positions are locked, and whatever another process has moved meanwhile is left to it.
 */
export function startGroupReader(options: GroupReaderOptions): Consumer {
  const stopping = new AbortController();
  const reader = createReader(options);
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const outcome = await reader.step();
        if (outcome === 'taken') await pause(TAKEN_ELSEWHERE_MS, stopping.signal);
        if (outcome === 'idle') {
          await options.wakeUp.wait(options.topics, stopping.signal);
          await pause(GATHER_MS, stopping.signal);
        }
      } catch (error) {
        const pauseMs = options.delivery.failed(error);
        reader.forget();
        await pause(pauseMs, stopping.signal);
      }
    }
  };
  const ended = loop();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

function createReader(options: GroupReaderOptions) {
  const { group, topics, database, path, pool, delivery } = options;
  const known = new Map<string, Position>();
  const largeWindows = new Set<string>();
  let movedAllAt = 0;
  let loadedAt = 0;
  let ahead: Ahead | null = null;

  async function load(): Promise<void> {
    const positions = await database.crossTenant(path, (tx) => loadPositions(tx, group, topics));
    for (const position of positions) known.set(keyOf(position), position);
    loadedAt = Date.now();
  }

  /** Moves those of `wanted` that are free and unchanged, after delivering those of `rows` that are theirs. */
  async function move(wanted: readonly Position[], rows: readonly LogRow[], to: (from: Position) => Advance): Promise<Outcome> {
    const { mine, records } = await database.crossTenant(path, async (tx) => {
      const locked = await lockPositions(tx, group, wanted);
      const mine = new Map(locked.filter((at) => isKnown(at)).map((at) => [keyOf(at), at]));
      const records = rows.flatMap((row) => {
        const at = mine.get(keyOf(row));
        return at === undefined || isHandled(at, row) ? [] : [{ ...row, windowNo: at.windowNo }];
      });
      if (records.length > 0) await delivery.deliver(records, tx);
      if (mine.size > 0) await savePositions(tx, group, movesOf([...mine.values()], records, to));
      return { mine, records };
    });
    for (const [key, at] of mine) known.set(key, { ...at, ...to(at) });
    if (mine.size < wanted.length) known.clear();
    if (records.length > 0) await delivery.committed(records);
    return mine.size === 0 ? 'taken' : 'moved';
  }

  function isKnown(now: Position): boolean {
    const remembered = known.get(keyOf(now));
    return remembered !== undefined && samePlace(now, remembered);
  }

  /** At the log's end: everything new is one batch, or the beginning of a window. */
  async function atTheEnd(cohort: Cohort): Promise<Outcome> {
    const { rows, until, complete } = await readFresh(pool, { topics, seen: cohort.seen, limit: delivery.limit() });
    if (until === null) return 'idle';
    if (!complete) {
      largeWindows.add(until.text);
      const seq = (await firstSeq(pool, topics, cohort.seen)) - 1n;
      return await move(cohort.positions, [], (from) => ({ seen: from.seen, until, seq, windowNo: from.windowNo + 1n }));
    }
    const unhandled = rows.filter((row) => {
      const at = known.get(keyOf(row));
      return at === undefined || !isHandled(at, row);
    });
    const all = rows.length - unhandled.length >= READ_IN_VAIN || Date.now() - movedAllAt >= CATCH_UP_MS;
    const withNews = new Set(unhandled.map(keyOf));
    const wanted = all ? cohort.positions : cohort.positions.filter((at) => withNews.has(keyOf(at)));
    if (wanted.length === 0) return 'idle';
    if (all) movedAllAt = Date.now();
    if (options.repeatable && unhandled.length > 0) {
      const seq = (unhandled[0]?.seq ?? 1n) - 1n;
      return await move(wanted, [], (from) => ({ seen: from.seen, until, seq, windowNo: from.windowNo + 1n }));
    }
    return await move(wanted, unhandled, (from) => ({ seen: until, until: null, seq: 0n, windowNo: from.windowNo }));
  }

  async function readPart(part: WindowPart): Promise<{ rows: LogRow[]; last: boolean }> {
    const key = part.until.text;
    const read = await readWindow(pool, part, largeWindows.has(key));
    if (read !== 'large') return read;
    largeWindows.add(key);
    return await readPart(part);
  }

  /** The next rows are read while those before them are delivered, on the chance that they will be wanted. */
  function readAhead(part: WindowPart): Ahead {
    const read = readPart(part);
    read.catch(() => undefined);
    return { key: keyOfPart(part), read };
  }

  /** In a window: its next rows, in the order of seq; after the last ones the window is what was seen. */
  async function inWindow(cohort: Cohort, until: NonNullable<Position['until']>): Promise<Outcome> {
    const part = { topics, seen: cohort.seen, until, after: cohort.seq, limit: delivery.limit() };
    const { rows, last } = await (ahead?.key === keyOfPart(part) ? ahead.read : readPart(part));
    if (last) largeWindows.delete(until.text);
    const reached = rows.at(-1)?.seq ?? cohort.seq;
    ahead = last ? null : readAhead({ ...part, after: reached });
    return await move(cohort.positions, rows, (from) =>
      last
        ? { seen: until, until: null, seq: 0n, windowNo: from.windowNo }
        : { seen: from.seen, until, seq: reached, windowNo: from.windowNo },
    );
  }

  return {
    async step(): Promise<Outcome> {
      if (known.size === 0 || Date.now() - loadedAt > LOOK_AGAIN_MS) await load();
      const outcomes: Outcome[] = [];
      for (const cohort of cohortsOf([...known.values()])) {
        outcomes.push(cohort.until === null ? await atTheEnd(cohort) : await inWindow(cohort, cohort.until));
      }
      if (outcomes.includes('moved')) return 'moved';
      return outcomes.includes('taken') ? 'taken' : 'idle';
    },
    forget() {
      known.clear();
      ahead = null;
    },
  };
}

type Ahead = { readonly key: string; readonly read: Promise<{ rows: LogRow[]; last: boolean }> };

function keyOfPart({ seen, until, after, limit }: WindowPart): string {
  return `${seen.text} ${until.text} ${after} ${limit}`;
}

/** Positions that are read together: at the log's end, or at the same place in the same window. `seen` is the earliest of them. */
type Cohort = Pick<Position, 'seen' | 'until' | 'seq'> & { readonly positions: readonly Position[] };

function cohortsOf(positions: readonly Position[]): Cohort[] {
  const groups = Map.groupBy(positions, (at) => (at.until === null ? '' : `${at.until.text} ${at.seq}`));
  return [...groups.values()].map((members) => ({
    positions: members,
    seen: members.map((at) => at.seen).reduce(earlier),
    until: members[0]?.until ?? null,
    seq: members[0]?.seq ?? 0n,
  }));
}

function movesOf(positions: readonly Position[], records: readonly LogRecord[], to: (from: Position) => Advance) {
  const byKey = Map.groupBy(records, keyOf);
  return positions.map((position) => {
    const own = byKey.get(keyOf(position)) ?? [];
    const latestMs = own.reduce((latest, { timeMs }) => Math.max(latest, timeMs), Number.NEGATIVE_INFINITY);
    return { position, to: to(position), handled: own.length, asOf: own.length === 0 ? null : new Date(latestMs) };
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
