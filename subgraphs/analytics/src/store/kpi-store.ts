import type { Tx } from '@switchyard/database/database';
import type { Decimal } from '@switchyard/kernel/decimal';
import type { Sketch } from '../domain/ddsketch.ts';
import { AMOUNTS, addTo, COUNTS, DIMENSIONS, type Dimension, decimalOf, type Measures, NOTHING } from '../domain/measures.ts';
import { type Cell, NO_SKETCH } from '../domain/series.ts';
import { GRANULARITIES, type Granularity, type Piece, pieces, type Range } from '../domain/time-range.ts';
import { DIMENSION_COLUMNS, MEASURE_COLUMNS } from './columns.ts';

/** A tenant's figures over a range of whole minutes. */
export type KpiFigures = {
  readonly range: Range;
  readonly measures: Measures;
  readonly latency: Sketch;
  readonly routerLatency: Sketch;
  /** How many decisions chose each tier. */
  readonly decisionsByTier: ReadonlyMap<string, number>;
  /** Time of the tenant's newest event that the read model includes; null before the first. */
  readonly asOf: Date | null;
};

/** In one statement, so that all of it is of one moment. */
export async function loadKpis(tx: Tx, range: Range): Promise<KpiFigures> {
  const [row] = await tx.query<KpiRow>(LOAD_KPIS, [piecesParameter(pieces(range, 'MONTH'))]);
  const tiers = (row?.tiers ?? []).map(({ tier, sums }) => ({ tier, measures: measuresOf(sums) }));
  const measures = { ...NOTHING };
  for (const tier of tiers) addTo(measures, tier.measures);
  const sketch = (of: string) =>
    new Map((row?.sketches ?? []).filter(({ distribution }) => distribution === of).map(({ bucket, count }) => [bucket, count]));
  return {
    range,
    measures,
    latency: sketch('LATENCY'),
    routerLatency: sketch('ROUTER_LATENCY'),
    decisionsByTier: new Map(tiers.map(({ tier, measures }) => [tier, measures.decisions])),
    asOf: row?.as_of_ms == null ? null : new Date(row.as_of_ms),
  };
}

export type CellQuestion = {
  readonly range: Range;
  readonly granularity: Granularity;
  readonly dimensions: readonly Dimension[];
  /** Whether sketches are asked for, or sums. */
  readonly sketches: boolean;
};

/** The tenant's sums, or its latency sketches, by key and bucket of time. */
export async function loadCells(tx: Tx, asked: CellQuestion): Promise<Cell[]> {
  const parameters = [piecesParameter(pieces(asked.range, asked.granularity))];
  const grouping = `${keyOf(asked.dimensions)} as key, ${timeOf(asked.granularity)} as at_ms`;
  if (!asked.sketches) {
    const rows = await tx.query<KeyRow & { readonly sums: readonly string[] }>(
      `${PIECES} select ${grouping}, ${SUMS} as sums from analytics.rollup ${WITHIN} group by 1, 2`,
      parameters,
    );
    return rows.map(({ key, at_ms, sums }) => ({ key, at: at_ms, measures: measuresOf(sums), latency: NO_SKETCH }));
  }
  const rows = await tx.query<KeyRow & { readonly sketch: readonly (readonly [number, number])[] }>(
    `${PIECES} select key, at_ms, json_agg(json_build_array(bucket, count)) as sketch
       from (select ${grouping}, bucket, sum(count)::float8 as count
               from analytics.sketch_bucket ${WITHIN} where distribution = 'LATENCY' group by 1, 2, 3) as merged
      group by 1, 2`,
    parameters,
  );
  return rows.map(({ key, at_ms, sketch }) => ({ key, at: at_ms, measures: NOTHING, latency: new Map(sketch) }));
}

type KeyRow = { readonly key: readonly string[]; readonly at_ms: number };
type KpiRow = {
  readonly as_of_ms: number | null;
  readonly tiers: readonly { readonly tier: string; readonly sums: readonly string[] }[] | null;
  readonly sketches: readonly { readonly distribution: string; readonly bucket: number; readonly count: number }[] | null;
};

/** Each granularity with its rank from 1, and the unit of the next coarser one. */
const LEVELS = GRANULARITIES.map(
  (name, index) => `('${name}', ${index + 1}, '${(GRANULARITIES[index + 1] ?? name).toLowerCase()}')`,
).join(', ');
/** As text: what JSON calls a number would not keep a numeric exact. */
const SUMS = `array[${MEASURE_COLUMNS.map((name) => `sum(${name})::text`).join(', ')}]`;
/**
 * A piece is read from its own rows as far as they are closed, and from ever finer ones after that: where the rows of one
 * granularity end, at the start of the bucket that holds the tenant's newest event, those of the next finer one begin.
 */
const PIECES = `
  with piece as materialized (
    select level.granularity as piece_granularity, asked.to_at,
           case when level.granularity = asked.granularity then asked.from_at
                else greatest(asked.from_at, date_trunc(level.coarser, newest.as_of, 'UTC')) end as from_at
      from jsonb_to_recordset($1::jsonb) as asked(granularity text, from_at timestamptz, to_at timestamptz)
      join (values ${LEVELS}) as level(granularity, rank, coarser)
        on level.rank <= array_position(array[${GRANULARITIES.map((name) => `'${name}'`).join(', ')}], asked.granularity)
      left join analytics.tenant_watermark newest on true)`;
const WITHIN = 'join piece on granularity = piece_granularity and at >= from_at and at < to_at';
const LOAD_KPIS = `
  ${PIECES}
  select (select (extract(epoch from as_of) * 1000)::float8 from analytics.tenant_watermark) as as_of_ms,
         (select json_agg(summed order by tier) from (select tier, ${SUMS} as sums from analytics.rollup ${WITHIN} group by tier) as summed) as tiers,
         (select json_agg(merged order by distribution, bucket)
            from (select distribution, bucket, sum(count)::float8 as count
                    from analytics.sketch_bucket ${WITHIN} group by distribution, bucket) as merged) as sketches`;

function piecesParameter(parts: readonly Piece[]): string {
  const time = (at: number) => new Date(at).toISOString();
  return JSON.stringify(parts.map(({ granularity, from, to }) => ({ granularity, from_at: time(from), to_at: time(to) })));
}

/** Names of columns and units come from our own lists, never from a client. */
function keyOf(dimensions: readonly Dimension[]): string {
  return `array[${dimensions.map((name) => DIMENSION_COLUMNS[DIMENSIONS.indexOf(name)]).join(', ')}]::text[]`;
}

function timeOf(granularity: Granularity): string {
  return `(extract(epoch from date_trunc('${granularity.toLowerCase()}', at, 'UTC')) * 1000)::float8`;
}

function measuresOf(sums: readonly string[]): Measures {
  const of = (index: number) => sums[index] ?? '0';
  return {
    ...(Object.fromEntries(COUNTS.map((name, index) => [name, Number(of(index))])) as Record<(typeof COUNTS)[number], number>),
    ...(Object.fromEntries(AMOUNTS.map((name, index) => [name, decimalOf(of(COUNTS.length + index))])) as Record<
      (typeof AMOUNTS)[number],
      Decimal
    >),
  };
}
