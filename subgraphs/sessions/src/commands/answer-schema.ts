import { badInput } from '@switchyard/kernel/errors';
import { schemaFault } from '@switchyard/tools/schema-check';

/** Characters that a response schema may have as JSON: it is sent to the model with each call. */
const MAX_SCHEMA_LENGTH = 32_000;

/**
 * The schema that an answer must fit; null when none is asked for.
 * @throws PlatformError BAD_USER_INPUT when it is no JSON Schema (2020-12) on its own: references lead nowhere else.
 */
export function answerSchemaOf(value: unknown): Record<string, unknown> | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw badInput('`responseSchema` must be a JSON Schema: a JSON object.', 'responseSchema');
  }
  if (JSON.stringify(value).length > MAX_SCHEMA_LENGTH) {
    throw badInput(`\`responseSchema\` must have at most ${MAX_SCHEMA_LENGTH} characters as JSON.`, 'responseSchema');
  }
  const fault = schemaFault(value);
  if (fault !== null) {
    throw badInput(`\`responseSchema\` is no valid JSON Schema (2020-12): ${fault.slice(0, 300)}`, 'responseSchema');
  }
  return { ...value };
}
