import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** Compiled schemas that are kept; the one used longest ago goes first. */
const MAX_COMPILED = 500;
const MAX_FAULTS = 5;

const compiled = new Map<string, ValidateFunction | Error>();

/**
 * Whether a value fits a JSON Schema (2020-12, formats checked): null when it does, else what does not, in one line that a
 * model or a person can act on. A schema that cannot be compiled fits nothing, and the line says why.
 */
export function fits(schema: unknown, value: unknown): string | null {
  const validate = validatorOf(schema);
  if (validate instanceof Error) return `The schema cannot be used: ${validate.message}`;
  if (validate(value) === true) return null;
  return describe(validate.errors ?? []);
}

/** Why something cannot be used as a JSON Schema; null when it can. */
export function schemaFault(schema: unknown): string | null {
  const validate = validatorOf(schema);
  return validate instanceof Error ? validate.message : null;
}

function validatorOf(schema: unknown): ValidateFunction | Error {
  const key = JSON.stringify(schema ?? null);
  const validate = compiled.get(key) ?? compile(schema);
  compiled.delete(key);
  compiled.set(key, validate);
  if (compiled.size > MAX_COMPILED) compiled.delete(compiled.keys().next().value ?? '');
  return validate;
}

/** Each schema gets an Ajv of its own: tenants' `$id`s cannot meet, and a schema that is forgotten is forgotten whole. */
function compile(schema: unknown): ValidateFunction | Error {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return new Error('a JSON Schema is an object');
  try {
    const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true, addUsedSchema: false });
    addFormats.default(ajv);
    return ajv.compile(schema);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function describe(errors: readonly ErrorObject[]): string {
  return errors.slice(0, MAX_FAULTS).map(describeOne).join('; ');
}

function describeOne(error: ErrorObject): string {
  const at = error.instancePath === '' ? 'it' : error.instancePath.slice(1).replaceAll('/', '.');
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties':
      return `${at} must not have the property "${String(params.additionalProperty)}"`;
    case 'enum':
      return `${at} must be one of ${JSON.stringify(params.allowedValues)}`;
    case 'const':
      return `${at} must be ${JSON.stringify(params.allowedValue)}`;
    default:
      return `${at} ${error.message ?? 'does not fit'}`;
  }
}
