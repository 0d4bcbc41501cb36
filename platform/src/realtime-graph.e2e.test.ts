import { createGraphCaller } from '@switchyard/testing/graph-caller';
import { startTopology, type Topology, type TopologyKind } from '@switchyard/testing/topology';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const WATCH = `subscription ($id: ID!, $range: TimeRange!) {
  sessionEvents(sessionId: $id) {
    __typename id
    ... on EpisodeChanged { episode {
      id status
      routeDecisions { tier }
      cost { amount currency }
      usage { meter }
      session { tenant { name kpis(range: $range) { episodes } } }
    } }
  }
}`;

type Seen = {
  readonly __typename: string;
  readonly id: string;
  readonly episode?: {
    readonly status: string;
    readonly routeDecisions: readonly unknown[];
    readonly cost: { readonly currency: string };
    readonly usage: readonly unknown[];
    readonly session: { readonly tenant: { readonly name: string; readonly kpis: { readonly episodes: number } } };
  };
};

describe.each<TopologyKind>(['all', 'split'])('in the topology %s', (kind) => {
  let platform: Topology;
  beforeAll(async () => {
    platform = await startTopology(kind, {});
  });
  afterAll(() => platform.stop());

  test('a subscription shows fields of all four subgraphs on each event', async () => {
    const operator = createGraphCaller(platform.url, platform.operatorKey);
    const { createTenant } = await operator.graph<{ createTenant: { secret: string } }>(
      'mutation { createTenant(input: { name: "Ada" }) { secret } }',
    );
    const caller = createGraphCaller(platform.url, createTenant.secret);
    const { startSession } = await caller.graph<{ startSession: { id: string } }>(
      'mutation { startSession(input: { useCase: GENERAL }) { id } }',
    );
    await caller.graph('mutation ($id: ID!) { sendMessage(input: { sessionId: $id, content: "Hello" }) { id } }', {
      id: startSession.id,
    });
    const now = Date.now();
    const range = { from: new Date(now - 3_600_000).toISOString(), to: new Date(now + 3_600_000).toISOString() };
    const seen = await untilEnd({ query: WATCH, variables: { id: startSession.id, range } }, createTenant.secret);
    const changes = seen.filter((event) => event.__typename === 'EpisodeChanged');
    expect(changes.length).toBeGreaterThan(0);
    for (const { episode } of changes) {
      expect(episode?.session.tenant.name).toBe('Ada');
      expect(episode?.session.tenant.kpis.episodes).toBeGreaterThanOrEqual(0);
      expect(episode?.cost.currency).toBe('USD');
      expect(episode?.usage).toBeInstanceOf(Array);
    }
    expect(changes.at(-1)?.episode?.status).toBe('SUCCEEDED');
    expect(changes.at(-1)?.episode?.routeDecisions.length).toBeGreaterThan(0);
  });

  /** The events until the episode has ended, over Server-Sent Events. */
  async function untilEnd(body: unknown, key: string): Promise<Seen[]> {
    const response = await fetch(platform.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    const seen: Seen[] = [];
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const line = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (line === undefined) continue;
        const { data, errors } = JSON.parse(line) as { data?: { sessionEvents: Seen }; errors?: unknown };
        expect(errors).toBeUndefined();
        if (data !== undefined) seen.push(data.sessionEvents);
        if (!['QUEUED', 'RUNNING'].includes(seen.at(-1)?.episode?.status ?? 'RUNNING')) return seen;
      }
    }
    return seen;
  }
});
