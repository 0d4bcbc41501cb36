import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { statementsOf } from '@switchyard/database/test-support/statements';
import { type EpisodeId, newId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import type { GraphCaller } from '@switchyard/testing/graph-caller';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { giveCalls } from './test-support/given-calls.ts';
import { type MountedPlatform, mountPlatform } from './test-support/mounted-platform.ts';

/** Lists within lists, over all four subgraphs. */
const NESTED = `query Nested($sessions: Int!, $range: TimeRange!) {
  viewer { tenant { id name billing { plan { code } } kpis(range: $range) { sessions } } }
  sessions(first: $sessions) { edges { node {
    id
    tenant { id name }
    messages { edges { node { content } } }
    episodes(first: 5) { edges { node {
      id status session { id useCase } request { content } answer { content } citations { title }
      toolCalls { id tool episode { id status } usage { id meter quantity } }
      routeDecisions { id tier escalatedFrom { id } candidates { tier expectedCost { amount } } actualCost { amount } }
      usage { id meter quantity episode { id status } toolCall { id tool } }
      cost { amount currency }
    } } }
  } } }
}`;
const RANGE = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };

type Answer = { sessions: { edges: { node: { episodes: { edges: { node: EpisodeSeen }[] } } }[] } };
type EpisodeSeen = { toolCalls: { usage: unknown[] }[]; routeDecisions: unknown[]; usage: unknown[]; cost: { amount: string } };

let platform: MountedPlatform;

beforeAll(async () => {
  platform = await mountPlatform(inject('adminUrl'));
});
afterAll(() => platform.close());

it('a nested query over the four subgraphs costs the same few statements, however many rows it finds', async () => {
  const [few, many] = [await tenantWith(5), await tenantWith(25)];
  const [statementsOfFew, statementsOfMany] = [await asked(few, 5), await asked(many, 25)];
  expect(statementsOfMany).toEqual(statementsOfFew);
  const total = [...statementsOfFew.values()].reduce((sum, count) => sum + count, 0);
  expect(total, [...statementsOfFew].map(([text, count]) => `${count} × ${text}`).join('\n')).toBe(23);
});

async function asked(caller: GraphCaller, sessions: number): Promise<ReadonlyMap<string, number>> {
  let answer: Answer | undefined;
  const statements = await statementsOf(async () => {
    answer = await caller.graph<Answer>(NESTED, { sessions, range: RANGE });
  });
  const episodes = (answer?.sessions.edges ?? []).flatMap(({ node }) => node.episodes.edges.map((edge) => edge.node));
  expect(episodes).toHaveLength(sessions * 2);
  for (const { toolCalls, routeDecisions, usage } of episodes) {
    expect(toolCalls.map((call) => call.usage.length)).toEqual([1, 1]);
    expect(routeDecisions).toHaveLength(2);
    expect(usage.length).toBeGreaterThanOrEqual(4);
  }
  return statements;
}

/** A tenant with so many sessions of two episodes each, with two tool calls, two decisions and all their usage. */
async function tenantWith(sessions: number): Promise<GraphCaller> {
  const { createTenant } = await platform.operator.graph<{ createTenant: { tenant: { id: TenantId }; secret: string } }>(
    'mutation { createTenant(input: {name: "T"}) { tenant { id } secret } }',
  );
  const caller = platform.caller(createTenant.secret);
  for (let count = 0; count < sessions; count++) {
    const { startSession } = await caller.graph<{ startSession: { id: SessionId } }>(
      'mutation { startSession(input: {useCase: ORDER}) { id } }',
    );
    for (const content of ['Hello', 'Hello again']) {
      const { sendMessage } = await caller.graph<{ sendMessage: { id: EpisodeId } }>(
        'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { id } }',
        { input: { sessionId: startSession.id, content } },
      );
      await giveWork({ tenantId: createTenant.tenant.id, session: startSession.id, episode: sendMessage.id });
      // One at a time in a session: the next message waits for nobody.
      await caller.graph('mutation ($id: ID!) { cancelEpisode(id: $id) { id } }', { id: sendMessage.id });
    }
  }
  return caller;
}

async function giveWork(of: { readonly tenantId: TenantId; readonly session: SessionId; readonly episode: EpisodeId }) {
  const { router, billing } = platform.modules;
  const calls = await giveCalls(platform.admin, { ...of, tool: 't' }, 2);
  const asking = {
    tenantId: of.tenantId,
    episodeId: of.episode,
    sessionId: of.session,
    content: 'Hello',
    inputTokens: null,
    responseSchema: null,
    pinnedTier: null,
    maxCost: null,
    maxLatencyMs: null,
    excludeTiers: [],
  };
  const first = await router?.router.decide({ ...asking, requestKey: newId(), escalatedFrom: null });
  await router?.router.decide({ ...asking, requestKey: newId(), escalatedFrom: first?.id ?? null });
  const metering = billing?.consumers.metering;
  await metering?.database.crossTenant('consumer', (tx) => metering.handle(workEvents(of, calls), tx));
}

function workEvents(of: { tenantId: TenantId; session: SessionId; episode: EpisodeId }, toolCalls: readonly string[]) {
  const at = new Date().toISOString();
  const [episodeId, sessionId] = [of.episode, of.session];
  const event = (type: string, data: unknown): EventEnvelope => ({
    specversion: '1.0',
    id: newId(),
    source: 'switchyard/sessions',
    type,
    subject: sessionId,
    time: at,
    datacontenttype: 'application/json',
    schemaversion: 1,
    tenantid: of.tenantId,
    data,
  });
  const finished = { status: 'SUCCEEDED', tool: 't', attempts: 1, compensates: null, finishedAt: at, episodeId, sessionId };
  return [
    event('episode.requested', { episodeId, sessionId, useCase: 'ORDER' }),
    event('model_call.finished', {
      ...{ modelCallId: newId(), episodeId, sessionId, routeDecisionId: newId(), tier: 'small', model: 'm' },
      ...{ provider: 'simulator', status: 'ANSWERED', inputTokens: 10, outputTokens: 0, estimated: false, billable: true },
      ...{ cost: '0.001', dearestCost: '0.01', currency: 'USD', startedAt: at, finishedAt: at },
    }),
    ...toolCalls.map((toolCallId) => event('tool_call.finished', { ...finished, toolCallId })),
  ];
}
