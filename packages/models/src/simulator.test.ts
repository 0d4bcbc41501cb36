import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError, type ModelEvent, type ModelRequest } from './model.ts';
import { fitsSchema } from './schema-check.ts';
import { createSimulatorProvider, type SimulatorOptions } from './simulator.ts';

const INSTANT: SimulatorOptions = { firstTokenMs: 0, tokensPerSecond: Number.POSITIVE_INFINITY };
const TOOL = {
  name: 'orders.status',
  description: 'Tells where an order is.',
  inputSchema: {
    type: 'object',
    properties: {
      order_id: { type: 'string', pattern: '^[A-Z]-[0-9]{4}$' },
      days: { type: 'integer', minimum: 3 },
      note: { type: 'string' },
    },
    required: ['order_id', 'days'],
    additionalProperties: false,
  },
  sideEffect: false,
};

function requestOf(content: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'medium',
    messages: [{ role: 'user', content }],
    tools: [],
    passages: [],
    useCase: 'GENERAL',
    responseSchema: null,
    maxOutputTokens: 500,
    seed: 'seed',
    ...more,
  };
}

/** The events, or the kind of error that they ended with. */
async function run(request: ModelRequest, options: SimulatorOptions = INSTANT): Promise<(ModelEvent | string)[]> {
  const events: (ModelEvent | string)[] = [];
  try {
    for await (const event of createSimulatorProvider(options).stream(request, new AbortController().signal)) events.push(event);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    events.push(error.kind);
  }
  return events;
}
const textOf = (events: readonly (ModelEvent | string)[]): string =>
  events.map((event) => (typeof event === 'object' && event.kind === 'text' ? event.text : '')).join('');

describe('the simulator', () => {
  it('says that it is one in every answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (content) => {
        expect(textOf(await run(requestOf(content)))).toMatch(/^\[simulated medium\] /);
      }),
      { numRuns: 30 },
    );
  });

  it('ends the same call the same, failures included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (content, seed) => {
        const request = requestOf(content, { seed });
        const options = { ...INSTANT, errorRate: 0.5 };
        expect(await run(request, options)).toEqual(await run(request, options));
      }),
      { numRuns: 40 },
    );
  });

  it('fails the share of calls that it is told to', async () => {
    const seeds = Array.from({ length: 400 }, (_, index) => `seed-${index}`);
    const ends = await Promise.all(seeds.map((seed) => run(requestOf('Hi', { seed }), { ...INSTANT, errorRate: 0.25 })));
    const failed = ends.map((events) => events.at(-1)).filter((end) => typeof end === 'string');
    expect(failed.length).toBeGreaterThan(70);
    expect(failed.length).toBeLessThan(130);
    expect(new Set(failed)).toEqual(new Set(['rate-limited', 'overloaded', 'network']));
  });

  it('calls a tool that is asked for by name, with arguments that fit', async () => {
    const events = await run(requestOf('Please use orders.status.', { tools: [TOOL] }));
    const [call, finished] = events;
    if (typeof call !== 'object' || call.kind !== 'tool-call') throw new Error('no tool call');
    expect(call.call.name).toBe('orders.status');
    expect(fitsSchema(TOOL.inputSchema, call.call.arguments)).toBe(true);
    expect(finished).toMatchObject({ kind: 'finished', reason: 'tool-calls' });
  });

  it('takes arguments that the message spells out', async () => {
    const [call] = await run(requestOf('orders.status {"order_id": "B-2001", "days": 9}', { tools: [TOOL] }));
    expect(call).toMatchObject({ call: { arguments: { order_id: 'B-2001', days: 9 } } });
  });

  it('does not call a tool that is only spoken about', async () => {
    const events = await run(requestOf('What is the status of my orders?', { tools: [TOOL] }));
    expect(events.at(-1)).toMatchObject({ reason: 'stop' });
  });

  const schemas: readonly object[] = [
    { type: 'object', properties: { answer: { type: 'string' }, ok: { type: 'boolean' } }, required: ['answer', 'ok'] },
    {
      type: 'object',
      properties: { kind: { enum: ['a', 'b'] }, when: { type: 'string', format: 'date' } },
      required: ['kind', 'when'],
    },
    { type: 'array', items: { type: 'number', exclusiveMinimum: 0, maximum: 0.5 }, minItems: 2 },
    { $ref: '#/$defs/node', $defs: { node: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] } } },
    { anyOf: [{ type: 'string', minLength: 40 }, { type: 'null' }] },
    {
      allOf: [
        { type: 'object', properties: { a: { const: 1 } }, required: ['a'] },
        { properties: { b: {} }, required: ['b'] },
      ],
    },
    { type: 'string', pattern: '^SO-\\d{4,8}(-[a-z]+)$' },
    { type: 'object', properties: { n: { type: ['integer', 'null'], minimum: 7, multipleOf: 5 } }, required: ['n'] },
  ];
  it.each(schemas)('answers with JSON that fits %j', async (schema) => {
    const responseSchema = schema as Record<string, unknown>;
    const value: unknown = JSON.parse(textOf(await run(requestOf('Well?', { responseSchema }))));
    expect(fitsSchema(responseSchema, value)).toBe(true);
  });

  it('stops at the limit of output tokens', async () => {
    const events = await run(requestOf('Tell me a story.', { maxOutputTokens: 6 }));
    expect(events.at(-1)).toMatchObject({ reason: 'length' });
  });

  it('takes its time, and ends at once when it is cancelled', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const started = performance.now();
    const stream = createSimulatorProvider({ firstTokenMs: 20, tokensPerSecond: 20 }).stream(requestOf('Hi'), controller.signal);
    const read = async (): Promise<void> => {
      for await (const event of stream) expect(event.kind).toBe('text');
    };
    await expect(read()).rejects.toMatchObject({ kind: 'cancelled', usage: { estimated: true } });
    expect(performance.now() - started).toBeGreaterThanOrEqual(50);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
