import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import { closedBefore, GRANULARITIES, type Granularity } from '../domain/time-range.ts';
import { DIMENSION_COLUMNS, MEASURE_COLUMNS } from './columns.ts';
import type { Watermark } from './facts-store.ts';
import type { ReadModel } from './read-model.ts';

/** What has closed since: the rows that start there are folded into the next coarser ones. */
type Closing = { readonly tenantId: TenantId; readonly from: number | null; readonly to: number };

const COARSER = GRANULARITIES.flatMap((granularity, index) => {
  const finer = GRANULARITIES[index - 1];
  return finer === undefined ? [] : [{ granularity, finer }];
});

/**
 * Folds the buckets that the tenants' newest events have left behind: minutes into hours, hours into days, days into months.
 * After the batch's own changes, and in this order, since each is folded from the one before. That a bucket is closed depends
 * on the tenant's newest event alone, so that the tables stay a function of the set of events.
 */
export async function closeBuckets(tx: Tx, model: ReadModel, watermarks: ReadonlyMap<TenantId, Watermark>): Promise<void> {
  for (const { granularity, finer } of COARSER) {
    const closings = [...watermarks].flatMap(([tenantId, { before, after }]) => {
      const [from, to] = [closedBefore(granularity, before), closedBefore(granularity, after)];
      return from < to ? [{ tenantId, from: before === null ? null : from, to }] : [];
    });
    if (closings.length > 0) await fold(tx, model, { granularity, finer, closings });
  }
}

/** The same for read models that have no coarser rows yet. */
export async function closeAllBuckets(tx: Tx, model: ReadModel): Promise<void> {
  const rows = await tx.query<{ tenant_id: TenantId; as_of_ms: number }>(
    `select tenant_id, (extract(epoch from as_of) * 1000)::float8 as as_of_ms from ${model}.tenant_watermark`,
  );
  await closeBuckets(tx, model, new Map(rows.map((row) => [row.tenant_id, { before: null, after: row.as_of_ms }])));
}

type Fold = { readonly granularity: Granularity; readonly finer: Granularity; readonly closings: readonly Closing[] };

async function fold(tx: Tx, model: ReadModel, { granularity, finer, closings }: Fold): Promise<void> {
  const time = (at: number | null) => (at === null ? '-infinity' : new Date(at).toISOString());
  const parameters = [
    closings.map(({ tenantId }) => tenantId),
    closings.map(({ from }) => time(from)),
    closings.map(({ to }) => time(to)),
    granularity,
    finer,
  ];
  await tx.query(foldInto(model, 'rollup', { keys: DIMENSION_COLUMNS, sums: MEASURE_COLUMNS }), parameters);
  await tx.query(
    foldInto(model, 'sketch_bucket', { keys: ['distribution', ...DIMENSION_COLUMNS, 'bucket'], sums: ['count'] }),
    parameters,
  );
}

function foldInto(model: ReadModel, table: string, { keys, sums }: { keys: readonly string[]; sums: readonly string[] }): string {
  const own = keys.map((name) => `finer.${name}`).join(', ');
  return `
    insert into ${model}.${table} (tenant_id, granularity, at, ${keys.join(', ')}, ${sums.join(', ')})
    select finer.tenant_id, $4::text, date_trunc(lower($4::text), finer.at, 'UTC'), ${own}, ${sums.map((name) => `sum(finer.${name})`).join(', ')}
      from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as closing(tenant_id, from_at, to_at)
      join ${model}.${table} finer
        on finer.tenant_id = closing.tenant_id and finer.granularity = $5::text and finer.at >= closing.from_at and finer.at < closing.to_at
     group by 1, 2, 3, ${own}`;
}
