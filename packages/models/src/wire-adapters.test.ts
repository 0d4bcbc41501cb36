import { createServer } from 'node:net';
import { type ModelServer, type ModelServerFault, startModelServer } from '@switchyard/testing/model-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAnthropicProvider } from './anthropic.ts';
import { ModelError, type ModelErrorKind, type ModelEvent, type ModelProvider, type ModelRequest } from './model.ts';
import { createOpenAiProvider } from './openai.ts';

const TOOLS = [
  {
    name: 'orders.status',
    description: 'Tells where an order is.',
    inputSchema: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
    sideEffect: false,
  },
];

function requestOf(content: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'test-model',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content },
    ],
    tools: [],
    passages: [],
    useCase: 'GENERAL',
    responseSchema: null,
    maxOutputTokens: 200,
    seed: 'seed',
    ...more,
  };
}

async function collect(provider: ModelProvider, request: ModelRequest, signal = new AbortController().signal) {
  const events: ModelEvent[] = [];
  for await (const event of provider.stream(request, signal)) events.push(event);
  const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  const calls = events.flatMap((event) => (event.kind === 'tool-call' ? [event.call] : []));
  const finished = events.at(-1);
  if (finished?.kind !== 'finished') throw new Error('the stream did not finish');
  return { text, calls, finished, events };
}

async function failureOf(provider: ModelProvider, request: ModelRequest, signal = new AbortController().signal) {
  let text = '';
  try {
    for await (const event of provider.stream(request, signal)) if (event.kind === 'text') text += event.text;
  } catch (error) {
    if (error instanceof ModelError) return { error, text };
    throw error;
  }
  throw new Error('the call succeeded');
}

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const ADAPTERS = [
  { name: 'openai', create: (baseUrl: string) => createOpenAiProvider({ baseUrl, apiKey: 'key', idleTimeoutMs: 300 }) },
  { name: 'anthropic', create: (baseUrl: string) => createAnthropicProvider({ baseUrl, apiKey: 'key', idleTimeoutMs: 300 }) },
];

describe.each(ADAPTERS)('$name', ({ name, create }) => {
  let provider: ModelProvider;
  beforeEach(() => {
    provider = create(server.baseUrl);
  });
  const served = () => {
    const entry = server.ledger.at(-1);
    if (entry === undefined) throw new Error('nothing was served');
    return entry;
  };

  it('streams the text in the pieces that came, and the usage that the provider counted', async () => {
    server.script(() => ({ chunks: ['Hello ', 'there, ', 'friend.'] }));
    const { text, finished, events } = await collect(provider, requestOf('Hi'));
    expect(text).toBe('Hello there, friend.');
    expect(events.filter(({ kind }) => kind === 'text')).toHaveLength(3);
    const { inputTokens, outputTokens } = served();
    expect(finished).toEqual({
      kind: 'finished',
      reason: 'stop',
      usage: { inputTokens, outputTokens, estimated: false },
      citations: [],
    });
    expect(served().outcome).toBe('answered');
  });

  it('sends system prompt, passages, history and tools', async () => {
    server.script(() => ({ chunks: ['ok'] }));
    const call = { id: 'call_1', name: 'orders.status', arguments: { order_id: 'A-1' } };
    await collect(
      provider,
      requestOf('', {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Where is A-1?' },
          { role: 'assistant', content: '', toolCalls: [call] },
          { role: 'tool', toolCallId: 'call_1', tool: 'orders.status', content: '{"status":"shipped"}' },
          { role: 'assistant', content: 'On its way.', toolCalls: [] },
          { role: 'user', content: 'Thanks. And returns?' },
        ],
        tools: TOOLS,
        passages: [{ documentId: 'd', title: 'Returns', text: 'Thirty days.', url: null, score: 0.9 }],
      }),
    );
    const { messages, tools } = served().request;
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'user']);
    expect(messages[0]?.content).toMatch(/^Be brief\..*Thirty days\./s);
    expect(messages[2]?.toolCalls).toEqual([{ id: 'call_1', name: 'orders_status', arguments: '{"order_id":"A-1"}' }]);
    expect(messages[3]?.content).toBe('{"status":"shipped"}');
    expect(tools).toEqual(['orders_status']);
  });

  it('assembles tool calls from their fragments, keeps their ids, and gives their own names back', async () => {
    server.script(() => ({
      chunks: ['Let me look.'],
      toolCalls: [
        { id: 'call_a', name: 'orders_status', arguments: { order_id: 'A-1042' } },
        { id: 'call_b', name: 'orders_status', arguments: { order_id: 'ä "quoted" \\ text' } },
      ],
    }));
    const { text, calls, finished } = await collect(provider, requestOf('Where?', { tools: TOOLS }));
    expect(text).toBe('Let me look.');
    expect(calls).toEqual([
      { id: 'call_a', name: 'orders.status', arguments: { order_id: 'A-1042' } },
      { id: 'call_b', name: 'orders.status', arguments: { order_id: 'ä "quoted" \\ text' } },
    ]);
    expect(finished.reason).toBe('tool-calls');
  });

  it('hands arguments that are no JSON on as text, and none at all as {}', async () => {
    server.script(() => ({
      toolCalls: [
        { name: 'orders_status', arguments: '{"order_id": ' },
        { name: 'orders_status', arguments: '' },
      ],
    }));
    const { calls } = await collect(provider, requestOf('Where?', { tools: TOOLS }));
    expect(calls.map((call) => call.arguments)).toEqual(['{"order_id": ', {}]);
  });

  it('says "length" for an answer that was cut, and drops its half tool calls', async () => {
    server.script(() => ({ chunks: ['half '], toolCalls: [{ name: 'orders_status', arguments: '{"or' }], finish: 'length' }));
    const { calls, finished } = await collect(provider, requestOf('Where?', { tools: TOOLS }));
    expect(finished.reason).toBe('length');
    expect(calls).toEqual([]);
  });

  it('asks for JSON that fits the schema', async () => {
    const responseSchema = {
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    };
    server.script(() => ({ chunks: ['{"answer":', '"yes"}'] }));
    const { text } = await collect(provider, requestOf('Well?', { responseSchema }));
    expect(JSON.parse(text)).toEqual({ answer: 'yes' });
    expect(served().request.responseSchema).toEqual(responseSchema);
  });

  it('asks for the rest when the history ends with half an answer', async () => {
    server.script(() => ({ chunks: ['ok'] }));
    const half = { role: 'assistant', content: 'The first half', toolCalls: [] } as const;
    await collect(provider, requestOf('', { messages: [{ role: 'user', content: 'Tell me.' }, half] }));
    expect(served().request.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  it('estimates the usage that a complete answer did not report', async () => {
    server.script(() => ({ chunks: ['Hello there.'], usage: null }));
    const { finished } = await collect(provider, requestOf('Hi'));
    expect(finished.usage.estimated).toBe(true);
    expect(finished.usage.inputTokens).toBeGreaterThan(5);
    expect(finished.usage.outputTokens).toBeGreaterThan(1);
  });

  const refusals: [number, string, string, ModelErrorKind][] = [
    [429, 'rate_limit_error', 'slow down', 'rate-limited'],
    [500, 'api_error', 'oops', 'overloaded'],
    [503, 'server_error', 'no capacity', 'overloaded'],
    [529, 'overloaded_error', 'Overloaded', 'overloaded'],
    [400, 'context_length_exceeded', "This model's maximum context length is 8192 tokens.", 'too-long'],
    [400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum', 'too-long'],
    [413, 'request_too_large', 'Request exceeds the maximum size', 'too-long'],
    [400, 'content_filter', 'The response was filtered', 'refused'],
    [400, 'invalid_request_error', 'tools.0: bad schema', 'invalid'],
    [401, 'authentication_error', 'bad key', 'invalid'],
    [404, 'not_found_error', 'no such model', 'invalid'],
  ];
  it.each(refusals)('types status %i %s (%s) as %s, counted as nothing, tried once', async (status, type, message, kind) => {
    server.script(() => ({ fault: { kind: 'status', status, type, message } }));
    const before = server.ledger.length;
    const { error } = await failureOf(provider, requestOf('Hi'));
    expect(error).toMatchObject({ kind, usage: null });
    expect(server.ledger.length - before).toBe(1);
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
    [{}, null],
  ])('reads when to come back from %j', async (headers, expected) => {
    server.script(() => ({ fault: { kind: 'status', status: 429, headers: headers as Record<string, string> } }));
    const { error } = await failureOf(provider, requestOf('Hi'));
    expect(error.retryAfterMs).toBe(expected);
  });

  const midStream: [ModelServerFault, ModelErrorKind][] = [
    [{ kind: 'cut', afterChunks: 2 }, 'network'],
    [{ kind: 'end', afterChunks: 2 }, 'network'],
    [{ kind: 'malformed', afterChunks: 2 }, 'network'],
    [{ kind: 'hang', afterChunks: 2 }, 'network'],
    [{ kind: 'error', afterChunks: 2, type: 'overloaded_error' }, 'overloaded'],
    [{ kind: 'error', afterChunks: 2, type: 'rate_limit_error' }, 'rate-limited'],
    [{ kind: 'error', afterChunks: 2, type: 'invalid_request_error' }, 'invalid'],
  ];
  it.each(midStream)('types %j in mid-stream as %s, with what was received counted', async (fault, kind) => {
    server.script(() => ({ chunks: ['One two three. ', 'Four five six. ', 'never'], fault }));
    const { error, text } = await failureOf(provider, requestOf('Hi'));
    expect(text).toBe('One two three. Four five six. ');
    expect(error.kind).toBe(kind);
    expect(error.usage).toMatchObject({ estimated: true });
    expect(error.usage?.outputTokens).toBeGreaterThanOrEqual(8);
    // Anthropic reports the input first thing; otherwise it is our own count.
    if (name === 'anthropic') expect(error.usage?.inputTokens).toBe(served().inputTokens);
    else expect(error.usage?.inputTokens).toBeGreaterThan(5);
  });

  it('types a filtered answer as refused, with the usage that the provider counted', async () => {
    server.script(() => ({ chunks: ['I am '], finish: 'refused' }));
    const { error } = await failureOf(provider, requestOf('Hi'));
    const { inputTokens, outputTokens } = served();
    expect(error).toMatchObject({ kind: 'refused', usage: { inputTokens, outputTokens, estimated: false } });
  });

  it('types a connection that was refused as network, counted as nothing', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const { error } = await failureOf(create(`http://127.0.0.1:${port}/v1`), requestOf('Hi'));
    expect(error).toMatchObject({ kind: 'network', usage: null });
  });

  it('ends a call without a first chunk as network, with the input counted', async () => {
    server.script(() => new Promise(() => undefined));
    const { error } = await failureOf(provider, requestOf('Hi'));
    expect(error.kind).toBe('network');
    expect(error.usage).toMatchObject({ estimated: true, outputTokens: 0 });
  });

  it('closes the socket when it is cancelled, at once', async () => {
    server.script(() => ({ chunks: ['One '], fault: { kind: 'hang', afterChunks: 1 } }));
    const controller = new AbortController();
    const slow = name === 'openai' ? createOpenAiProvider : createAnthropicProvider;
    const patient = slow({ baseUrl: server.baseUrl, apiKey: 'key' });
    setTimeout(() => controller.abort(), 100);
    const started = performance.now();
    const { error, text } = await failureOf(patient, requestOf('Hi'), controller.signal);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(text).toBe('One ');
    expect(error).toMatchObject({ kind: 'cancelled', usage: { estimated: true } });
    await expect.poll(() => served().outcome).toBe('aborted');
  });

  it('sends nothing when it was cancelled before', async () => {
    const before = server.ledger.length;
    const { error } = await failureOf(provider, requestOf('Hi'), AbortSignal.abort());
    expect(error).toMatchObject({ kind: 'cancelled', usage: null });
    expect(server.ledger.length).toBe(before);
  });

  it('closes the socket when the reader stops reading', async () => {
    server.script(() => ({ chunks: ['One '], fault: { kind: 'hang', afterChunks: 1 } }));
    for await (const event of provider.stream(requestOf('Hi'), new AbortController().signal)) {
      expect(event.kind).toBe('text');
      break;
    }
    await expect.poll(() => served().outcome).toBe('aborted');
  });

  it('keeps connections alive: ten calls that follow each other need two at most', async () => {
    server.script(() => ({ chunks: ['ok'] }));
    const before = server.connections;
    for (let i = 0; i < 10; i++) await collect(provider, requestOf('Hi'));
    expect(server.connections - before).toBeLessThanOrEqual(2);
  });
});
