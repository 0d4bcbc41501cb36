/**
 * How much of the answer's form a JSON Schema fixes: 0 for free text, 1 for a closed schema whose every property is
 * required, typed and bounded. The stricter, the more ways there are to be wrong in form.
 *
 * - object: the mean of closed (no additional properties: 1, typed ones: 0.5), the share of properties that are required,
 *   and the mean over its properties; an object that lists none is as strict as it is closed, at most
 * - array: half for the strictness of its items, half for `maxItems`
 * - string: half for being one, half for `maxLength`, `pattern` or `format`
 * - number, integer: half for being one, a quarter for each bound
 * - boolean, null, `const`, `enum`, `false`: 1
 * - anyOf, oneOf, several types: the least strict of them, as the answer may pick it; allOf: the strictest
 * - a `$ref` counts as what it names; one that leads back to itself, or out of the schema, as 0.5
 */
export function jsonSchemaStrictness(schema: unknown): number {
  if (schema === null || schema === undefined) return 0;
  return strictness(schema, { root: schema, open: new Set(), budget: { nodes: MAX_NODES } });
}

/** Subschemas that are looked at; the rest of a monster counts as not strict. */
const MAX_NODES = 2_000;
const MAX_DEPTH = 64;
const UNKNOWN_REF = 0.5;

type Walk = { readonly root: unknown; readonly open: ReadonlySet<string>; readonly budget: { nodes: number } };
type Node = Readonly<Record<string, unknown>>;

function strictness(schema: unknown, walk: Walk): number {
  if (schema === false) return 1;
  if (!isNode(schema)) return 0;
  walk.budget.nodes -= 1;
  if (walk.budget.nodes < 0) return 0;
  if ('const' in schema || Array.isArray(schema.enum)) return 1;
  const parts = [...combined(schema, walk), ...typed(schema, walk)];
  return parts.length === 0 ? 0 : Math.max(...parts);
}

/** What `$ref` and the combining keywords say. */
function combined(schema: Node, walk: Walk): number[] {
  const parts: number[] = [];
  if (typeof schema.$ref === 'string') parts.push(referenced(schema.$ref, walk));
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = schema[keyword];
    if (Array.isArray(branches) && branches.length > 0)
      parts.push(Math.min(...branches.map((branch) => strictness(branch, walk))));
  }
  if (Array.isArray(schema.allOf)) parts.push(...schema.allOf.map((branch) => strictness(branch, walk)));
  return parts;
}

function referenced(reference: string, walk: Walk): number {
  if (walk.open.has(reference) || walk.open.size >= MAX_DEPTH) return UNKNOWN_REF;
  const target = targetOf(reference, walk.root);
  if (target === undefined) return UNKNOWN_REF;
  return strictness(target, { ...walk, open: new Set([...walk.open, reference]) });
}

function targetOf(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(1).split('/').filter(Boolean)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isNode(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function typed(schema: Node, walk: Walk): number[] {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? impliedType(schema)];
  const scores = types.map((type) => ofType(type, schema, walk)).filter((score) => score !== null);
  return scores.length === 0 ? [] : [Math.min(...scores)];
}

function impliedType(schema: Node): string | undefined {
  if ('properties' in schema || 'required' in schema) return 'object';
  return 'items' in schema ? 'array' : undefined;
}

function ofType(type: unknown, schema: Node, walk: Walk): number | null {
  switch (type) {
    case 'object':
      return ofObject(schema, walk);
    case 'array':
      return (strictness(schema.items ?? schema.prefixItems, walk) + Number('maxItems' in schema)) / 2;
    case 'string':
      return 'maxLength' in schema || 'pattern' in schema || 'format' in schema ? 1 : 0.5;
    case 'number':
    case 'integer':
      return 0.5 + lower(schema) / 4 + upper(schema) / 4;
    case 'boolean':
    case 'null':
      return 1;
    default:
      return null;
  }
}

function lower(schema: Node): number {
  return Number('minimum' in schema || 'exclusiveMinimum' in schema);
}

function upper(schema: Node): number {
  return Number('maximum' in schema || 'exclusiveMaximum' in schema);
}

function ofObject(schema: Node, walk: Walk): number {
  const additional = schema.additionalProperties ?? schema.unevaluatedProperties;
  const closed = additional === false ? 1 : isNode(additional) ? 0.5 : 0;
  const properties = isNode(schema.properties) ? Object.entries(schema.properties) : [];
  if (properties.length === 0) return closed;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const requiredShare = properties.filter(([name]) => required.has(name)).length / properties.length;
  const inner = properties.reduce((sum, [, property]) => sum + strictness(property, walk), 0) / properties.length;
  return (closed + requiredShare + inner) / 3;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
