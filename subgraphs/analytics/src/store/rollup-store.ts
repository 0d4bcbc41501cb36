import type { Tx } from '@switchyard/database/database';
import { AMOUNTS, COUNTS, DIMENSIONS, type Measures } from '../domain/measures.ts';
import type { BucketChange, RollupChange } from '../domain/tally.ts';
import { AMOUNT_COLUMNS, COUNT_COLUMNS, DIMENSION_COLUMNS, MEASURE_COLUMNS } from './columns.ts';
import type { ReadModel } from './read-model.ts';

/**
 * Writes a batch's changes in one statement a table, however many rows they touch. Rows only ever have something added to
 * them, so that nothing needs to be read first; what comes to nothing is deleted, so that the tables are a function of the
 * facts and not of the corrections on the way there.
 */
export async function applyRollups(tx: Tx, model: ReadModel, changes: readonly RollupChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(addRollups(model), rollupColumns(changes));
  const lowered = changes.filter(({ measures }) => takesAway(measures));
  if (lowered.length > 0) await tx.query(deleteEmptyRollups(model), rollupColumns(lowered));
}

/** Into a rebuild's table, which has no index yet. */
export async function insertRollups(tx: Tx, changes: readonly RollupChange[]): Promise<void> {
  if (changes.length > 0)
    await tx.query(insertion('analytics_rebuild.rollup', ROLLUP_COLUMNS, CHANGED_ROLLUPS), rollupColumns(changes));
}

export async function insertBuckets(tx: Tx, changes: readonly BucketChange[]): Promise<void> {
  const columns = [...BUCKET_KEY, 'count'];
  if (changes.length > 0)
    await tx.query(insertion('analytics_rebuild.sketch_bucket', columns, CHANGED_BUCKETS), bucketColumns(changes));
}

const insertion = (table: string, columns: readonly string[], rows: string) =>
  `insert into ${table} (${columns.join(', ')}) select * from ${rows}`;

export async function applyBuckets(tx: Tx, model: ReadModel, changes: readonly BucketChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(addBuckets(model), bucketColumns(changes));
  const lowered = changes.filter(({ count }) => count < 0);
  if (lowered.length > 0) await tx.query(deleteEmptyBuckets(model), bucketColumns(lowered));
}

const KEY = ['tenant_id', 'granularity', 'at', ...DIMENSION_COLUMNS];
const KEY_TYPES = ['uuid', 'text', 'timestamptz', ...DIMENSION_COLUMNS.map(() => 'text')];
const matching = (table: string, columns: readonly string[]) =>
  columns.map((name) => `${table}.${name} = changed.${name}`).join(' and ');
const adding = (table: string, columns: readonly string[]) =>
  columns.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ');
/** A parameter a column: half the work for both sides of what a JSON document of the same rows is. */
const changed = (columns: readonly string[], types: readonly string[]) =>
  `unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')}) as changed(${columns.join(', ')})`;

const ROLLUP_COLUMNS = [...KEY, ...MEASURE_COLUMNS];
const CHANGED_ROLLUPS = changed(ROLLUP_COLUMNS, [
  ...KEY_TYPES,
  ...COUNT_COLUMNS.map(() => 'bigint'),
  ...AMOUNT_COLUMNS.map(() => 'numeric'),
]);
const addRollups = (model: ReadModel) => `
  ${insertion(`${model}.rollup`, ROLLUP_COLUMNS, CHANGED_ROLLUPS)}
  on conflict (${KEY.join(', ')}) do update set ${adding('rollup', MEASURE_COLUMNS)}`;
const deleteEmptyRollups = (model: ReadModel) => `
  delete from ${model}.rollup using ${CHANGED_ROLLUPS}
   where ${matching('rollup', KEY)} and ${MEASURE_COLUMNS.map((name) => `rollup.${name} = 0`).join(' and ')}`;

const BUCKET_KEY = [...KEY, 'distribution', 'bucket'];
const CHANGED_BUCKETS = changed([...BUCKET_KEY, 'count'], [...KEY_TYPES, 'text', 'int', 'bigint']);
const addBuckets = (model: ReadModel) => `
  ${insertion(`${model}.sketch_bucket`, [...BUCKET_KEY, 'count'], CHANGED_BUCKETS)}
  on conflict (${BUCKET_KEY.join(', ')}) do update set ${adding('sketch_bucket', ['count'])}`;
const deleteEmptyBuckets = (model: ReadModel) => `
  delete from ${model}.sketch_bucket using ${CHANGED_BUCKETS}
   where ${matching('sketch_bucket', BUCKET_KEY)} and sketch_bucket.count = 0`;

function rollupColumns(changes: readonly RollupChange[]): unknown[] {
  return [
    ...placeColumns(changes),
    ...COUNTS.map((name) => arrayOf(changes.map(({ measures }) => measures[name]))),
    ...AMOUNTS.map((name) => arrayOf(changes.map(({ measures }) => measures[name].toFixed()))),
  ];
}

function bucketColumns(changes: readonly BucketChange[]): unknown[] {
  return [
    ...placeColumns(changes),
    arrayOf(changes.map(({ distribution }) => distribution)),
    arrayOf(changes.map(({ bucket }) => bucket)),
    arrayOf(changes.map(({ count }) => count)),
  ];
}

function placeColumns(changes: readonly Pick<RollupChange, 'tenantId' | 'granularity' | 'at' | 'dimensions'>[]): unknown[] {
  return [
    arrayOf(changes.map(({ tenantId }) => tenantId)),
    arrayOf(changes.map(({ granularity }) => granularity)),
    arrayOf(changes.map(({ at }) => new Date(at).toISOString())),
    ...DIMENSIONS.map((name) => changes.map(({ dimensions }) => dimensions[name])),
  ];
}

/** An array of what needs no quotes: a third of the driver's work, which quotes and escapes every element. */
function arrayOf(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

/** A row can only come to nothing when a count goes down: there is no amount without something counted. */
function takesAway(measures: Measures): boolean {
  return COUNTS.some((name) => measures[name] < 0);
}
