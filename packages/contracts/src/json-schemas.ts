import { z } from 'zod';
import { type AnyEventType, EVENT_TYPES, topicOf } from './events.ts';
import { ALL_EVENT_TYPES, schemaVersionOf } from './schema-versions.ts';

/** As much of JSON Schema (2020-12) as our event types use. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly [keyword: string]: unknown;
};

/** The schema of a type's `data`, as it is published and compared. */
function jsonSchemaOf(type: AnyEventType): JsonSchema {
  const schemas: Readonly<Record<string, z.ZodType>> = EVENT_TYPES[topicOf(type)];
  const schema = schemas[type];
  if (schema === undefined) throw new TypeError(`no schema for ${type}`);
  // What zod types wider than it writes: no keyword of ours is ever undefined.
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return {
    $schema,
    $id: `urn:switchyard:event:${type}:v${schemaVersionOf(type)}`,
    title: `data of ${type} (topic ${topicOf(type)})`,
    ...rest,
  };
}

/** The files of `packages/contracts/schemas`, one for each type in its present version. */
export function jsonSchemaFiles(): { readonly path: string; readonly content: string }[] {
  return ALL_EVENT_TYPES.map((type) => ({
    path: `packages/contracts/schemas/${type}.v${schemaVersionOf(type)}.json`,
    content: `${JSON.stringify(jsonSchemaOf(type), null, 2)}\n`,
  }));
}
