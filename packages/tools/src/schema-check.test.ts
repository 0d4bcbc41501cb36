import { describe, expect, it } from 'vitest';
import { fits, schemaFault } from './schema-check.ts';

const ORDER = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    size: { enum: ['S', 'M'] },
    lines: { type: 'array', items: { type: 'integer' } },
  },
  required: ['id'],
  additionalProperties: false,
};
const id = '0190b8a0-0000-7000-8000-000000000000';

describe('fits', () => {
  it('says nothing of a value that fits', () => {
    expect(fits(ORDER, { id, size: 'S', lines: [1] })).toBeNull();
  });

  it.each([
    [{}, "it must have required property 'id'"],
    [{ id: 'x' }, 'id must match format "uuid"'],
    [{ id, size: 'XL' }, 'size must be one of ["S","M"]'],
    [{ id, lines: [1, 'two'] }, 'lines.1 must be integer'],
    [{ id, more: 1 }, 'it must not have the property "more"'],
    ['text', 'it must be object'],
  ])('says what is wrong with %j', (value, fault) => {
    expect(fits(ORDER, value)).toBe(fault);
  });

  it('refuses everything under a schema that cannot be used', () => {
    expect(fits({ type: 'nonsense' }, {})).toMatch(/^The schema cannot be used/);
    expect(schemaFault({ $ref: '#/nowhere' })).toMatch(/nowhere/);
    expect(schemaFault([])).toBe('a JSON Schema is an object');
    expect(schemaFault(ORDER)).toBeNull();
  });

  it('keeps schemas with the same $id apart', () => {
    expect(fits({ $id: 'https://example.com/a', type: 'string' }, 1)).toBe('it must be string');
    expect(fits({ $id: 'https://example.com/a', type: 'number' }, 1)).toBeNull();
  });
});
