import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openTestGraph, type TestGraph } from '../test-support/tenant-graph.ts';

let graph: TestGraph;
let tenantId: TenantId;

beforeAll(async () => {
  graph = await openTestGraph(inject('adminUrl'));
  tenantId = await graph.makeTenant('Shop');
});
afterAll(() => graph.close());

const START = 'mutation ($input: StartSessionInput!) { startSession(input: $input) { id status useCase endUserId metadata } }';
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { id status startedAt finishedAt answer { id }
  request { content role } session { id } toolCalls { id } citations { title } failure traceId } }`;
const END = 'mutation ($id: ID!) { endSession(id: $id) { id status endedAt } }';
const CANCEL = 'mutation ($id: ID!) { cancelEpisode(id: $id) { id status finishedAt } }';
const FEEDBACK = 'mutation ($input: GiveFeedbackInput!) { giveFeedback(input: $input) { id } }';

type Started = { startSession: { id: string } };
type Sent = { sendMessage: { id: string; status: string } };

async function ask<Data>(query: string, variables: Record<string, unknown>, scopes: readonly Scope[] = ['ADMIN'], as = tenantId) {
  return await graph.ask<Data>({ tenantId: as, scopes }, query, variables);
}

async function startSession(input: Record<string, unknown> = {}): Promise<string> {
  const { data, messages } = await ask<Started>(START, { input: { useCase: 'FAQ', ...input } });
  if (data === null) throw new Error(messages.join('; '));
  return data.startSession.id;
}

async function send(sessionId: string, content: string, more: Record<string, unknown> = {}) {
  return await ask<Sent>(SEND, { input: { sessionId, content, ...more } });
}

describe('a session', () => {
  it('starts once for one idempotency key, and refuses the key for anything else', async () => {
    const key = newId();
    const both = await Promise.all([startSession({ idempotencyKey: key }), startSession({ idempotencyKey: key })]);
    expect(both[0]).toBe(both[1]);
    const { codes } = await ask(START, { input: { useCase: 'ORDER', idempotencyKey: key } });
    expect(codes).toEqual(['IDEMPOTENCY_CONFLICT']);
  });

  it('keeps what it was started with', async () => {
    const { data } = await ask<Started>(START, { input: { useCase: 'LEAD', endUserId: 'u-1', metadata: { page: 3 } } });
    expect(data?.startSession).toMatchObject({ status: 'ACTIVE', useCase: 'LEAD', endUserId: 'u-1', metadata: { page: 3 } });
    expect((await ask(START, { input: { useCase: 'FAQ', metadata: ['no', 'object'] } })).codes).toEqual(['BAD_USER_INPUT']);
  });

  it('takes nothing more once it has ended, and may be ended twice', async () => {
    const session = await startSession();
    const first = await ask<{ endSession: unknown }>(END, { id: session });
    graph.clock.advance(1_000);
    expect((await ask<{ endSession: unknown }>(END, { id: session })).data).toEqual(first.data);
    expect((await send(session, 'Hello?')).codes).toEqual(['CONFLICT']);
    expect((await ask(END, { id: newId() })).codes).toEqual(['NOT_FOUND']);
  });

  it('lists its messages and episodes oldest first, page by page', async () => {
    const session = await startSession();
    for (const content of ['One?', 'Two?', 'Three?']) await send(session, content);
    const page = (after: string | null) =>
      ask<{
        session: {
          messages: { edges: { cursor: string; node: { content: string } }[]; pageInfo: { hasNextPage: boolean } };
          episodes: { edges: { node: { request: { content: string } } }[] };
        };
      }>(
        `query ($id: ID!, $after: String) { session(id: $id) {
           messages(first: 2, after: $after) { edges { cursor node { content } } pageInfo { hasNextPage } }
           episodes { edges { node { request { content } } } } } }`,
        { id: session, after },
      );
    const first = (await page(null)).data?.session;
    expect(first?.messages.edges.map(({ node }) => node.content)).toEqual(['One?', 'Two?']);
    expect(first?.messages.pageInfo.hasNextPage).toBe(true);
    expect(first?.episodes.edges.map(({ node }) => node.request.content)).toEqual(['One?', 'Two?', 'Three?']);
    const second = (await page(first?.messages.edges.at(-1)?.cursor ?? null)).data?.session;
    expect(second?.messages.edges.map(({ node }) => node.content)).toEqual(['Three?']);
    expect(second?.messages.pageInfo.hasNextPage).toBe(false);
  });

  it('is found by who it is with and what it is about, newest first', async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift(await startSession({ endUserId: 'somebody', useCase: 'ORDER' }));
    await startSession({ endUserId: 'somebody', useCase: 'LEAD' });
    const { data } = await ask<{ sessions: { edges: { node: { id: string } }[] } }>(
      '{ sessions(endUserId: "somebody", useCase: ORDER, status: ACTIVE) { edges { node { id } } } }',
      {},
    );
    expect(data?.sessions.edges.map(({ node }) => node.id)).toEqual(ids);
  });
});

describe('a list of sessions with all that is in them', () => {
  it('costs the same however many sessions it holds', async () => {
    const unitsFor = async (endUserId: string, sessions: number): Promise<number> => {
      for (let n = 0; n < sessions; n++) {
        const session = await startSession({ endUserId });
        for (const content of ['One?', 'Two?']) await send(session, content);
      }
      const before = graph.unitsOfWork();
      const { data } = await ask<{ sessions: { edges: { node: { episodes: { edges: unknown[] } } }[] } }>(
        `query ($endUserId: String!) { sessions(endUserId: $endUserId) { edges { node { tenant { name }
           messages { edges { node { content } } }
           episodes { edges { node { session { id } request { content } answer { content } toolCalls { id } } } } } } } }`,
        { endUserId },
      );
      expect(data?.sessions.edges.map(({ node }) => node.episodes.edges.length)).toEqual(
        Array.from({ length: sessions }, () => 2),
      );
      return graph.unitsOfWork() - before;
    };
    // The list; its tenant, messages and episodes; the episodes' sessions, requests and tool calls.
    expect(await unitsFor('one', 1)).toBe(7);
    expect(await unitsFor('many', 6)).toBe(7);
  });
});

describe('a message', () => {
  it('queues an episode and returns at once', async () => {
    const { data } = await send(await startSession(), 'When do you open?');
    expect(data?.sendMessage).toMatchObject({
      status: 'QUEUED',
      finishedAt: null,
      answer: null,
      request: { content: 'When do you open?', role: 'USER' },
      toolCalls: [],
      citations: [],
      failure: null,
      traceId: null,
    });
  });

  it('is taken once for one idempotency key, concurrent duplicates included', async () => {
    const session = await startSession();
    const more = { idempotencyKey: newId() };
    const sent = await Promise.all(Array.from({ length: 5 }, () => send(session, 'Hello?', more)));
    expect(new Set(sent.map(({ data }) => data?.sendMessage.id)).size).toBe(1);
    const { rows } = await graph.admin.query('select from sessions.episode where session_id = $1', [session]);
    expect(rows).toHaveLength(1);
    expect((await send(session, 'Goodbye?', more)).codes).toEqual(['IDEMPOTENCY_CONFLICT']);
  });

  it.each([
    ['blank', { content: '' }],
    ['too long', { content: 'x'.repeat(32_001) }],
    ['with a schema that is none', { responseSchema: { type: 'no-such-type' } }],
    ['with a schema that leads elsewhere', { responseSchema: { $ref: 'https://example.com/schema' } }],
    ['pinned to a tier that is not there', { tier: 'no-such-tier' }],
    ['with a negative cost', { maxCost: '-1' }],
  ])('%s is refused', async (_what, wrong) => {
    const { codes } = await send(await startSession(), 'Hello?', wrong);
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('an episode that was cancelled', () => {
  it('has ended, and can be cancelled again but judged only as it is', async () => {
    const sent = await send(await startSession(), 'Hello?');
    const episodeId = sent.data?.sendMessage.id;
    expect((await ask(FEEDBACK, { input: { episodeId, score: 1 } })).codes).toEqual(['CONFLICT']);
    const first = await ask<{ cancelEpisode: { status: string } }>(CANCEL, { id: episodeId });
    expect(first.data?.cancelEpisode.status).toBe('CANCELLED');
    expect((await ask(CANCEL, { id: episodeId })).data).toEqual(first.data);
    const judged = { episodeId, score: -1, comment: 'too slow', idempotencyKey: newId() };
    expect((await ask(FEEDBACK, { input: judged })).codes).toEqual([]);
    expect((await ask(FEEDBACK, { input: judged })).codes).toEqual([]);
    expect((await ask(FEEDBACK, { input: { episodeId, score: 1.5 } })).codes).toEqual(['BAD_USER_INPUT']);
    const { rows } = await graph.admin.query(
      `select envelope -> 'data' as data from log.event where envelope ->> 'type' = 'feedback.given' and envelope -> 'data' ->> 'episodeId' = $1`,
      [episodeId],
    );
    expect(rows).toMatchObject([{ data: { score: -1, comment: 'too slow' } }]);
  });
});

describe('another tenant', () => {
  it('finds nothing by any id of ours', async () => {
    const other = await graph.makeTenant('Other');
    const session = await startSession();
    const sent = await send(session, 'Hello?');
    const episodeId = sent.data?.sendMessage.id;
    const asOther = <Data>(query: string, variables: Record<string, unknown>) => ask<Data>(query, variables, ['ADMIN'], other);
    const seen = await asOther(
      `query ($session: ID!, $episode: ID!) { session(id: $session) { id } episode(id: $episode) { id }
         sessions { edges { node { id } } }
         _entities(representations: [{__typename: "Session", id: $session}, {__typename: "Episode", id: $episode}]) { __typename } }`,
      { session, episode: episodeId },
    );
    expect(seen).toMatchObject({ data: { session: null, episode: null, sessions: { edges: [] }, _entities: [null, null] } });
    expect((await asOther(END, { id: session })).codes).toEqual(['NOT_FOUND']);
    expect((await asOther(CANCEL, { id: episodeId })).codes).toEqual(['NOT_FOUND']);
    expect((await asOther(FEEDBACK, { input: { episodeId, score: 1 } })).codes).toEqual(['NOT_FOUND']);
    expect((await asOther(SEND, { input: { sessionId: session, content: 'Hello?' } })).codes).toEqual(['NOT_FOUND']);
  });
});

describe('scopes', () => {
  it('keep readers from writing, and everyone else from reading', async () => {
    const session = await startSession();
    const input = { sessionId: session, content: 'Hello?' };
    expect((await ask(SEND, { input }, ['SESSIONS_READ'])).codes).toEqual(['FORBIDDEN']);
    expect((await ask('query ($id: ID!) { session(id: $id) { id } }', { id: session }, ['BILLING_READ'])).codes).toEqual([
      'FORBIDDEN',
    ]);
    const byReference = await ask(
      'query ($id: ID!) { _entities(representations: [{__typename: "Session", id: $id}]) { __typename } }',
      { id: session },
      ['BILLING_READ'],
    );
    expect(byReference.codes).toEqual(['FORBIDDEN']);
  });
});
