import OpenAI from 'openai';
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { ModelError, type ModelEvent, type ModelMessage, type ModelProvider, type ModelRequest } from './model.ts';
import { promptOf } from './prompt.ts';
import { DEFAULT_IDLE_TIMEOUT_MS, keepAliveFetch, type ProviderTimeouts } from './provider-agent.ts';
import type { ProviderFailure } from './provider-failure.ts';
import { readProviderStream } from './provider-stream.ts';
import { StreamedCall } from './streamed-call.ts';
import { isStrictSchema } from './strict-schema.ts';
import { parseArguments, toolCallId } from './tool-arguments.ts';
import { type ToolNames, toolNamesOf } from './tool-names.ts';

export type OpenAiOptions = ProviderTimeouts & {
  /** Ends in /v1. Default OpenAI's own; vLLM, Ollama, LiteLLM and Azure (`…/openai/v1`) speak the same. */
  readonly baseUrl?: string | null;
  /** Null for a server that asks for none. */
  readonly apiKey: string | null;
};

const OPENAI_URL = 'https://api.openai.com/v1';
const MAX_TOOL_NAME_LENGTH = 64;
/** Within this the SDK must not give up by itself: the idle timeout is what ends a silent call. */
const SDK_TIMEOUT_MS = 24 * 3_600_000;

/** Chat Completions with streaming, by the official SDK with its own retries off: when to try again is the caller's decision. */
export function createOpenAiProvider(options: OpenAiOptions): ModelProvider {
  const baseURL = options.baseUrl ?? OPENAI_URL;
  const client = new OpenAI({
    baseURL,
    apiKey: options.apiKey ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    fetch: keepAliveFetch(options),
    // Its log would hold parts of messages.
    logLevel: 'off',
  });
  const idleTimeoutMs = options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS;

  return {
    async *stream(request, signal) {
      const names = toolNamesOf(request, MAX_TOOL_NAME_LENGTH);
      const call = new StreamedCall(request);
      const answer = new Answer(request, names, call);
      const open = async (socket: AbortSignal): Promise<AsyncIterable<ChatCompletionChunk>> => {
        call.sent();
        const chunks = await client.chat.completions.create(bodyOf(request, names, baseURL), { signal: socket });
        call.opened();
        return chunks;
      };
      try {
        for await (const chunk of readProviderStream({ open, signal, idleTimeoutMs })) {
          const text = answer.read(chunk);
          if (text !== '') yield { kind: 'text', text };
        }
        yield* answer.finish();
      } catch (error) {
        throw call.failure(error, failureOf(error));
      }
    },
  };
}

/** What is read of a chunk. Compatible servers leave fields out that OpenAI's own type promises. */
type WireChunk = {
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null;
      readonly refusal?: string | null;
      readonly tool_calls?: readonly WireToolCall[] | null;
    } | null;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
};
type WireToolCall = {
  readonly index?: number;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null } | null;
};

type PendingToolCall = { id: string | null; name: string; arguments: string };

/** Assembles the answer from its chunks. */
class Answer {
  readonly #request: ModelRequest;
  readonly #names: ToolNames;
  readonly #call: StreamedCall;
  readonly #toolCalls: PendingToolCall[] = [];
  readonly #openCalls = new Map<number, PendingToolCall>();
  #refusal = '';
  #finishReason: string | null = null;

  constructor(request: ModelRequest, names: ToolNames, call: StreamedCall) {
    this.#request = request;
    this.#names = names;
    this.#call = call;
  }

  /** The text that the chunk adds. */
  read(chunk: WireChunk): string {
    if (chunk.usage) {
      this.#call.reported({
        inputTokens: chunk.usage.prompt_tokens,
        outputTokens: chunk.usage.completion_tokens,
        // vLLM can report with every chunk; only after the finish reason is it all.
        final: this.#finishReason !== null || Boolean(chunk.choices?.[0]?.finish_reason),
      });
    }
    const choice = chunk.choices?.[0];
    if (choice === undefined) return '';
    const { delta } = choice;
    const text = delta?.content ?? '';
    this.#refusal += delta?.refusal ?? '';
    this.#call.received(text + (delta?.refusal ?? ''));
    for (const fragment of delta?.tool_calls ?? []) this.#readToolCall(fragment);
    this.#finishReason = choice.finish_reason ?? this.#finishReason;
    return text;
  }

  #readToolCall(fragment: WireToolCall): void {
    const index = fragment.index ?? 0;
    let pending = this.#openCalls.get(index);
    // Some servers give every call the index 0, each whole and with its own id.
    if (pending === undefined || (fragment.id && pending.id !== null && fragment.id !== pending.id)) {
      pending = { id: null, name: '', arguments: '' };
      this.#openCalls.set(index, pending);
      this.#toolCalls.push(pending);
    }
    pending.id ??= fragment.id || null;
    pending.name += fragment.function?.name ?? '';
    pending.arguments += fragment.function?.arguments ?? '';
    this.#call.received((fragment.function?.name ?? '') + (fragment.function?.arguments ?? ''));
  }

  *finish(): Iterable<ModelEvent> {
    if (this.#finishReason === null) throw new ModelError('network', 'the stream ended without a finish reason');
    if (this.#finishReason === 'content_filter') throw new ModelError('refused', 'the provider filtered the answer');
    if (this.#refusal !== '') throw new ModelError('refused', `the model refused: ${this.#refusal.slice(0, 500)}`);
    const cut = this.#finishReason === 'length';
    // A call whose arguments were cut off is no call.
    const toolCalls = cut ? [] : this.#toolCalls;
    for (const [index, { id, name, arguments: text }] of toolCalls.entries()) {
      const callId = id ?? toolCallId(this.#request.seed, index);
      yield { kind: 'tool-call', call: { id: callId, name: this.#names.fromWire(name), arguments: parseArguments(text) } };
    }
    // Several servers say "stop" although they call tools.
    const reason = cut ? 'length' : toolCalls.length > 0 ? 'tool-calls' : 'stop';
    yield { kind: 'finished', reason, usage: this.#call.usage(), citations: [] };
  }
}

function bodyOf(request: ModelRequest, names: ToolNames, baseUrl: string): ChatCompletionCreateParamsStreaming {
  const { system, turns } = promptOf(request);
  const messages = turns.map((message) => wireMessage(message, names));
  return {
    model: request.model,
    messages: system === '' ? messages : [{ role: 'system', content: system }, ...messages],
    stream: true,
    stream_options: { include_usage: true },
    ...outputLimit(request.maxOutputTokens, baseUrl),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map((tool) => wireTool(tool, names)) }),
    ...(request.responseSchema === null ? {} : { response_format: responseFormat(request.responseSchema) }),
  };
}

/** OpenAI's newer models refuse the old field, and compatible servers may not know the new one. */
function outputLimit(tokens: number, baseUrl: string): { max_tokens: number } | { max_completion_tokens: number } {
  const { hostname } = new URL(baseUrl);
  const isOpenAi = hostname === 'api.openai.com' || hostname.endsWith('.azure.com');
  return isOpenAi ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}

function wireTool(tool: ModelRequest['tools'][number], names: ToolNames) {
  return {
    type: 'function' as const,
    function: { name: names.toWire(tool.name), description: tool.description, parameters: { ...tool.inputSchema } },
  };
}

function responseFormat(schema: Readonly<Record<string, unknown>>) {
  const format = { name: 'answer', schema: { ...schema }, strict: isStrictSchema(schema) };
  return { type: 'json_schema' as const, json_schema: format };
}

function wireMessage(message: ModelMessage, names: ToolNames): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
    case 'assistant':
      if (message.toolCalls.length === 0) return { role: 'assistant', content: message.content };
      return {
        role: 'assistant',
        content: message.content === '' ? null : message.content,
        tool_calls: message.toolCalls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: names.toWire(call.name), arguments: JSON.stringify(call.arguments ?? {}) },
        })),
      };
  }
}

function failureOf(error: unknown): ProviderFailure | null {
  if (!(error instanceof OpenAI.APIError) || error instanceof OpenAI.APIConnectionError) return null;
  if (error instanceof OpenAI.APIUserAbortError) return null;
  const codes = [error.code, error.type, innerCode(error.error)].filter((code) => typeof code === 'string');
  return { status: error.status ?? null, codes, message: error.message, headers: error.headers ?? null };
}

/** Azure names a filtered prompt in `innererror.code`. */
function innerCode(body: unknown): string | null {
  const inner = (body as { innererror?: { code?: unknown } } | undefined)?.innererror?.code;
  return inner === 'ResponsibleAIPolicyViolation' ? 'content_filter' : null;
}
