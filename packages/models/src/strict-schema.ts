import type { JsonSchema } from './model.ts';

/**
 * Whether every object in the schema lists all its properties as required and allows no others: what OpenAI asks for
 * before it enforces a schema token by token. A schema that is not strict is still sent, and the answer still checked.
 */
export function isStrictSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrictSchema);
  if (typeof schema !== 'object' || schema === null) return true;
  const { type, properties, required, additionalProperties, ...rest } = schema as JsonSchema;
  if (type === 'object' || properties !== undefined) {
    const names = Object.keys((properties ?? {}) as object);
    const listed = new Set(Array.isArray(required) ? required : []);
    if (additionalProperties !== false || !names.every((name) => listed.has(name))) return false;
    if (!Object.values((properties ?? {}) as object).every(isStrictSchema)) return false;
  }
  return Object.values(rest).every(isStrictSchema);
}
