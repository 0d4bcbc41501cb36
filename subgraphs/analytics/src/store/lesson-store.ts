import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import { type Facts, mergeFacts } from '../domain/facts.ts';
import { DIMENSION_COLUMNS, MEASURE_COLUMNS } from './columns.ts';
import type { SubjectKey } from './facts-store.ts';

/*
 * How a rebuild gathers facts: each batch of events leaves a row for every subject that it said something about, in no order and
 * without an index. Sorted by subject, they are merged into one row of facts a subject in a single pass. Nothing is read back or
 * rewritten on the way, which is what the live read model must do for every batch.
 */

/** What one subject is known by, and the same as JSON where that needed no merging. */
export type MergedFacts = SubjectKey & { readonly facts: Facts; readonly text: string };

export async function stageLessons(tx: Tx, lessons: readonly (SubjectKey & { readonly facts: Facts })[]): Promise<void> {
  if (lessons.length === 0) return;
  await tx.query(
    `insert into analytics_rebuild.lesson (tenant_id, subject, facts)
     select tenant_id, subject, facts::json
       from unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\n')) as lesson(tenant_id, subject, facts)`,
    [
      `{${lessons.map(({ tenantId }) => tenantId).join(',')}}`,
      `{${lessons.map(({ subject }) => subject).join(',')}}`,
      lessons.map(({ facts }) => JSON.stringify(facts)).join('\n'),
    ],
  );
}

/** All subjects by their keys, so that what belongs together in time comes together; about `size` of them at a time. */
export async function* mergedLessons(tx: Tx, size: number): AsyncGenerator<MergedFacts[]> {
  await tx.query(`set local work_mem = '64MB'`);
  await tx.query(
    `declare lessons no scroll cursor for
     select tenant_id, subject, facts::text as facts from analytics_rebuild.lesson order by tenant_id, subject`,
  );
  const next = () => tx.query<{ tenant_id: TenantId; subject: string; facts: string }>(`fetch ${size} from lessons`);
  let open: MergedFacts | undefined;
  for (let reading = next(); ; ) {
    const rows = await reading;
    if (rows.length === 0) break;
    reading = next();
    reading.catch(() => undefined);
    const merged: MergedFacts[] = [];
    for (const { tenant_id: tenantId, subject, facts: text } of rows) {
      const facts = JSON.parse(text) as Facts;
      if (open?.subject === subject && open.tenantId === tenantId) {
        const both = mergeFacts(open.facts, facts);
        open = { tenantId, subject, facts: both, text: JSON.stringify(both) };
        continue;
      }
      if (open !== undefined) merged.push(open);
      open = { tenantId, subject, facts, text };
    }
    yield merged;
  }
  if (open !== undefined) yield [open];
}

/** Into a table without an index yet, where each subject comes once. */
export async function insertFacts(tx: Tx, merged: readonly MergedFacts[]): Promise<void> {
  await tx.query(
    `insert into analytics_rebuild.subject_facts (tenant_id, subject, facts)
     select tenant_id, subject, facts::jsonb
       from unnest($1::uuid[], $2::uuid[], string_to_array($3, E'\\n')) as merged(tenant_id, subject, facts)`,
    [
      `{${merged.map(({ tenantId }) => tenantId).join(',')}}`,
      `{${merged.map(({ subject }) => subject).join(',')}}`,
      merged.map(({ text }) => text).join('\n'),
    ],
  );
}

/** A minute that two pages of subjects had a share in has two rows of one key: they become one. */
export async function joinDoubledRows(tx: Tx): Promise<void> {
  await tx.query(joinDoubled('rollup', { keys: DIMENSION_COLUMNS, sums: MEASURE_COLUMNS }));
  await tx.query(joinDoubled('sketch_bucket', { keys: ['distribution', ...DIMENSION_COLUMNS, 'bucket'], sums: ['count'] }));
}

function joinDoubled(table: string, { keys, sums }: { keys: readonly string[]; sums: readonly string[] }): string {
  const all = ['tenant_id', 'granularity', 'at', ...keys];
  return `
    with doubled as (select ${all.join(', ')} from analytics_rebuild.${table} group by ${all.join(', ')} having count(*) > 1),
         gone as (delete from analytics_rebuild.${table} t using doubled
                   where ${all.map((name) => `t.${name} = doubled.${name}`).join(' and ')} returning t.*)
    insert into analytics_rebuild.${table} (${all.join(', ')}, ${sums.join(', ')})
    select ${all.join(', ')}, ${sums.map((name) => `sum(${name})`).join(', ')} from gone group by ${all.join(', ')}`;
}
