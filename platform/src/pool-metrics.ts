import type { PoolFigures } from '@switchyard/database/database';
import { Gauge, type Registry } from 'prom-client';

/** Says how busy the connections to PostgreSQL are, by the schema that they serve; several pools of one schema count together. */
export function createPoolMetrics(registry: Registry): (schema: string, pool: PoolFigures) => void {
  const pools = new Map<string, PoolFigures[]>();
  const sum = (of: readonly PoolFigures[], figure: (pool: PoolFigures) => number) =>
    of.reduce((total, pool) => total + figure(pool), 0);
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections to PostgreSQL that are in use or idle',
    labelNames: ['schema', 'state'],
    registers: [registry],
    collect() {
      for (const [schema, of] of pools) {
        this.set(
          { schema, state: 'used' },
          sum(of, (pool) => pool.totalCount - pool.idleCount),
        );
        this.set(
          { schema, state: 'idle' },
          sum(of, (pool) => pool.idleCount),
        );
      }
    },
  });
  new Gauge({
    name: 'database_pool_waiting',
    help: 'Units of work that wait for a connection to PostgreSQL',
    labelNames: ['schema'],
    registers: [registry],
    collect() {
      for (const [schema, of] of pools)
        this.set(
          { schema },
          sum(of, (pool) => pool.waitingCount),
        );
    },
  });
  return (schema, pool) => void pools.set(schema, [...(pools.get(schema) ?? []), pool]);
}
