import { startTopology, type TopologyKind } from '@switchyard/testing/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OtlpReceiver, type SeenSpan, startOtlpReceiver } from './test-support/otlp-receiver.ts';
import {
  ask,
  type EndedEpisode,
  makeScriptedTenant,
  type ScriptedWorld,
  startScriptedWorld,
} from './test-support/scripted-tenant.ts';

const SECRET = 'confidential-4711';
const MESSAGE = `call look_up {"id": "${SECRET}"}`;

const ANSWER = 'The tool said';

let world: ScriptedWorld;
beforeAll(async () => {
  world = await startScriptedWorld();
});
afterAll(() => world.close());

/** One message on a platform of its own, which is then stopped, so that it has sent all of its spans. */
async function oneMessage(kind: TopologyKind, env: Readonly<Record<string, string>>): Promise<EndedEpisode> {
  const platform = await startTopology(kind, { ...world.env, ...env });
  try {
    const tenant = await makeScriptedTenant(platform, world.tools);
    return await ask(tenant.caller, MESSAGE);
  } finally {
    await platform.stop();
  }
}

describe.each<TopologyKind>(['all', 'split'])('a message in the topology %s, with a collector', (kind) => {
  let receiver: OtlpReceiver;
  let episode: EndedEpisode;
  let trace: Trace;
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    episode = await oneMessage(kind, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
    trace = traceOf(receiver.spans.filter((span) => span.traceId === episode.traceId));
  });
  afterAll(() => receiver.close());

  it('is one trace under one root, from the request to the last that follows from it', () => {
    expect(episode.status).toBe('SUCCEEDED');
    expect(trace.roots.map((span) => span.name)).toEqual(['POST']);
    for (const edge of [
      'POST → POST /graphql',
      'POST /graphql → gateway.request',
      'gateway.request → gateway.plan',
      'gateway.execute → gateway.fetch',
      ...(kind === 'all' ? ['gateway.fetch → subgraph sessions'] : ['gateway.fetch → POST', 'POST → subgraph sessions']),
      'subgraph sessions → pg.query:INSERT',
      'subgraph sessions → send sessions.episode.v1',
      'gateway.fetch → process metering',
      'gateway.fetch → process analytics',
      'process metering → pg.query:INSERT',
      'gateway.fetch → episode',
      'episode → router.decide',
      'episode → chat scripted-1',
      'chat scripted-1 → pg.query:INSERT',
      'episode → execute_tool look_up',
      'process metering → send billing.usage.v1',
    ])
      expect(trace.edges, edge).toContain(edge);
  });

  it('tells of models, tools and messages what the conventions name', () => {
    const of = (name: string) => trace.spans.find((span) => span.name === name)?.attributes;
    expect(of('chat scripted-1')).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'scripted-1',
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
    });
    expect(of('execute_tool look_up')).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'look_up',
      'gen_ai.tool.call.id': expect.any(String),
    });
    expect(of('process metering')).toMatchObject({
      'messaging.system': 'postgresql',
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': 'metering',
    });
    expect(of('gateway.request')).toMatchObject({ 'graphql.operation.type': 'mutation' });
  });

  it('tells nothing of what was said', () => {
    expect(receiver.text()).toContain('gen_ai.usage.input_tokens');
    expect(receiver.text()).not.toContain(SECRET);
    expect(receiver.text()).not.toContain(ANSWER);
  });
});

it('says what was said when that is switched on', async () => {
  const receiver = await startOtlpReceiver();
  await oneMessage('all', { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, CAPTURE_MESSAGE_CONTENT: 'on' });
  const contents = receiver.spans.flatMap(({ attributes }) => [
    attributes['gen_ai.input.messages'],
    attributes['gen_ai.output.messages'],
    attributes['gen_ai.tool.call.arguments'],
  ]);
  await receiver.close();
  expect(contents.join()).toContain(SECRET);
  expect(contents.join()).toContain(ANSWER);
});

it('names a trace without a collector too', async () => {
  const episode = await oneMessage('all', {});
  expect(episode.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
});

type Trace = { readonly spans: readonly SeenSpan[]; readonly roots: readonly SeenSpan[]; readonly edges: ReadonlySet<string> };

/** Edges are from parent to child by name, the database's name left out. */
function traceOf(spans: readonly SeenSpan[]): Trace {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const nameOf = ({ name }: SeenSpan) => name.replace(/^(pg\.query:\S+) .*/, '$1');
  const roots = spans.filter((span) => !byId.has(span.parentSpanId));
  const edges = spans.flatMap((span) => {
    const parent = byId.get(span.parentSpanId);
    return parent === undefined ? [] : [`${nameOf(parent)} → ${nameOf(span)}`];
  });
  return { spans, roots, edges: new Set(edges) };
}
