import type { Clock } from '@switchyard/kernel/clock';
import type { Quotas } from '@switchyard/kernel/quotas';
import type { EpisodeWork, Lease } from '@switchyard/sessions/module';
import type { ToolAdapter } from '@switchyard/tools/tool';
import type { Logger } from 'pino';
import type { Limits } from './limits.ts';
import type { DecidingRouter, TierInUse } from './ports.ts';
import type { Telemetry } from './telemetry.ts';

/** What working on episodes needs. */
export type Equipment = {
  readonly work: EpisodeWork;
  readonly router: DecidingRouter;
  /** By name, cheapest first. */
  readonly tiers: ReadonlyMap<string, TierInUse>;
  readonly tools: ToolAdapter;
  /** Asked before each call to a model or a tool. */
  readonly quotas: Quotas;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
};

/** Why work on an episode breaks off: this worker stops; another has it; it took too long; its end user does not want it. */
export type BreakOff = 'STOP' | 'LEASE' | 'DEADLINE' | 'CANCEL';

/** One worker's work on one episode. */
export class Run {
  readonly lease: Lease;
  readonly #letGo = new AbortController();
  readonly #deadline = new AbortController();
  readonly #cancel = new AbortController();

  constructor(lease: Lease) {
    this.lease = lease;
  }

  /** Fires for all but a cancel, which lets a running tool call finish. */
  get stopped(): AbortSignal {
    return AbortSignal.any([this.#letGo.signal, this.#deadline.signal]);
  }

  /** Fires when this worker is to touch the episode no more: what undoes its effects goes on past a deadline and a cancel. */
  get letGo(): AbortSignal {
    return this.#letGo.signal;
  }

  /** Fires for a cancel. */
  get cancelled(): AbortSignal {
    return this.#cancel.signal;
  }

  /** Why it broke off; null while it goes on. */
  get reason(): BreakOff | null {
    if (this.#letGo.signal.aborted) return this.#letGo.signal.reason as BreakOff;
    if (this.#deadline.signal.aborted) return 'DEADLINE';
    return this.#cancel.signal.aborted ? 'CANCEL' : null;
  }

  breakOff(reason: BreakOff): void {
    const controller = reason === 'CANCEL' ? this.#cancel : reason === 'DEADLINE' ? this.#deadline : this.#letGo;
    if (!controller.signal.aborted) controller.abort(reason);
  }
}

/** The worker stops: the episode is left as it stands in its rows, for the next one. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
