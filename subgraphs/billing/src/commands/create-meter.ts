import type { Tx } from '@switchyard/database/database';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import type { MeterAggregation } from '../domain/aggregation.ts';
import type { Meter } from '../domain/plan.ts';
import { MeterEntity } from '../store/entities.ts';

export type CreateMeter = {
  readonly code: string;
  readonly description: string;
  readonly unit: string;
  readonly aggregation: MeterAggregation;
  readonly uniqueBy?: string | null | undefined;
};

/** Lower case, so that no line of an invoice that is not a meter's can have the same key. */
const CODE = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Makes a meter for usage from outside. How it counts never changes: totals were made by it.
 * @throws PlatformError BAD_USER_INPUT; CONFLICT when the code is taken.
 */
export async function createMeter(tx: Tx, input: CreateMeter): Promise<Meter> {
  const meter = checked(input);
  const [made] = await tx.query(
    `insert into billing.meter (code, description, unit, aggregation, unique_by, position)
     select $1, $2, $3, $4, $5, coalesce(max(position), 0) + 1 from billing.meter
         on conflict (code) do nothing
     returning code`,
    [meter.code, meter.description, meter.unit, meter.aggregation, meter.uniqueBy],
  );
  if (made !== undefined) return meter;
  const there = await tx.em.findOneOrFail(MeterEntity, { code: meter.code });
  const isSame =
    there.aggregation === meter.aggregation && (there.uniqueBy ?? null) === meter.uniqueBy && there.unit === meter.unit;
  if (isSame) return { ...meter, description: there.description };
  throw new PlatformError('CONFLICT', {
    publicMessage: `There is a meter ${meter.code} already, and it counts otherwise. Choose another code.`,
    details: { argument: 'code' },
  });
}

function checked(input: CreateMeter): Meter {
  const { code, description, unit, aggregation } = input;
  const uniqueBy = input.uniqueBy ?? null;
  if (!CODE.test(code)) throw badInput('`code` must be a lower-case letter and up to 63 of a-z, 0-9, "_".', 'code');
  const isText = (text: string, max: number) => text.trim() !== '' && text.length <= max;
  if (!isText(description, 255)) throw badInput('`description` must have 1 to 255 characters.', 'description');
  if (!isText(unit, 64)) throw badInput('`unit` must have 1 to 64 characters.', 'unit');
  if (aggregation === 'UNIQUE' && (uniqueBy === null || !isText(uniqueBy, 64))) {
    throw badInput('UNIQUE needs `uniqueBy`: the dimension whose values it counts.', 'uniqueBy');
  }
  if (aggregation !== 'UNIQUE' && uniqueBy !== null) throw badInput('`uniqueBy` is for UNIQUE meters.', 'uniqueBy');
  return { code, description, unit, aggregation, uniqueBy };
}
