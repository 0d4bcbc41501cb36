import { UnreachableError } from '@switchyard/kernel/errors';
import { expect, it } from 'vitest';
import { unreachableOr } from './unreachable.ts';

const failed = (message: string, code?: string): Error => Object.assign(new Error(message), code === undefined ? {} : { code });

it.each([
  failed('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED'),
  failed('terminating connection due to administrator command', '57P01'),
  failed('connection failure', '08006'),
  failed('could not extend file: No space left on device', '53100'),
  failed('Connection terminated unexpectedly'),
  new Error('a driver’s own words', { cause: failed('read', 'ECONNRESET') }),
])('is told by %s', (error) => {
  const told = unreachableOr(error);
  expect(told).toBeInstanceOf(UnreachableError);
  expect(told).toMatchObject({ message: 'The database cannot be reached.', cause: error });
});

it.each([
  failed('duplicate key value', '23505'),
  failed('division by zero', '22012'),
  new TypeError('x is not a function'),
  'text',
])('is not told by %s', (error) => {
  expect(unreachableOr(error)).toBe(error);
});
