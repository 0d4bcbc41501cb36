import { expect, it } from 'vitest';
import { withoutValues } from './telemetry.ts';

it('keeps a statement and leaves out what stands in it', () => {
  expect(withoutValues(`insert into a ("b") values ('x', 'it''s', '', E'a\\\\''b', 1)`)).toBe(
    `insert into a ("b") values (?, ?, ?, E?, 1)`,
  );
  expect(withoutValues('select $1::uuid')).toBe('select $1::uuid');
});
