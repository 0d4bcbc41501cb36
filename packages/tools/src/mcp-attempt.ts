import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type CallToolResult, CallToolResultSchema, ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { type Attempt, bounded, describe, retryAfterOf, rootOf, storable } from './attempt.ts';
import { type Egress, EgressError } from './egress.ts';
import type { McpServer } from './mcp-catalog.ts';
import { withMcp } from './mcp-connection.ts';

export type McpRequest = McpServer & {
  /** Its name on the server. */
  readonly tool: string;
  readonly arguments: unknown;
  /** Sent as the header Idempotency-Key and as `_meta["switchyard/idempotency-key"]`, so that the tool can act once. */
  readonly idempotencyKey: string;
  readonly egress: Egress;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called when the call itself goes out: from here on the tool may act. */
  onSent(): void;
};

const IDEMPOTENCY_KEY = 'switchyard/idempotency-key';

/** What the server says of a call that it has understood to be none: it did nothing. */
const REFUSALS: readonly number[] = [
  ErrorCode.ParseError,
  ErrorCode.InvalidRequest,
  ErrorCode.MethodNotFound,
  ErrorCode.InvalidParams,
];

/** Calls a tool of an MCP server once, in a session of its own. Never throws. */
export async function attemptMcp(request: McpRequest): Promise<Attempt> {
  let sent = false;
  let retryAfterMs: number | null = null;
  try {
    return await withMcp(
      request,
      {
        ...request,
        headers: { 'idempotency-key': request.idempotencyKey },
        onSent: (method) => {
          if (method !== 'tools/call') return;
          sent = true;
          request.onSent();
        },
        onRetryAfter: (header) => {
          retryAfterMs = retryAfterOf(header);
        },
      },
      async ({ client, ask }) => {
        const call = {
          name: request.tool,
          arguments: request.arguments as Record<string, unknown>,
          _meta: { [IDEMPOTENCY_KEY]: request.idempotencyKey },
        };
        // Our own time-out, by the signal, ends it first.
        const options = { signal: request.signal, timeout: request.timeoutMs + 1_000 };
        const result = await ask(() => client.callTool(call, CallToolResultSchema, options));
        return attemptOf(result as CallToolResult);
      },
    );
  } catch (error) {
    return failureOf(error, { ...request, sent, retryAfterMs });
  }
}

function attemptOf(result: CallToolResult): Attempt {
  const value = resultOf(result);
  if (result.isError === true)
    return { kind: 'refused', error: bounded(typeof value === 'string' ? value : JSON.stringify(value)) };
  try {
    return { kind: 'done', result: JSON.parse(JSON.stringify(value), storable), error: null };
  } catch {
    return { kind: 'done', result: null, error: 'The answer holds text that cannot be kept.' };
  }
}

/** The structured result; else its only text, as JSON where it is; else all that it holds. */
function resultOf({ structuredContent, content }: CallToolResult): unknown {
  if (structuredContent !== undefined) return structuredContent;
  const [only] = content;
  if (content.length !== 1 || only?.type !== 'text') return content.length === 0 ? null : content;
  try {
    return JSON.parse(only.text);
  } catch {
    return only.text;
  }
}

type Failed = Pick<McpRequest, 'signal' | 'timeoutMs'> & { readonly sent: boolean; readonly retryAfterMs: number | null };

function failureOf(error: unknown, { sent, retryAfterMs, signal, timeoutMs }: Failed): Attempt {
  const cause = rootOf(error);
  // Before the call itself went out, the tool surely did nothing.
  const lost = (why: string, reached = false): Attempt =>
    sent
      ? { kind: 'no-answer', error: `The call was sent, but ${why}.`, retryAfterMs }
      : { kind: 'not-taken', error: `The MCP server could not be spoken to: ${why}.`, retryAfterMs, reached };
  if (cause instanceof EgressError) return { kind: 'refused', error: cause.message };
  if (signal.aborted) return lost(`no answer within ${timeoutMs} ms`);
  const status = cause instanceof StreamableHTTPError ? (cause.code ?? 0) : 0;
  const said = bounded(describe(cause));
  if (status === 429) return { kind: 'not-taken', error: said, retryAfterMs, reached: true };
  if (status >= 300 && status < 500 && status !== 408) return { kind: 'refused', error: said };
  if (cause instanceof McpError && REFUSALS.includes(cause.code)) return { kind: 'refused', error: said };
  return lost(said, cause instanceof McpError);
}
