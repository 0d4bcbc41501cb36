import { AMOUNTS, COUNTS, DIMENSIONS } from '../domain/measures.ts';

const column = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Names as the tables have them, in the order of the domain's lists. */
export const DIMENSION_COLUMNS = DIMENSIONS.map(column);
export const COUNT_COLUMNS = COUNTS.map(column);
export const AMOUNT_COLUMNS = AMOUNTS.map(column);
export const MEASURE_COLUMNS = [...COUNT_COLUMNS, ...AMOUNT_COLUMNS];
