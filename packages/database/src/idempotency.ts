import { createHash } from 'node:crypto';
import { defineEntity, type EntitySchema, p } from '@mikro-orm/core';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { decrypt, encrypt } from '@switchyard/kernel/secrets';
import type { Tx } from './database.ts';
import { TENANT_ROWS } from './policies.ts';

/** Whose keys the operator's are: no tenant has the nil UUID, so they meet no tenant's. */
const OPERATOR = '00000000-0000-0000-0000-000000000000';

/** Expired keys that each new key takes away with it: more than come in, so that the table stays small without a clean-up job. */
const SWEPT_AT_ONCE = 10;

/** The table behind `once`; a subgraph with idempotent mutations puts it among its SCHEMA's entities. */
export function idempotencyEntity(): EntitySchema {
  return defineEntity({
    name: 'IdempotencyKey',
    tableName: 'idempotency_key',
    ...TENANT_ROWS,
    indexes: [{ properties: ['tenantId', 'expiresAt'] }],
    properties: {
      tenantId: p.uuid().primary(),
      operation: p.text().primary(),
      key: p.text().primary(),
      inputHash: p.blob(),
      /** The first result as JSON text; null while it is being worked out, and when it is sealed. */
      result: p.text().nullable(),
      /** The first result encrypted, where it holds a secret. */
      sealed: p.blob().nullable(),
      expiresAt: p.datetime(3),
    },
  });
}

export type Once = {
  /** Null for the operator. */
  readonly tenantId: TenantId | null;
  /** The mutation: keys of one operation never meet those of another. */
  readonly operation: string;
  /** The caller's key, 1 to 255 characters; null: no idempotency asked for. */
  readonly key: string | null | undefined;
  /** What the caller asked for, as JSON; the order of properties does not matter. */
  readonly input: unknown;
  /** 32 bytes. Encrypts the kept result: give it wherever the result holds a secret. */
  readonly encryptionKey?: Buffer;
};

/**
 * Runs `work` at most once for each (tenant, operation, key) within 24 h, and returns the first result to everyone who comes
 * with the same key and input. A concurrent duplicate waits until the first one's transaction has ended: then it gets the
 * result, or, where the first one failed, does the work itself. A failure is not kept.
 *
 * `Result` is JSON (no dates): keep ids and read the rows again, and what cannot be read again, such as a secret.
 * @throws PlatformError BAD_USER_INPUT for a key out of its length; IDEMPOTENCY_CONFLICT for another input under the same key.
 */
export async function once<Result>(tx: Tx, options: Once, work: () => Promise<Result>): Promise<Result> {
  if (options.key === null || options.key === undefined) return await work();
  if (options.key.length < 1 || options.key.length > 255) {
    throw badInput('`idempotencyKey` must have 1 to 255 characters.', 'idempotencyKey');
  }
  const at = { ...options, key: options.key, table: tableOf(tx), tenantId: options.tenantId ?? OPERATOR };
  const hash = hashOf(options.input);
  if (!(await claim(tx, at, hash))) return await firstResult<Result>(tx, at, hash);
  const result = await work();
  await keep(tx, at, JSON.stringify(result ?? null));
  return result;
}

type KeyAt = Omit<Once, 'tenantId' | 'key'> & { readonly table: string; readonly tenantId: string; readonly key: string };

function tableOf(tx: Tx): string {
  return `"${tx.em.config.get('schema') ?? 'public'}"."idempotency_key"`;
}

/**
 * Takes the key, or says that it is taken. The insert waits for a concurrent one of the same key to commit or roll back
 * (that is what makes duplicates queue); an expired row, or one that never got its result, is taken over.
 */
async function claim(tx: Tx, at: KeyAt, hash: Buffer): Promise<boolean> {
  const rows = await tx.query(
    `insert into ${at.table} as kept (tenant_id, operation, key, input_hash, expires_at)
     values ($1, $2, $3, $4, now() + interval '24 hours')
     on conflict (tenant_id, operation, key) do update
       set input_hash = excluded.input_hash, expires_at = excluded.expires_at, result = null, sealed = null
       where kept.expires_at <= now() or (kept.result is null and kept.sealed is null)
     returning key`,
    [at.tenantId, at.operation, at.key, hash],
  );
  return rows.length > 0;
}

async function firstResult<Result>(tx: Tx, at: KeyAt, hash: Buffer): Promise<Result> {
  const [row] = await tx.query<{ input_hash: Buffer; result: string | null; sealed: Buffer | null }>(
    `select input_hash, result, sealed from ${at.table} where tenant_id = $1 and operation = $2 and key = $3`,
    [at.tenantId, at.operation, at.key],
  );
  if (row === undefined || !row.input_hash.equals(hash)) {
    throw new PlatformError('IDEMPOTENCY_CONFLICT', {
      publicMessage: 'This idempotency key was used with another input. Send the same input, or use a new key.',
    });
  }
  return JSON.parse(row.sealed === null ? (row.result ?? 'null') : decrypt(encryptionKeyOf(at), row.sealed)) as Result;
}

async function keep(tx: Tx, at: KeyAt, text: string): Promise<void> {
  const sealed = at.encryptionKey === undefined ? null : encrypt(at.encryptionKey, text);
  await tx.query(
    `with swept as (
       delete from ${at.table} where (tenant_id, operation, key) in (
         select tenant_id, operation, key from ${at.table}
          where tenant_id = $1 and expires_at <= now() limit ${SWEPT_AT_ONCE} for update skip locked))
     update ${at.table} set result = $4, sealed = $5 where tenant_id = $1 and operation = $2 and key = $3`,
    [at.tenantId, at.operation, at.key, sealed === null ? text : null, sealed],
  );
}

function encryptionKeyOf(at: KeyAt): Buffer {
  if (at.encryptionKey === undefined) throw new TypeError(`the results of ${at.operation} are encrypted: hand in encryptionKey`);
  return at.encryptionKey;
}

/** SHA-256 over the input as JSON with its properties sorted: the same for every spelling of the same input. */
function hashOf(input: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(input ?? null, sortedProperties))
    .digest();
}

function sortedProperties(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
