import type { Tx } from '@switchyard/database/database';
import { once } from '@switchyard/database/idempotency';
import { badInput } from '@switchyard/kernel/errors';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { encrypt } from '@switchyard/kernel/secrets';
import { type ListedTool, type McpCatalog, McpUnavailable } from '@switchyard/tools/mcp-catalog';
import { schemaFault } from '@switchyard/tools/schema-check';
import type { Services } from '../context.ts';
import { boundedText, webUrl } from '../domain/text-bounds.ts';
import { ToolEntity, type ToolRow } from '../store/entities/tool.ts';
import { argumentsSchema, DEFAULTS, refuseReserved } from './register-tool.ts';

const SERVER_NAME = /^[a-z][a-z0-9_-]{0,31}$/;
/** What the protocol asks of the name of a tool; its letters may be large ones. */
const TOOL_NAME = /^[A-Za-z0-9_./-]{1,128}$/;
const MAX_DESCRIPTION = 4_000;
/** Visible ASCII: what an HTTP header can carry. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

export type RegisterMcpServerInput = {
  readonly name: string;
  readonly url: string;
  readonly token?: string | null | undefined;
  readonly requiresApproval?: boolean | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

/**
 * Asks an MCP server for its tools, and makes them known as `name.tool`, by name. Done again, it replaces what it made known
 * before: a tool that the server no longer has is gone.
 * @throws PlatformError BAD_USER_INPUT, also when the server cannot be asked or describes a tool that cannot be used;
 * IDEMPOTENCY_CONFLICT.
 */
export async function registerMcpServer(
  services: Services,
  tenantId: TenantId,
  input: RegisterMcpServerInput,
): Promise<ToolRow[]> {
  const server = checked(input);
  const bearerToken = server.token === null ? null : encrypt(services.secretsKey, server.token);
  const terms = {
    tenantId,
    kind: 'MCP',
    mcpServer: server.name,
    endpoint: server.url,
    bearerToken,
    signingSecret: null,
  } as const;
  // Before the transaction: a slow server must not hold one open.
  const listed = await list(services.mcp, server);
  return await services.database.tenant(tenantId, async (tx) => {
    const options = { tenantId, operation: 'registerMcpServer', key: input.idempotencyKey, input };
    await once(tx, { ...options, encryptionKey: services.secretsKey }, async () => {
      const updatedAt = services.clock.now();
      const rows = listed.map((tool) => ({ ...terms, ...toolTerms(server, tool), id: newId(), updatedAt }));
      await replace(tx, server.name, rows);
      return null;
    });
    return await tx.em.find(ToolEntity, { mcpServer: server.name }, { orderBy: { name: 'asc' }, refresh: true });
  });
}

type CheckedServer = {
  readonly name: string;
  readonly url: string;
  readonly token: string | null;
  readonly requiresApproval: boolean;
};

function checked(input: RegisterMcpServerInput): CheckedServer {
  if (!SERVER_NAME.test(input.name)) {
    throw badInput('`name` must be a lower-case letter and up to 31 of a-z, 0-9, "_", "-".', 'name');
  }
  refuseReserved(`${input.name}.`);
  const token = input.token ?? null;
  if (token !== null && !TOKEN.test(token)) {
    throw badInput('`token` must have 1 to 4,096 characters of visible ASCII.', 'token');
  }
  return { name: input.name, url: webUrl(input.url, 'url'), token, requiresApproval: input.requiresApproval ?? false };
}

async function list(mcp: McpCatalog, { url, token }: CheckedServer): Promise<readonly ListedTool[]> {
  try {
    return await mcp.list({ endpoint: url, token });
  } catch (error) {
    if (error instanceof McpUnavailable) throw badInput(error.message, 'url');
    throw error;
  }
}

function toolTerms(server: CheckedServer, tool: ListedTool) {
  const refuse = (why: string) => badInput(`The MCP server has a tool "${tool.name.slice(0, 64)}" ${why}`, 'url');
  if (!TOOL_NAME.test(tool.name)) throw refuse('whose name has other characters than letters, digits and "_-./", or too many.');
  const { outputSchema } = tool;
  const fault = outputSchema === null ? null : schemaFault(outputSchema);
  if (fault !== null) throw refuse(`whose output schema is no JSON Schema: ${fault}`);
  return {
    name: `${server.name}.${tool.name}`,
    mcpTool: tool.name,
    description: boundedText(tool.description.slice(0, MAX_DESCRIPTION), 'url', { min: 1, max: MAX_DESCRIPTION }),
    inputSchema: argumentsSchema(tool.inputSchema, 'url'),
    resultSchema: outputSchema,
    sideEffect: tool.sideEffect,
    idempotent: tool.idempotent,
    compensation: null,
    requiresApproval: server.requiresApproval,
    approvalWhen: null,
    timeoutMs: DEFAULTS.timeoutMs,
    maxAttempts: DEFAULTS.maxAttempts,
  };
}

async function replace(tx: Tx, mcpServer: string, rows: readonly (ReturnType<typeof toolTerms> & { readonly id: string })[]) {
  const names = rows.map(({ name }) => name);
  await tx.em.nativeDelete(ToolEntity, { mcpServer, name: { $nin: names } });
  if (rows.length === 0) return;
  await tx.em.upsertMany(ToolEntity, [...rows] as ToolRow[], {
    onConflictFields: ['tenantId', 'name'],
    onConflictExcludeFields: ['id'],
  });
}
