import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from './model.ts';

type Check = (value: unknown) => boolean;

/** Compiled schemas by their text: tenants bring their own, so what is kept is bounded. */
const compiled = new Map<string, Check>();
const MAX_COMPILED = 500;

/** Whether the value fits the schema (2020-12, with formats). A schema that cannot be compiled fits nothing. */
export function fitsSchema(schema: JsonSchema, value: unknown): boolean {
  const key = JSON.stringify(schema);
  let check = compiled.get(key);
  if (check === undefined) {
    check = compile(schema);
    const [oldest] = compiled.keys();
    if (compiled.size >= MAX_COMPILED && oldest !== undefined) compiled.delete(oldest);
    compiled.set(key, check);
  }
  return check(value);
}

function compile(schema: JsonSchema): Check {
  // An instance of its own: one that is shared remembers every schema, and refuses two with the same $id.
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats.default(ajv);
  try {
    const validate = ajv.compile({ ...schema });
    return (value) => validate(value) === true;
  } catch {
    return () => false;
  }
}
