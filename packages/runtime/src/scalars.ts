import { formatDecimal, parseDecimal } from '@switchyard/kernel/decimal';
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

function refuse(message: string): never {
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

function parseDateTime(value: unknown): string {
  if (typeof value !== 'string' || !RFC3339.test(value)) refuse('A DateTime is RFC 3339, such as 2026-01-31T12:00:00.000Z.');
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) refuse('A DateTime must be a time that exists.');
  // An offset can lead out of the years that have four digits, and there is no year 0.
  if (date.getTime() < EARLIEST || date.getTime() > LATEST) refuse('A DateTime must lie in the years 0001 to 9999, in UTC.');
  return date.toISOString();
}

/** RFC 3339 in UTC with milliseconds. Resolvers hand in a Date or its text, and get the normalised text. */
const DateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value.toISOString() : parseDateTime(value)),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : null),
});

function parseDecimalText(value: unknown): string {
  const decimal = typeof value === 'string' ? parseDecimal(value) : null;
  if (decimal === null)
    refuse('A Decimal is a string in plain notation, such as "12.50": at most 20 digits before and 18 after the point.');
  return formatDecimal(decimal);
}

/** What comes in is kept as numeric(38, 18); sums that go out may be larger. */
function parseStorableDecimal(value: unknown): string {
  const text = parseDecimalText(value);
  if (text.replace(/^-|\..*$/g, '').length > 20) refuse('A Decimal has at most 20 digits before the point.');
  return text;
}

/** An exact decimal in a string. Resolvers hand in a Decimal or its text. */
const Decimal = new GraphQLScalarType({
  name: 'Decimal',
  serialize: (value) => parseDecimalText(typeof value === 'object' && value !== null ? String(value) : value),
  parseValue: parseStorableDecimal,
  parseLiteral: (node) =>
    parseStorableDecimal(node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : null),
});

const JSON_SCALAR = new GraphQLScalarType({
  name: 'JSON',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** The contract's scalars; a subgraph spreads those that its SDL declares into its resolvers. */
export const SCALARS = { DateTime, Decimal, JSON: JSON_SCALAR };
