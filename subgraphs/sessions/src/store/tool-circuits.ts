import type { Tx } from '@switchyard/database/database';

/** What a worker says of a tool; `openForMs` counts from now. */
export type CircuitReport = {
  readonly workerId: string;
  readonly tool: string;
  readonly state: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  readonly openForMs: number;
};

export type CircuitState = CircuitReport['state'];

/** Seconds after which the word of a worker that has not repeated it no longer counts. */
const STALE_SECONDS = 30;

export async function reportCircuit(
  tx: Tx,
  tenantId: string,
  { workerId, tool, state, openForMs }: CircuitReport,
): Promise<void> {
  if (state === 'CLOSED') {
    await tx.query('delete from sessions.tool_circuit where worker_id = $1 and tool = $2', [workerId, tool]);
    return;
  }
  await tx.query(
    `insert into sessions.tool_circuit (tenant_id, tool, worker_id, state, open_until, renewed_at)
     values ($1, $2, $3, $4, now() + $5 * interval '1 millisecond', now())
     on conflict (tenant_id, tool, worker_id) do update
       set state = excluded.state, open_until = excluded.open_until, renewed_at = excluded.renewed_at`,
    [tenantId, tool, workerId, state, openForMs],
  );
}

/** Says all of it once more, and clears away what dead workers have left. */
export async function renewCircuits(tx: Tx, workerId: string): Promise<void> {
  await tx.query('update sessions.tool_circuit set renewed_at = now() where worker_id = $1', [workerId]);
  await tx.query(`delete from sessions.tool_circuit where renewed_at < now() - ${STALE_SECONDS} * interval '1 second'`);
}

export async function forgetCircuits(tx: Tx, workerId: string): Promise<void> {
  await tx.query('delete from sessions.tool_circuit where worker_id = $1', [workerId]);
}

/** How the tools stand with the worker that is worst off: OPEN where any leaves it alone, HALF_OPEN where the next call will try. */
export async function circuitsOf(tx: Tx, tools: readonly string[]): Promise<ReadonlyMap<string, CircuitState>> {
  const rows = await tx.query<{ tool: string; open: boolean }>(
    `select tool, bool_or(state = 'OPEN' and open_until > now()) as open from sessions.tool_circuit
      where tool = any($1) and renewed_at > now() - ${STALE_SECONDS} * interval '1 second' group by tool`,
    [tools],
  );
  return new Map(rows.map(({ tool, open }) => [tool, open ? 'OPEN' : 'HALF_OPEN']));
}
