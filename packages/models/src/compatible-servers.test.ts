import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelEvent, ModelRequest } from './model.ts';
import { createOpenAiProvider } from './openai.ts';
import { isStrictSchema } from './strict-schema.ts';
import { toolNamesOf } from './tool-names.ts';

const TOOL = { name: 'find', description: 'Finds.', inputSchema: { type: 'object' }, sideEffect: false };
const REQUEST: ModelRequest = {
  model: 'm',
  messages: [{ role: 'user', content: 'Find A and B.' }],
  tools: [TOOL],
  passages: [],
  useCase: 'GENERAL',
  responseSchema: null,
  maxOutputTokens: 100,
  seed: 'seed',
};

describe('servers that are only nearly compatible', () => {
  let server: Server | null = null;
  afterEach(() => server?.closeAllConnections());

  /** A server that answers everything with these events. */
  async function answering(...events: readonly object[]): Promise<ModelEvent[]> {
    server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    });
    server.listen(0, '127.0.0.1').unref();
    await new Promise((resolve) => server?.once('listening', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const collected: ModelEvent[] = [];
    for await (const event of createOpenAiProvider({ baseUrl, apiKey: null }).stream(REQUEST, new AbortController().signal)) {
      collected.push(event);
    }
    return collected;
  }
  const whole = (id: string | undefined, args: string) => ({ index: 0, id, function: { name: 'find', arguments: args } });

  it('tells whole calls apart that all have the index 0, and sees that "stop" means tools', async () => {
    const events = await answering(
      { choices: [{ delta: { tool_calls: [whole('a', '{"q":"A"}')] } }] },
      { choices: [{ delta: { tool_calls: [whole('b', '{"q":"B"}')] }, finish_reason: 'stop' }] },
    );
    expect(events).toMatchObject([
      { kind: 'tool-call', call: { id: 'a', arguments: { q: 'A' } } },
      { kind: 'tool-call', call: { id: 'b', arguments: { q: 'B' } } },
      { kind: 'finished', reason: 'tool-calls', usage: { estimated: true } },
    ]);
  });

  it('gives a call an id that came without one, the same every time', async () => {
    const chunk = { choices: [{ delta: { tool_calls: [whole(undefined, '{}')] }, finish_reason: 'tool_calls' }] };
    const [first] = await answering(chunk);
    const [second] = await answering(chunk);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ call: { id: expect.stringMatching(/^call_[0-9a-f]{24}$/) } });
  });

  it('reads an answer that ends without [DONE], and chunks that lack fields', async () => {
    const events = await answering({ choices: [{ delta: { content: 'Hi' } }] }, {}, { choices: [{ finish_reason: 'stop' }] });
    expect(events).toMatchObject([
      { kind: 'text', text: 'Hi' },
      { kind: 'finished', reason: 'stop' },
    ]);
  });

  it('takes a refusal for what it is', async () => {
    const refusal = answering(
      { choices: [{ delta: { refusal: 'I cannot help with that.' } }] },
      { choices: [{ finish_reason: 'stop' }] },
    );
    await expect(refusal).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('I cannot help') });
  });

  it('takes a body that is no stream for a broken one', async () => {
    await expect(answering()).rejects.toMatchObject({ kind: 'network' });
  });
});

describe('names of tools', () => {
  it('are what providers allow, never shared, and come back as they were', () => {
    const names = ['crm.create', 'crm create', 'crm_create', 'ä', 'x'.repeat(100), `${'x'.repeat(100)}y`];
    const mapped = toolNamesOf({ ...REQUEST, tools: names.map((name) => ({ ...TOOL, name })) }, 64);
    const wire = names.map(mapped.toWire);
    expect(new Set(wire).size).toBe(names.length);
    for (const name of wire) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(wire.map(mapped.fromWire)).toEqual(names);
    expect(mapped.fromWire('never_offered')).toBe('never_offered');
  });
});

describe('isStrictSchema', () => {
  const strict = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
  it.each([
    [strict, true],
    [{ ...strict, required: [] }, false],
    [{ ...strict, additionalProperties: true }, false],
    [{ type: 'array', items: { ...strict, required: [] } }, false],
    [{ ...strict, properties: { a: { type: 'object', properties: {} } } }, false],
    [{ anyOf: [strict, { type: 'null' }] }, true],
  ])('of %j is %s', (schema, expected) => expect(isStrictSchema(schema)).toBe(expected));
});
