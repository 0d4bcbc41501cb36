import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Facts } from '../domain/facts.ts';
import type { ReadModel } from './read-model.ts';

export type SubjectKey = { readonly tenantId: TenantId; readonly subject: string };

/** Time of a tenant's newest event, before a batch (null: it had none) and with it. */
export type Watermark = { readonly before: number | null; readonly after: number };

/**
 * Moves the tenants' watermarks on, and holds them until the transaction ends: batches that change one tenant run one after
 * another, so that facts read after this are the newest there are. Locked in order, so that batches cannot wait in a circle.
 */
export async function lockTenants(
  tx: Tx,
  model: ReadModel,
  newest: ReadonlyMap<TenantId, Date>,
): Promise<Map<TenantId, Watermark>> {
  const rows = [...newest].map(([tenant_id, asOf]) => ({ tenant_id, as_of: asOf.toISOString() }));
  const moved = await tx.query<{ tenant_id: TenantId; before_ms: number | null; after_ms: number }>(
    `insert into ${model}.tenant_watermark (tenant_id, as_of)
     select tenant_id, as_of from jsonb_to_recordset($1::jsonb) as seen(tenant_id uuid, as_of timestamptz) order by tenant_id
     on conflict (tenant_id) do update set as_of = greatest(tenant_watermark.as_of, excluded.as_of)
     returning tenant_id, (extract(epoch from old.as_of) * 1000)::float8 as before_ms, (extract(epoch from new.as_of) * 1000)::float8 as after_ms`,
    [JSON.stringify(rows)],
  );
  return new Map(moved.map(({ tenant_id, before_ms, after_ms }) => [tenant_id, { before: before_ms, after: after_ms }]));
}

/** What is known about these subjects; those that nothing is known about are left out. */
export async function loadFacts(
  tx: Tx,
  model: ReadModel,
  keys: readonly SubjectKey[],
): Promise<(SubjectKey & { readonly facts: Facts })[]> {
  const rows = await tx.query<{ tenant_id: TenantId; subject: string; facts: string }>(
    `select tenant_id, subject, facts::text as facts
       from jsonb_to_recordset($1::jsonb) as asked(tenant_id uuid, subject uuid)
       join ${model}.subject_facts using (tenant_id, subject)`,
    [JSON.stringify(keys.map(({ tenantId, subject }) => ({ tenant_id: tenantId, subject })))],
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, subject: row.subject, facts: JSON.parse(row.facts) as Facts }));
}

export async function saveFacts(
  tx: Tx,
  model: ReadModel,
  changed: readonly (SubjectKey & { readonly facts: Facts })[],
): Promise<void> {
  if (changed.length === 0) return;
  await tx.query(
    `insert into ${model}.subject_facts (tenant_id, subject, facts)
     select tenant_id, subject, facts::jsonb
       from unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\n')) as changed(tenant_id, subject, facts)
     on conflict (tenant_id, subject) do update set facts = excluded.facts`,
    // JSON has no line ends of its own: so it is neither escaped here nor parsed there once more than needed.
    [
      `{${changed.map(({ tenantId }) => tenantId).join(',')}}`,
      `{${changed.map(({ subject }) => subject).join(',')}}`,
      changed.map(({ facts }) => JSON.stringify(facts)).join('\n'),
    ],
  );
}
