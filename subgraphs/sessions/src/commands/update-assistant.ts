import type { Tx } from '@switchyard/database/database';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Services } from '../context.ts';
import { boundedText } from '../domain/text-bounds.ts';
import type { UseCase } from '../domain/use-case.ts';
import { isBuiltIn } from '../store/built-in-tools.ts';
import { AssistantEntity, type AssistantRow } from '../store/entities/assistant.ts';
import { ToolEntity } from '../store/entities/tool.ts';

const MAX_TOOLS = 64;

export type UpdateAssistantInput = {
  readonly useCase: UseCase;
  readonly instructions?: string | null | undefined;
  readonly tools?: readonly string[] | null | undefined;
  readonly expectedVersion: number;
};

/** @throws PlatformError BAD_USER_INPUT; CONFLICT when the assistant is not at `expectedVersion` any more. */
export async function updateAssistant(
  services: Services,
  tenantId: TenantId,
  input: UpdateAssistantInput,
): Promise<AssistantRow> {
  const { useCase, expectedVersion } = input;
  if (input.instructions == null && input.tools == null) throw badInput('Give `instructions`, `tools` or both.', 'input');
  if (input.instructions != null) boundedText(input.instructions, 'instructions', { min: 1, max: 20_000 });
  const tools = input.tools == null ? null : [...new Set(input.tools)];
  if (tools !== null && tools.length > MAX_TOOLS) throw badInput(`An assistant may call at most ${MAX_TOOLS} tools.`, 'tools');
  return await services.database.tenant(tenantId, async (tx) => {
    if (tools !== null) await requireTools(tx, tools);
    const changed = await tx.query(
      `update sessions.assistant
          set instructions = coalesce($3, instructions), tools = coalesce($4, tools), version = version + 1, updated_at = $5
        where use_case = $1 and version = $2 returning id`,
      [useCase, expectedVersion, input.instructions ?? null, tools, services.clock.now()],
    );
    const assistant = await tx.em.findOneOrFail(AssistantEntity, { useCase });
    if (changed.length > 0) return assistant;
    throw new PlatformError('CONFLICT', {
      publicMessage: `The assistant for ${useCase} is at version ${assistant.version} by now: read it again, then change it.`,
      details: { currentVersion: assistant.version },
    });
  });
}

async function requireTools(tx: Tx, names: readonly string[]): Promise<void> {
  const known = new Set((await tx.em.find(ToolEntity, { name: { $in: [...names] } })).map((tool) => tool.name));
  const unknown = names.filter((name) => !known.has(name) && !isBuiltIn(name));
  if (unknown.length === 0) return;
  throw badInput(`There is no tool ${unknown.map((name) => `"${name.slice(0, 64)}"`).join(', ')}: register it first.`, 'tools');
}
