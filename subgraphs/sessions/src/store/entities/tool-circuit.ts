import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { TenantId } from '@switchyard/kernel/ids';

export const CIRCUIT_STATES = ['OPEN', 'HALF_OPEN'] as const;

/** A tool that a worker leaves alone because it has not been answering; no row: it is called. */
export const ToolCircuitEntity = defineEntity({
  name: 'ToolCircuit',
  tableName: 'tool_circuit',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    tool: p.text().primary(),
    workerId: p.text().primary(),
    state: p.enum(CIRCUIT_STATES),
    /** Then one call may try, whether or not one has come. */
    openUntil: p.datetime(3),
    /** A worker that is alive says so again and again: what it has not, no longer counts. */
    renewedAt: p.datetime(3),
  },
});
export type ToolCircuitRow = InferEntity<typeof ToolCircuitEntity>;
