import type { JsonSchema } from './model.ts';

type Sampling = {
  /** What a free string says. */
  readonly text: string;
  readonly root: JsonSchema;
  readonly depth: number;
};

/** Beyond this a schema that contains itself is not followed. */
const MAX_DEPTH = 12;

const BY_FORMAT: Readonly<Record<string, string>> = {
  email: 'someone@example.com',
  date: '2030-01-01',
  time: '12:00:00Z',
  'date-time': '2030-01-01T12:00:00Z',
  duration: 'P1D',
  uuid: '00000000-0000-4000-8000-000000000000',
  uri: 'https://example.com/',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
};

/** The smallest value that the schema asks for: required properties only. Not every schema can be met this way: check the value. */
export function sampleOf(schema: JsonSchema, text: string): unknown {
  return sample(schema, { text, root: schema, depth: 0 });
}

function sample(schema: unknown, outer: Sampling): unknown {
  if (typeof schema !== 'object' || schema === null || outer.depth > MAX_DEPTH) return null;
  const sampling = { ...outer, depth: outer.depth + 1 };
  const { $ref, const: constant, enum: values, examples, default: preset, anyOf, oneOf, allOf, ...rest } = schema as JsonSchema;
  if (constant !== undefined) return constant;
  if (Array.isArray(values)) return values[0];
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (preset !== undefined) return preset;
  if (typeof $ref === 'string') return sample(definition($ref, sampling.root), sampling);
  const variants = anyOf ?? oneOf;
  if (Array.isArray(variants)) return sample({ ...rest, ...(variants[0] as object) }, sampling);
  if (Array.isArray(allOf)) return sample(merged([rest, ...(allOf as JsonSchema[])], sampling.root), sampling);
  return sampleOfType(rest, sampling);
}

function sampleOfType(schema: JsonSchema, sampling: Sampling): unknown {
  const type = Array.isArray(schema.type)
    ? schema.type[0]
    : (schema.type ?? (schema.properties === undefined ? 'string' : 'object'));
  switch (type) {
    case 'object': {
      const properties = (schema.properties ?? {}) as JsonSchema;
      const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
      return Object.fromEntries(required.map((name) => [name, sample(properties[name] ?? {}, sampling)]));
    }
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => sample(schema.items ?? {}, sampling));
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return sampleOfNumber(schema);
    case 'null':
      return null;
    default:
      return sampleOfText(schema, sampling.text);
  }
}

function sampleOfNumber({ minimum, exclusiveMinimum, maximum, multipleOf, type }: JsonSchema): number {
  const step = typeof multipleOf === 'number' ? multipleOf : 1;
  if (typeof exclusiveMinimum === 'number') {
    const next = (Math.floor(exclusiveMinimum / step) + 1) * step;
    const fits = typeof maximum !== 'number' || next <= maximum || type === 'integer';
    return fits ? next : (exclusiveMinimum + maximum) / 2;
  }
  if (typeof minimum === 'number') return Math.ceil(minimum / step) * step;
  if (typeof maximum === 'number' && maximum < 1) return Math.floor(maximum / step) * step;
  return step;
}

function sampleOfText({ format, pattern, minLength, maxLength }: JsonSchema, text: string): string {
  if (typeof pattern === 'string') return textOfPattern(pattern) ?? text;
  if (typeof format === 'string' && BY_FORMAT[format] !== undefined) return BY_FORMAT[format];
  const shortest = typeof minLength === 'number' ? minLength : 0;
  const longest = typeof maxLength === 'number' ? maxLength : Number.POSITIVE_INFINITY;
  return text.padEnd(shortest, '.').slice(0, longest);
}

/**
 * A text for the patterns that identifiers have: literals, classes such as [A-Z0-9] and \d, and repetitions such as {4}
 * and +, optionally in groups. Null when the pattern has more than that.
 */
function textOfPattern(pattern: string): string | null {
  const atom = /(?:\\([dw])|\[((?:\\.|[^\]^\\])+)\]|\\(.)|([^\\[\](){}*+?.|^$]))(?:\{(\d+)(?:,\d*)?\}|([+*?]))?/gy;
  const plain = pattern
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replaceAll(/\((?:\?:)?([^()|]*)\)(?![{*+?])/g, '$1');
  let text = '';
  let read = 0;
  for (const match of plain.matchAll(atom)) {
    const [whole, shorthand, set, escaped, literal, count, repeat] = match;
    const character = shorthand === undefined ? (set === undefined ? (escaped ?? literal) : firstOf(set)) : '1';
    const times = count === undefined ? (repeat === '*' || repeat === '?' ? 0 : 1) : Number(count);
    text += (character ?? '').repeat(times);
    read += whole.length;
  }
  return read === plain.length && safelyMatches(pattern, text) ? text : null;
}

function firstOf(set: string): string {
  if (/^\\[dw]/.test(set)) return '1';
  return set.startsWith('\\') ? (set[1] ?? '') : (set[0] ?? '');
}

function safelyMatches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return false;
  }
}

function definition(reference: string, root: JsonSchema): unknown {
  const steps = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return steps.reduce<unknown>(
    (node, step) => (node as JsonSchema | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  );
}

function merged(schemas: readonly JsonSchema[], root: JsonSchema): JsonSchema {
  let all: JsonSchema = {};
  for (const schema of schemas) {
    const part = typeof schema.$ref === 'string' ? (definition(schema.$ref, root) as JsonSchema) : schema;
    const properties = { ...(all.properties as object | undefined), ...(part.properties as object | undefined) };
    const required = [...((all.required as string[] | undefined) ?? []), ...((part.required as string[] | undefined) ?? [])];
    all = { ...all, ...part, ...(Object.keys(properties).length > 0 ? { properties } : {}), required };
  }
  return all;
}
