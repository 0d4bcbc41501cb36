import { Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { Usage } from './usage.ts';

/**
 * What a meter's records come to in a time: SUM and COUNT add them up (a record of a COUNT meter is one unit), MAX is the
 * largest, UNIQUE how many values of a dimension there are. All are exact, in whatever order records come and whatever is
 * taken back.
 */
export type MeterAggregation = 'SUM' | 'COUNT' | 'MAX' | 'UNIQUE';

/** How a meter counts. */
export type Counting = { readonly aggregation: MeterAggregation; readonly uniqueBy: string | null };

/** What is there already of one meter in one period, as far as the next records' part in its total depends on it. */
export type Standing = {
  /** MAX: the largest quantities that were not taken back, at least one more than records are about to be. */
  readonly largest: readonly Decimal[];
  /** UNIQUE: how many records, less those taken back, have each of the values that come up. */
  readonly values: ReadonlyMap<string, number>;
};

/** Of a meter none of whose records is about to be taken back: the largest so far is what it stands at. */
export function standingAt(total: Decimal): Standing {
  return { largest: total.isZero() ? [] : [total], values: new Map() };
}

type Counted = Pick<Usage, 'quantity' | 'dimensions'> & { readonly reverses: unknown };

/** By how much each record, in turn, moves its meter's total in a period. */
export class Aggregator {
  readonly #counting: Counting;
  readonly #largest: Decimal[];
  readonly #values: Map<string, number>;

  constructor(counting: Counting, standing: Standing) {
    this.#counting = counting;
    this.#largest = [...standing.largest];
    this.#values = new Map(standing.values);
  }

  move(record: Counted): Decimal {
    switch (this.#counting.aggregation) {
      case 'SUM':
      case 'COUNT':
        return record.quantity;
      case 'MAX':
        return this.#moveMaximum(record);
      case 'UNIQUE':
        return this.#moveValues(record);
    }
  }

  #moveMaximum({ quantity, reverses }: Counted): Decimal {
    const before = this.#maximum();
    if (reverses === null) this.#largest.push(quantity);
    else {
      const at = this.#largest.findIndex((each) => each.equals(quantity.negated()));
      if (at >= 0) this.#largest.splice(at, 1);
    }
    return this.#maximum().minus(before);
  }

  #maximum(): Decimal {
    return this.#largest.length === 0 ? ZERO : Decimal.max(...this.#largest);
  }

  #moveValues(record: Counted): Decimal {
    const value = uniqueValueOf(record, this.#counting);
    const before = this.#values.get(value) ?? 0;
    const after = before + (record.reverses === null ? 1 : -1);
    this.#values.set(value, after);
    return new Decimal(Number(after > 0) - Number(before > 0));
  }
}

/** The value that a record of a UNIQUE meter adds to the count. */
export function uniqueValueOf({ dimensions }: Pick<Usage, 'dimensions'>, { uniqueBy }: Pick<Counting, 'uniqueBy'>): string {
  return dimensions[uniqueBy ?? ''] ?? '';
}
