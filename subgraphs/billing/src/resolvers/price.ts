import { formatDecimal } from '@switchyard/kernel/decimal';
import type { Resolvers } from '../generated/resolvers.ts';

export const priceResolvers: Pick<Resolvers, 'Price'> = {
  Price: {
    includedQuantity: ({ includedQuantity }) => formatDecimal(includedQuantity),
    tiers: ({ tiers }) =>
      tiers.map(({ upTo, unitAmount, flatAmount }) => ({
        upTo: upTo === null ? null : formatDecimal(upTo),
        unitAmount: formatDecimal(unitAmount),
        flatAmount: formatDecimal(flatAmount),
      })),
  },
};
