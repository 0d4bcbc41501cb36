import { p } from '@mikro-orm/core';

/** An exact amount or quantity. */
export const exact = () => p.decimal('string').precision(38).scale(18);

/** Rows of these tables stay as they are, whoever asks. */
export const ONLY_ADDED_TO = {
  name: 'only_added_to',
  timing: 'before' as const,
  events: ['update' as const, 'delete' as const],
  forEach: 'statement' as const,
  body: `raise exception '% is only ever added to', tg_table_name using errcode = 'integrity_constraint_violation'`,
};
