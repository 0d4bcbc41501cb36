import type { JsonSchema } from './json-schemas.ts';

const LEAST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const MOST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];
const EQUAL = ['pattern', 'format', 'multipleOf'];

/**
 * What keeps `newer` from being an additive change of `older`: a field that was removed (or renamed, which looks the same),
 * narrowed, or newly required, or that readers can no longer rely on. Empty: all that was ever written still fits. A value that is
 * newly allowed (another member of an enum) is additive; readers of before refuse it into their dead letters until they follow.
 */
export function breaksOf(older: JsonSchema, newer: JsonSchema, at = 'data'): string[] {
  if (older.anyOf !== undefined || newer.anyOf !== undefined) return breaksOfUnion(older, newer, at);
  return [...breaksOfValues(older, newer, at), ...breaksOfFields(older, newer, at), ...breaksOfItems(older, newer, at)];
}

function breaksOfUnion(older: JsonSchema, newer: JsonSchema, at: string): string[] {
  const [before, after] = [older.anyOf ?? [older], newer.anyOf ?? [newer]];
  return before.flatMap((branch) => {
    const tries = after.map((other) => breaksOf(branch, other, at));
    return tries.some((breaks) => breaks.length === 0)
      ? []
      : [`${at}: ${typesOf(branch).join(' or ') || 'a form'} is no longer allowed`];
  });
}

function breaksOfValues(older: JsonSchema, newer: JsonSchema, at: string): string[] {
  const breaks: string[] = [];
  const [was, is] = [typesOf(older), typesOf(newer)];
  const lostTypes =
    is.length === 0 ? [] : was.filter((type) => !is.includes(type) && !(type === 'integer' && is.includes('number')));
  if (lostTypes.length > 0 || (was.length === 0 && is.length > 0))
    breaks.push(`${at}: was ${was.join(' or ') || 'anything'}, is ${is.join(' or ')}`);
  const [before, after] = [valuesOf(older), valuesOf(newer)];
  if (after !== null) {
    const lost = before === null ? ['other values'] : before.filter((value) => !after.includes(value));
    if (lost.length > 0) breaks.push(`${at}: ${lost.join(', ')} no longer allowed`);
  }
  for (const keyword of LEAST)
    breaks.push(...tighter(at, keyword, bound(older, keyword, -Infinity), bound(newer, keyword, -Infinity)));
  for (const keyword of MOST)
    breaks.push(...tighter(at, keyword, -bound(older, keyword, Infinity), -bound(newer, keyword, Infinity)));
  for (const keyword of EQUAL) {
    if (newer[keyword] !== undefined && newer[keyword] !== older[keyword]) breaks.push(`${at}: another ${keyword}`);
  }
  return breaks;
}

function breaksOfFields(older: JsonSchema, newer: JsonSchema, at: string): string[] {
  if (older.type !== 'object') return [];
  const fields = Object.entries(older.properties ?? {}).flatMap(([name, schema]) => {
    const now = newer.properties?.[name];
    return now === undefined ? [`${at}.${name}: removed`] : breaksOf(schema, now, `${at}.${name}`);
  });
  const [before, after] = [older.required ?? [], newer.required ?? []];
  return [
    ...fields,
    ...after.filter((name) => !before.includes(name)).map((name) => `${at}.${name}: newly required`),
    ...before
      .filter((name) => !after.includes(name) && newer.properties?.[name] !== undefined)
      .map((name) => `${at}.${name}: may be missing now`),
    ...(newer.additionalProperties === false && older.additionalProperties !== false
      ? [`${at}: unknown fields are refused`]
      : []),
  ];
}

function breaksOfItems(older: JsonSchema, newer: JsonSchema, at: string): string[] {
  return newer.items === undefined ? [] : breaksOf(older.items ?? {}, newer.items, `${at}[]`);
}

function typesOf(schema: JsonSchema): readonly string[] {
  return typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
}

function valuesOf(schema: JsonSchema): readonly unknown[] | null {
  return schema.enum ?? (schema.const === undefined ? null : [schema.const]);
}

function bound(schema: JsonSchema, keyword: string, none: number): number {
  const value = schema[keyword];
  return typeof value === 'number' ? value : none;
}

function tighter(at: string, keyword: string, before: number, after: number): string[] {
  return after > before ? [`${at}: a tighter ${keyword}`] : [];
}
