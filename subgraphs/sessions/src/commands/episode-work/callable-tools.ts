import { decrypt } from '@switchyard/kernel/secrets';
import type { ToolTarget } from '@switchyard/tools/tool';
import { BUILT_IN_TOOLS, type OfferedTool } from '../../store/built-in-tools.ts';
import type { ToolRow } from '../../store/entities/tool.ts';
import type { EpisodeRows } from '../../store/episode-state.ts';

/** A tool with where its calls go. */
export type CallableTool = OfferedTool & {
  /** Its secrets in the clear. */
  readonly target: ToolTarget;
};

/** The tenant's tools and those of the platform's own that its assistant may call, or has called. */
export function callableTools(
  tools: readonly ToolRow[],
  { allowedTools, toolCalls }: Pick<EpisodeRows, 'allowedTools' | 'toolCalls'>,
  secretsKey: Buffer,
): CallableTool[] {
  const isWanted = (name: string) => allowedTools.includes(name) || toolCalls.some((call) => call.tool === name);
  return [
    ...tools.map((tool) => ({ ...termsOf(tool), target: targetOf(tool, secretsKey) })),
    ...BUILT_IN_TOOLS.filter(({ name }) => isWanted(name)).map((tool) => ({ ...tool, target: { kind: 'BUILT_IN' as const } })),
  ];
}

function termsOf(tool: ToolRow): OfferedTool {
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
    sideEffect: tool.sideEffect,
    idempotent: tool.idempotent,
    compensation: tool.compensation ?? null,
    requiresApproval: tool.requiresApproval,
    approvalWhen: tool.approvalWhen ?? null,
    resultSchema: tool.resultSchema ?? null,
    timeoutMs: tool.timeoutMs,
    maxAttempts: tool.maxAttempts,
  };
}

function targetOf({ kind, name, endpoint, mcpTool, bearerToken, signingSecret }: ToolRow, secretsKey: Buffer): ToolTarget {
  const clear = (secret: Uint8Array) => decrypt(secretsKey, Buffer.from(secret));
  if (kind === 'MCP') return { kind, endpoint, tool: mcpTool ?? name, token: bearerToken == null ? null : clear(bearerToken) };
  if (signingSecret == null) throw new TypeError(`the tool ${name} has no secret to sign with`);
  return { kind, endpoint, signingSecret: clear(signingSecret) };
}
