import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningGateway, Topology } from '../test-support/running-gateway.ts';

const TOPOLOGIES: readonly Topology[] = ['in process', 'over HTTP'];
const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
const exporter = new InMemorySpanExporter();

let startGateway: (topology: Topology) => Promise<RunningGateway>;
let until: (condition: () => boolean) => Promise<void>;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  // Apollo's gateway takes its tracer when it is loaded: as in the platform, the SDK is there first.
  ({ startGateway, until } = await import('../test-support/running-gateway.ts'));
});
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

describe.each(TOPOLOGIES)('with subgraphs %s', (topology) => {
  test('a request is one trace with its caller: request, plan, fetches, subgraphs', async () => {
    const running = await startGateway(topology);
    await running.post({ query: '{ episode(id: "abc") { title cost { amount } } }' }, { traceparent });
    const spans = exporter.getFinishedSpans();
    await running.stop();
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([CALLER.traceId]));
    const parents = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
    const edges = spans.map((span) => `${parents.get(span.parentSpanId ?? '') ?? 'caller'} → ${span.name}`);
    expect(edges).toEqual(
      expect.arrayContaining([
        'caller → POST /graphql',
        'POST /graphql → gateway.request',
        'gateway.request → gateway.plan',
        'gateway.execute → gateway.fetch',
        'gateway.fetch → subgraph talks',
        'gateway.fetch → subgraph costs',
      ]),
    );
  });

  test('what is fetched for an event belongs to the trace of its subscription', async () => {
    const running = await startGateway(topology);
    const leaving = new AbortController();
    await fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${running.key}`,
        traceparent,
      },
      body: JSON.stringify({
        query: 'subscription { events(talkId: "t") { ... on EpisodeChanged { episode { cost { amount } } } } }',
      }),
      signal: leaving.signal,
    });
    await until(() => running.graph.watchers('t') === 1);
    running.graph.publish('t', { id: '1', episode: { id: 'abc', title: 'x' } });
    const costs = () => exporter.getFinishedSpans().find((span) => span.name === 'subgraph costs');
    await until(() => costs() !== undefined);
    expect(costs()?.spanContext().traceId).toBe(CALLER.traceId);
    leaving.abort();
    await running.stop();
  });
});
