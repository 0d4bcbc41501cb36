import { setTimeout as pause } from 'node:timers/promises';
import { type Quotas, UNLIMITED } from '@switchyard/kernel/quotas';
import { type Lease, LeaseLost } from '@switchyard/sessions/module';
import { Registry } from 'prom-client';
import { CircuitReports } from './circuit-reports.ts';
import { runEpisode } from './episode-run.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { type Equipment, Run, Stopped } from './run.ts';
import { createTelemetry } from './telemetry.ts';

export type OrchestratorOptions = Omit<Equipment, 'limits' | 'telemetry' | 'quotas'> & {
  /** Default: nothing is limited. */
  readonly quotas?: Quotas;
  /** Unique among running processes. */
  readonly workerId: string;
  readonly limits?: Partial<Limits>;
  /** Episodes at once. Default 32. */
  readonly concurrency?: number;
  /** How often it looks for episodes when no hint comes. Default 250. */
  readonly pollMs?: number;
  /** How long its leases last without being renewed, which is every quarter of it. Default 10,000. */
  readonly leaseMs?: number;
  readonly registry?: Registry;
  /** Whether what is said goes into spans. Default false. */
  readonly captureContent?: boolean;
};

export type Orchestrator = {
  /** Takes nothing new, lets what runs end within `graceMs` (default 5,000), and hands the rest over. */
  stop(graceMs?: number): Promise<void>;
};

/** Starts a worker that brings episodes to their end. Any number of them, in any number of processes, share the work. */
export async function startOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const registry = options.registry ?? new Registry();
  const telemetry = createTelemetry(registry, options.captureContent ?? false, options.work);
  const quotas = options.quotas ?? UNLIMITED;
  const worker = new Worker({ ...options, quotas, limits: { ...DEFAULT_LIMITS, ...options.limits }, telemetry }, options);
  await worker.start();
  return worker;
}

const RENEW_CIRCUITS_MS = 5_000;

/** How long a broken-off episode may take to let go. */
const LET_GO_MS = 3_000;

class Worker implements Orchestrator {
  readonly #equipment: Equipment;
  readonly #id: string;
  readonly #concurrency: number;
  readonly #pollMs: number;
  readonly #leaseMs: number;
  readonly #running = new Map<string, { readonly run: Run; readonly done: Promise<void> }>();
  readonly #circuits: CircuitReports;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #unsubscribes: (() => Promise<void>)[] = [];
  #stopping: boolean = false;
  #claiming: Promise<void> | null = null;
  #hinted: boolean = false;
  #claimFails: boolean = false;

  constructor(equipment: Equipment, options: OrchestratorOptions) {
    this.#equipment = equipment;
    this.#id = options.workerId;
    this.#circuits = new CircuitReports(equipment, options.workerId);
    this.#concurrency = options.concurrency ?? 32;
    this.#pollMs = options.pollMs ?? 250;
    this.#leaseMs = options.leaseMs ?? 10_000;
  }

  async start(): Promise<void> {
    const { work } = this.#equipment;
    this.#unsubscribes.push(
      await work.onEpisodes(() => this.#look()),
      await work.onCancel((id) => this.#running.get(id)?.run.breakOff('CANCEL')),
    );
    this.#timers.push(
      setInterval(() => this.#look(), this.#pollMs),
      setInterval(() => void this.#renew(), this.#leaseMs / 4),
      setInterval(() => void this.#circuits.renew(), RENEW_CIRCUITS_MS),
    );
    this.#look();
  }

  async stop(graceMs = 5_000): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const unsubscribe of this.#unsubscribes) await unsubscribe();
    await this.#claiming;
    const over = setTimeout(() => {
      for (const { run } of this.#running.values()) run.breakOff('STOP');
    }, graceMs);
    const ended = Promise.all([...this.#running.values()].map(({ done }) => done));
    // What does not even let itself be broken off is left behind: its lease lapses.
    await Promise.race([ended, pause(graceMs + LET_GO_MS, undefined, { ref: false })]);
    clearTimeout(over);
    for (const timer of this.#timers) clearInterval(timer);
    await this.#circuits.close();
  }

  /** Claims as many as there is room for; a hint that comes meanwhile leads to another look. */
  #look(): void {
    this.#hinted = true;
    if (this.#claiming !== null || this.#stopping) return;
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = null;
    });
  }

  async #claim(): Promise<void> {
    const { work, logger } = this.#equipment;
    while (this.#hinted && !this.#stopping) {
      this.#hinted = false;
      const limit = this.#concurrency - this.#running.size;
      if (limit <= 0) return;
      try {
        const leases = await work.claim({ workerId: this.#id, limit, leaseMs: this.#leaseMs });
        for (const lease of leases) this.#run(lease);
        this.#claimFails = false;
      } catch (error) {
        // Said once for an outage, not with each look.
        if (!this.#claimFails) logger.error({ err: error }, 'episodes cannot be claimed');
        this.#claimFails = true;
      }
    }
  }

  #run(lease: Lease): void {
    const run = new Run(lease);
    const { telemetry, limits } = this.#equipment;
    // The same episode may come again before its lost run has noticed; the newer one is the one to steer.
    this.#running.get(lease.episodeId)?.run.breakOff('LEASE');
    telemetry.running.inc();
    const deadline = setTimeout(() => run.breakOff('DEADLINE'), limits.episodeMs);
    const done = this.#drive(run).finally(() => {
      clearTimeout(deadline);
      telemetry.running.dec();
      if (this.#running.get(lease.episodeId)?.run === run) this.#running.delete(lease.episodeId);
      this.#look();
    });
    this.#running.set(lease.episodeId, { run, done });
  }

  async #drive(run: Run): Promise<void> {
    const { work, logger } = this.#equipment;
    const { lease } = run;
    try {
      await runEpisode(this.#equipment, run);
    } catch (error) {
      if (error instanceof LeaseLost || run.reason === 'LEASE') return;
      const stopped = error instanceof Stopped;
      if (!stopped)
        logger.error({ err: error, episodeId: lease.episodeId, tenantId: lease.tenantId }, 'an episode was interrupted');
      const afterMs = stopped ? 0 : Math.min(100 * 2 ** lease.fence, 10_000);
      await work.release(lease, afterMs).catch((cause: unknown) => {
        logger.error({ err: cause, episodeId: lease.episodeId }, 'a lease could not be released, and will lapse');
      });
    }
  }

  async #renew(): Promise<void> {
    const { work, logger } = this.#equipment;
    const before = [...this.#running.values()].map(({ run }) => run);
    if (before.length === 0) return;
    try {
      const held = new Map((await work.renew(this.#id, this.#leaseMs)).map((lease) => [lease.episodeId, lease]));
      for (const run of before) {
        const lease = held.get(run.lease.episodeId);
        // Not renewed because it has just ended is no loss: there is nothing left to break off then.
        if (lease?.fence !== run.lease.fence) run.breakOff('LEASE');
        else if (lease.cancelRequested) run.breakOff('CANCEL');
      }
    } catch (error) {
      logger.error({ err: error }, 'leases could not be renewed');
    }
  }
}
