import { type Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { Resolvers } from '../generated/resolvers.ts';

export const priceResolvers: Pick<Resolvers, 'Price'> = {
  Price: {
    includedQuantity: ({ includedQuantity }) => formatDecimal(includedQuantity),
    packageSize: ({ packageSize }) => textOf(packageSize),
    minimumAmount: ({ minimumAmount }) => textOf(minimumAmount),
    maximumAmount: ({ maximumAmount }) => textOf(maximumAmount),
    tiers: ({ tiers }) =>
      tiers.map(({ upTo, unitAmount, flatAmount }) => ({
        upTo: upTo === null ? null : formatDecimal(upTo),
        unitAmount: formatDecimal(unitAmount),
        flatAmount: formatDecimal(flatAmount),
      })),
  },
};

function textOf(value: Decimal | null): string | null {
  return value === null ? null : formatDecimal(value);
}
