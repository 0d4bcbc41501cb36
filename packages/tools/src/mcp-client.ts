import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { bounded, describe, rootOf } from './attempt.ts';
import type { Egress } from './egress.ts';
import { type ListedTool, type McpCatalog, McpUnavailable } from './mcp-catalog.ts';
import { withMcp } from './mcp-connection.ts';

const TIMEOUT_MS = 15_000;
/** More than any model is told of; a list without end is cut off. */
const MAX_TOOLS = 200;

export function createMcpCatalog({ egress }: { readonly egress: Egress }): McpCatalog {
  return {
    list: async (server) => {
      const refusal = egress.refusalOf(server.endpoint);
      if (refusal !== null) throw new McpUnavailable(refusal);
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      try {
        return await withMcp(server, { egress, timeoutMs: TIMEOUT_MS, signal }, async ({ client, ask }) => {
          const tools: ListedTool[] = [];
          for (let cursor: string | undefined; ; ) {
            const at = cursor === undefined ? {} : { cursor };
            const page = await ask(() => client.listTools(at, { signal, timeout: TIMEOUT_MS }));
            tools.push(...page.tools.flatMap(listedTool));
            if (tools.length > MAX_TOOLS) throw new McpUnavailable(`The MCP server has more than ${MAX_TOOLS} tools.`);
            if (page.nextCursor === undefined) return tools;
            cursor = page.nextCursor;
          }
        });
      } catch (error) {
        if (error instanceof McpUnavailable) throw error;
        const why = signal.aborted ? `it did not answer within ${TIMEOUT_MS / 1000} s` : describe(rootOf(error));
        throw new McpUnavailable(bounded(`The MCP server could not be asked for its tools: ${why}.`), { cause: error });
      }
    },
  };
}

/**
 * Its annotations are what the server's owner says of it, and the owner is the tenant: they count. Without any, a tool has
 * side effects and may act twice, which are the protocol's own defaults. One that runs as a task alone cannot be called.
 */
function listedTool({ name, title, description, inputSchema, outputSchema, annotations, execution }: Tool): ListedTool[] {
  if (execution?.taskSupport === 'required') return [];
  const readOnly = annotations?.readOnlyHint === true;
  return [
    {
      name,
      description: description ?? title ?? annotations?.title ?? name,
      inputSchema,
      outputSchema: outputSchema ?? null,
      sideEffect: !readOnly,
      // What only reads may be read again.
      idempotent: readOnly || annotations?.idempotentHint === true,
    },
  ];
}
