import type { TenantId } from '@switchyard/kernel/ids';
import type { CircuitChange } from '@switchyard/tools/guards';
import type { Equipment } from './run.ts';

/** Makes the circuits of this process known to the others: each change at once, in order, and all of them again and again. */
export class CircuitReports {
  readonly #equipment: Equipment;
  readonly #workerId: string;
  /** What is not closed, by tenant and tool. */
  readonly #states = new Map<string, 'OPEN' | 'HALF_OPEN'>();
  #writing: Promise<void> = Promise.resolve();

  constructor(equipment: Equipment, workerId: string) {
    this.#equipment = equipment;
    this.#workerId = workerId;
    for (const state of ['OPEN', 'HALF_OPEN']) equipment.telemetry.circuits.set({ state }, 0);
    equipment.tools.watch?.({
      circuitChanged: (change) => this.#note(change),
      bulkheadRejected: () => equipment.telemetry.bulkheadRejections.inc(),
    });
  }

  async renew(): Promise<void> {
    if (this.#states.size > 0) await this.#write((work) => work.renewCircuits(this.#workerId));
  }

  async close(): Promise<void> {
    if (this.#states.size > 0) await this.#write((work) => work.forgetCircuits(this.#workerId));
    await this.#writing;
  }

  #note({ tenantId, tool, state, openForMs }: CircuitChange): void {
    const key = `${tenantId}/${tool}`;
    if (state === 'CLOSED') this.#states.delete(key);
    else this.#states.set(key, state);
    for (const counted of ['OPEN', 'HALF_OPEN'] as const) {
      const tools = [...this.#states.values()].filter((one) => one === counted).length;
      this.#equipment.telemetry.circuits.set({ state: counted }, tools);
    }
    const report = { workerId: this.#workerId, tool, state, openForMs };
    void this.#write((work) => work.reportCircuit(tenantId as TenantId, report));
  }

  /** A report that gets lost is made up for by the circuit's next change, or by its no longer being renewed. */
  #write(report: (work: Equipment['work']) => Promise<void>): Promise<void> {
    const { work, logger } = this.#equipment;
    this.#writing = this.#writing
      .then(() => report(work))
      .catch((error: unknown) => logger.warn({ err: error }, 'the state of a circuit could not be told'));
    return this.#writing;
  }
}
