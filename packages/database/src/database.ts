import { randomUUID } from 'node:crypto';
import { type EntityManager, MikroORM, PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { TenantId } from '@switchyard/kernel/ids';
import { CompiledQuery } from 'kysely';
import type pg from 'pg';
import { reclaimLostConnections } from './lost-connections.ts';
import { CROSS_TENANT_ROLE, TENANT_SETTING } from './policies.ts';
import type { Schema } from './schema.ts';
import { unreachableOr } from './unreachable.ts';

/**
 * The paths that may see more than one tenant. Each is named here, so that `grep crossTenant(` finds all of them.
 * - `authenticate`: a credential is looked up before its tenant is known
 * - `operator`: the operator's own queries and mutations
 * - `orchestrator`: claims the next episode of any tenant
 * - `consumer`: reads the log's events of all tenants, and writes what follows from them
 * - `relay`: carries the outbox to Kafka
 * - `maintenance`: seeds, partitions, clean-up of expired rows
 */
export type CrossTenantPath = 'authenticate' | 'operator' | 'orchestrator' | 'consumer' | 'relay' | 'maintenance';

/** One unit of work: a transaction, and the two ways to speak in it. */
export type Tx = {
  readonly em: EntityManager;
  /** SQL with $1, $2 …, for what is hot. Values go as parameters, never into the text. */
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Runs `hint` once the transaction has committed, for what may get lost: a crash in between skips it. It must not throw. */
  afterCommit(hint: () => void): void;
};

/** Work is done with UnreachableError when the server is gone. */
export type Database = {
  /** Runs `work` in a transaction that sees and writes this tenant's rows alone. Commits when it returns, rolls back when it throws. */
  tenant<T>(tenantId: TenantId, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs `work` in a transaction that sees every tenant's rows. `path` says which of the named ways this is. */
  crossTenant<T>(path: CrossTenantPath, work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export type DatabaseOptions = {
  /** Of the application's role (no owner, no BYPASSRLS): see roles.ts. */
  readonly url: string;
  readonly schema: Schema;
  /** Connections at most. Default 8. */
  readonly poolSize?: number;
  /** Is handed the pool's figures, which are always those of now. */
  readonly onPool?: (pool: PoolFigures) => void;
};

export type PoolFigures = {
  /** Connections that are open. */
  readonly totalCount: number;
  readonly idleCount: number;
  /** Units of work that wait for one. */
  readonly waitingCount: number;
};

/** The role that a connection string names could get around row-level security. */
export class UnsafeRoleError extends Error {
  override readonly name = 'UnsafeRoleError';
}

/** @throws UnsafeRoleError; Error when the server cannot be reached. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const orm = await MikroORM.init({
    driver: PostgreSqlDriver,
    // Transactions are found by this name along the asynchronous call: a unit of work of another database within this one's
    // would else run on this one's connection.
    contextName: randomUUID(),
    clientUrl: options.url,
    entities: [...options.schema.entities],
    schema: options.schema.name,
    pool: { min: 0, max: options.poolSize ?? 8 },
    driverOptions: {
      onPoolCreated: (pool: pg.Pool) => {
        reclaimLostConnections(pool);
        options.onPool?.(pool);
      },
    },
    forceUtcTimezone: true,
    validateRequired: false,
    discovery: { warnWhenNoEntities: false },
  });
  await refuseUnsafeRole(orm.em);
  return {
    tenant: (tenantId, work) => unitOfWork(orm.em, { variables: { [TENANT_SETTING]: tenantId } }, work),
    crossTenant: (_path, work) => unitOfWork(orm.em, { role: CROSS_TENANT_ROLE }, work),
    close: () => orm.close(true),
  };
}

type SessionContext = Parameters<EntityManager['setSessionContext']>[0];

async function unitOfWork<T>(root: EntityManager, session: SessionContext, work: (tx: Tx) => Promise<T>): Promise<T> {
  const em = root.fork();
  em.setSessionContext(session);
  const hints: (() => void)[] = [];
  const transaction = em.transactional(async (inner) => {
    const kysely = inner.getKysely();
    return await work({
      em: inner,
      query: async <Row>(text: string, parameters: readonly unknown[] = []) =>
        (await kysely.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]))).rows,
      afterCommit: (hint) => void hints.push(hint),
    });
  });
  const result = await transaction.catch((error: unknown) => {
    throw unreachableOr(error);
  });
  for (const hint of hints) hint();
  return result;
}

/** By itself, or by any role that it can take on. */
async function refuseUnsafeRole(em: EntityManager): Promise<void> {
  const [role] = (await em.fork().execute(
    `select current_user as name,
            exists (select from pg_roles r
                     where pg_has_role(current_user, r.oid, 'member')
                       and (r.rolsuper or r.rolbypassrls or exists (select from pg_class where relowner = r.oid))) as unsafe`,
  )) as { name: string; unsafe: boolean }[];
  if (role === undefined || role.unsafe) {
    throw new UnsafeRoleError(
      `The database role ${role?.name ?? '?'} could get around row-level security: connect as a role that owns nothing and has no BYPASSRLS.`,
    );
  }
}
