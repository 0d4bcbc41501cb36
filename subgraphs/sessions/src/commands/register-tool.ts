import { randomBytes } from 'node:crypto';
import type { Tx } from '@switchyard/database/database';
import { once } from '@switchyard/database/idempotency';
import { badInput } from '@switchyard/kernel/errors';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { encrypt } from '@switchyard/kernel/secrets';
import { schemaFault } from '@switchyard/tools/schema-check';
import type { Services } from '../context.ts';
import { boundedText, webUrl } from '../domain/text-bounds.ts';
import { BUILT_IN_PREFIX } from '../store/built-in-tools.ts';
import { ToolEntity, type ToolRow } from '../store/entities/tool.ts';

const NAME = /^[a-z][a-z0-9_.-]{0,63}$/;
const MAX_SCHEMA_CHARACTERS = 64_000;
/** What the SDL says where a client gives nothing; an explicit null means the same. */
export const DEFAULTS = { idempotent: false, timeoutMs: 10_000, maxAttempts: 4 };

export type RegisterToolInput = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: unknown;
  readonly endpoint: string;
  readonly sideEffect: boolean;
  readonly idempotent?: boolean | null | undefined;
  readonly compensation?: string | null | undefined;
  readonly requiresApproval?: boolean | null | undefined;
  readonly approvalWhen?: unknown;
  readonly resultSchema?: unknown;
  readonly timeoutMs?: number | null | undefined;
  readonly maxAttempts?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

/**
 * Makes a tool known, or replaces the one of the same name; it signs with a new secret from then on.
 * @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT
 */
export async function registerTool(
  services: Services,
  tenantId: TenantId,
  input: RegisterToolInput,
): Promise<{ readonly tool: ToolRow; readonly signingSecret: string }> {
  const registration = checked(input);
  return await services.database.tenant(tenantId, async (tx) => {
    const options = {
      tenantId,
      operation: 'registerTool',
      key: input.idempotencyKey,
      input,
      encryptionKey: services.secretsKey,
    };
    const { signingSecret } = await once(tx, options, async () => {
      await requireCompensation(tx, registration.compensation);
      // Standard Webhooks: 24 to 64 random bytes.
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      await tx.em.upsert(
        ToolEntity,
        {
          ...registration,
          id: newId(),
          tenantId,
          kind: 'HTTP',
          mcpServer: null,
          mcpTool: null,
          signingSecret: encrypt(services.secretsKey, secret),
          bearerToken: null,
          updatedAt: services.clock.now(),
        },
        { onConflictFields: ['tenantId', 'name'], onConflictExcludeFields: ['id'] },
      );
      return { signingSecret: secret };
    });
    return { tool: await tx.em.findOneOrFail(ToolEntity, { name: input.name }, { refresh: true }), signingSecret };
  });
}

/** @throws PlatformError BAD_USER_INPUT for a name that only the platform's own tools may have. */
export function refuseReserved(name: string): void {
  if (name.startsWith(BUILT_IN_PREFIX))
    throw badInput(
      `\`name\` must not make a name that begins with "${BUILT_IN_PREFIX}": the platform's own tools have those.`,
      'name',
    );
}

function checked(input: RegisterToolInput) {
  refuseReserved(input.name);
  if (!NAME.test(input.name)) {
    throw badInput('`name` must be a lower-case letter and up to 63 of a-z, 0-9, "_", ".", "-".', 'name');
  }
  if (input.approvalWhen != null && input.requiresApproval !== true) {
    throw badInput('`approvalWhen` needs `requiresApproval`.', 'approvalWhen');
  }
  if (input.compensation === input.name) throw badInput('A tool cannot undo itself.', 'compensation');
  return {
    name: input.name,
    description: boundedText(input.description, 'description', { min: 1, max: 4000 }),
    inputSchema: argumentsSchema(input.inputSchema),
    requiresApproval: input.requiresApproval ?? false,
    approvalWhen: optionalSchema(input.approvalWhen, 'approvalWhen'),
    resultSchema: optionalSchema(input.resultSchema, 'resultSchema'),
    endpoint: webUrl(input.endpoint, 'endpoint'),
    sideEffect: input.sideEffect,
    idempotent: input.idempotent ?? DEFAULTS.idempotent,
    compensation: input.compensation ?? null,
    timeoutMs: within(input.timeoutMs ?? DEFAULTS.timeoutMs, 'timeoutMs', 100, 120_000),
    maxAttempts: within(input.maxAttempts ?? DEFAULTS.maxAttempts, 'maxAttempts', 1, 10),
  };
}

/** Arguments are an object, for every model; so its schema says `type: object`. */
export function argumentsSchema(schema: unknown, argument = 'inputSchema'): Readonly<Record<string, unknown>> {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema) || !('type' in schema) || schema.type !== 'object') {
    throw badInput(`\`${argument}\` must be a JSON Schema of the type "object".`, argument);
  }
  return checkedSchema(schema, argument);
}

function optionalSchema(schema: unknown, argument: string): Readonly<Record<string, unknown>> | null {
  return schema == null ? null : checkedSchema(schema, argument);
}

function checkedSchema(schema: unknown, argument: string): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(schema);
  if (text.length > MAX_SCHEMA_CHARACTERS) throw badInput(`\`${argument}\` must have at most 64,000 characters.`, argument);
  // PostgreSQL's jsonb keeps no U+0000.
  if (text.includes('\\u0000')) throw badInput(`\`${argument}\` must not hold the character U+0000.`, argument);
  const fault = schemaFault(schema);
  if (fault !== null) throw badInput(`\`${argument}\` is no JSON Schema (2020-12): ${fault}`, argument);
  return schema as Readonly<Record<string, unknown>>;
}

function within(value: number, argument: string, min: number, max: number): number {
  if (value < min || value > max) throw badInput(`\`${argument}\` must be from ${min} to ${max}.`, argument);
  return value;
}

async function requireCompensation(tx: Tx, name: string | null): Promise<void> {
  if (name === null || (await tx.em.count(ToolEntity, { name })) > 0) return;
  throw badInput(`There is no tool "${name.slice(0, 64)}" to undo this one: register it first.`, 'compensation');
}
