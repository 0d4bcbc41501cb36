import type { Database, Tx } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { ModelCallId, TenantId, ToolCallId } from '@switchyard/kernel/ids';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import type { EpisodeStatus } from '../../domain/episode.ts';
import type { UnsettledStatus } from '../../domain/tool-call.ts';
import { type EpisodeRows, loadEpisode } from '../../store/episode-state.ts';
import { findPassages, type Passage } from '../../store/knowledge-search.ts';
import { appendSessionEvents } from '../../store/session-events.ts';
import { type CircuitReport, forgetCircuits, renewCircuits, reportCircuit } from '../../store/tool-circuits.ts';
import { countUnsettled } from '../../store/unsettled-calls.ts';
import { type EpisodeEnd, endEpisode } from '../end-episode.ts';
import { CANCELS_CHANNEL, EPISODES_CHANNEL, hintEpisodes, hintSession } from '../hints.ts';
import { type CallableTool, callableTools } from './callable-tools.ts';
import { type ClaimOptions, claimEpisodes, type HeldLease, releaseAllLeases, releaseLease, renewLeases } from './claim.ts';
import { type Held, type Lease, underLease } from './lease.ts';
import { finishModelCall, type ModelCallEnd, type ModelCallStart, startModelCall } from './model-calls.ts';
import { park } from './park.ts';
import { takeUp } from './take-up.ts';
import { finishToolCall, startToolAttempt, type ToolCallEnd } from './tool-calls.ts';
import type { WritePoint } from './write-points.ts';

export type EpisodeState = Omit<EpisodeRows, 'tools'> & {
  readonly tools: readonly CallableTool[];
  /** Of the tenant's knowledge, found for the message, best first. */
  readonly passages: readonly Passage[];
};

/**
 * What the orchestrator does to episodes. Each method is one transaction; those that take a lease check its fencing token
 * first and throw LeaseLost when it is not the newest. What has been written is never done again; a crash between two
 * of them leaves rows from which any worker goes on.
 */
export type EpisodeWork = {
  /** Episodes to work on now, fairly among tenants; those of one session one after the other. */
  claim(options: ClaimOptions): Promise<Lease[]>;
  /** Renews all of the worker's leases; what is not returned is lost. */
  renew(workerId: string, leaseMs: number): Promise<HeldLease[]>;
  /** Lets go of one episode, to be taken up by anyone after `afterMs`. */
  release(lease: Lease, afterMs: number): Promise<void>;
  /** Lets go of everyone's episodes, to be taken up at once; returns how many. Only where no other process can be at work: when the only one starts. */
  releaseAll(): Promise<number>;
  /** Episodes that wait to be claimed. */
  queueLength(): Promise<number>;
  /** Effects of all tenants that nobody knows of, or that could not be undone, and that no person has settled. */
  unsettled(): Promise<ReadonlyMap<UnsettledStatus, number>>;
  /** First write after a claim: begins the episode, or settles what a dead worker left open. Returns it as it then is. */
  takeUp(lease: Lease): Promise<EpisodeState>;
  load(lease: Lease): Promise<EpisodeState>;
  startModelCall(lease: Lease, start: ModelCallStart): Promise<void>;
  /** Shows a piece of the answer to the session's watchers. */
  showText(lease: Lease, modelCallId: ModelCallId, text: string): Promise<{ readonly cancelRequested: boolean }>;
  /** Returns how the episode ended with it, null when it goes on. */
  finishModelCall(lease: Lease, end: ModelCallEnd): Promise<EpisodeStatus | null>;
  startToolAttempt(lease: Lease, id: ToolCallId): Promise<void>;
  finishToolCall(lease: Lease, id: ToolCallId, end: ToolCallEnd): Promise<void>;
  /** Lets go of an episode that waits for a person: it is taken up again once they have decided, or their time is over. False when nothing waits any more. */
  park(lease: Lease): Promise<boolean>;
  /** Ends the episode, and returns how; null when it has something to undo first: the tool calls that do so are then among its rows. */
  complete(lease: Lease, end: EpisodeEnd): Promise<EpisodeStatus | null>;
  /** Tells other processes and the graph how a tool stands with this worker. */
  reportCircuit(tenantId: TenantId, report: CircuitReport): Promise<void>;
  /** Repeats it all: what is not repeated for 30 s no longer counts. */
  renewCircuits(workerId: string): Promise<void>;
  forgetCircuits(workerId: string): Promise<void>;
  /** Calls back when episodes may be waiting; hints may get lost. */
  onEpisodes(listener: () => void): Promise<() => Promise<void>>;
  /** Calls back with the id of an episode that shall be cancelled; hints may get lost, `renew` tells too. */
  onCancel(listener: (episodeId: string) => void): Promise<() => Promise<void>>;
};

export type EpisodeWorkOptions = {
  readonly database: Database;
  readonly clock: Clock;
  readonly hints: RunPubSub;
  /** 32 bytes: what stored secrets are encrypted with. */
  readonly secretsKey: Buffer;
  /** How long a tool call waits for a person's approval. Default 24 h. */
  readonly approvalTtlMs?: number | undefined;
};

const APPROVAL_TTL_MS = 24 * 60 * 60 * 1000;

/** Passages that a model is given at most. */
const PASSAGES = 5;

export function createEpisodeWork(options: EpisodeWorkOptions): EpisodeWork {
  const { database, hints } = options;
  const crossTenant = <T>(work: (tx: Tx) => Promise<T>) => database.crossTenant('orchestrator', work);
  return {
    ...createWrites(options),
    renew: (workerId, leaseMs) => crossTenant((tx) => renewLeases(tx, workerId, leaseMs)),
    release: (lease, afterMs) => database.tenant(lease.tenantId, (tx) => releaseLease(tx, lease, afterMs)),
    releaseAll: () => crossTenant((tx) => releaseAllLeases(tx)),
    queueLength: () => crossTenant(queueLength),
    unsettled: () => crossTenant(countUnsettled),
    load: (lease) => database.tenant(lease.tenantId, (tx) => stateOf(tx, lease, options, false)),
    reportCircuit: (tenantId, report) => database.tenant(tenantId, (tx) => reportCircuit(tx, tenantId, report)),
    renewCircuits: (workerId) => crossTenant((tx) => renewCircuits(tx, workerId)),
    forgetCircuits: (workerId) => crossTenant((tx) => forgetCircuits(tx, workerId)),
    onEpisodes: (listener) => hints.subscribe(EPISODES_CHANNEL, () => listener()),
    onCancel: (listener) => hints.subscribe(CANCELS_CHANNEL, listener),
  };
}

/** What moves an episode on. Nothing else does: a new write is a new point, and a test kills workers at it. */
function createWrites(options: EpisodeWorkOptions): Pick<EpisodeWork, WritePoint> {
  const { database, clock, hints } = options;
  const write = <T>(point: WritePoint, lease: Lease, work: (held: Held) => Promise<T>): Promise<T> =>
    underLease(database, { lease, point }, work);
  /** A write that watchers of the session hear of. */
  const told = <T>(point: WritePoint, lease: Lease, work: (held: Held) => Promise<T>): Promise<T> =>
    write(point, lease, async (held) => {
      hintSession(held.tx, hints);
      return await work(held);
    });
  return {
    claim: (claim) => database.crossTenant('orchestrator', (tx) => claimEpisodes(tx, claim)),
    takeUp: (lease) =>
      told('takeUp', lease, async (held) => {
        const isNew = held.episode.begunAt === null;
        await takeUp(held, clock.now());
        return await stateOf(held.tx, lease, options, isNew);
      }),
    startModelCall: (lease, start) => write('startModelCall', lease, (held) => startModelCall(held, start, clock.now())),
    showText: (lease, modelCallId, text) =>
      told('showText', lease, async ({ tx, episode }) => {
        const to = { tenantId: lease.tenantId, sessionId: lease.sessionId, at: clock.now() };
        await appendSessionEvents(tx, to, [{ kind: 'AnswerDelta', episodeId: lease.episodeId, modelCallId, text }]);
        return { cancelRequested: episode.cancelRequestedAt !== null };
      }),
    finishModelCall: (lease, ended) =>
      told('finishModelCall', lease, async (held) => {
        if (ended.end !== null) hintEpisodes(held.tx, hints);
        return await finishModelCall(held, ended, { at: clock.now(), approvalTtlMs: options.approvalTtlMs ?? APPROVAL_TTL_MS });
      }),
    startToolAttempt: (lease, id) => write('startToolAttempt', lease, (held) => startToolAttempt(held, id)),
    finishToolCall: (lease, id, ended) => told('finishToolCall', lease, (held) => finishToolCall(held, id, ended, clock.now())),
    park: (lease) => write('park', lease, (held) => park(held, clock.now())),
    complete: (lease, end) =>
      told('complete', lease, async ({ tx, session, episode }) => {
        hintEpisodes(tx, hints);
        return await endEpisode(tx, { session, episode, end, at: clock.now() });
      }),
  };
}

async function stateOf(tx: Tx, lease: Lease, options: EpisodeWorkOptions, isNew: boolean): Promise<EpisodeState> {
  const { tools, ...rows } = await loadEpisode(tx, lease.episodeId, isNew);
  return {
    ...rows,
    tools: callableTools(tools, rows, options.secretsKey),
    passages: rows.toolsFirst ? [] : await findPassages(tx, rows.request, PASSAGES),
  };
}

async function queueLength(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ waiting: string }>(
    `select count(*) as waiting from sessions.episode where status = 'QUEUED' and ready_at is not null`,
  );
  return Number(row?.waiting ?? 0);
}
