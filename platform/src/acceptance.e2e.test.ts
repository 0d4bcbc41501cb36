import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answerSeen, createGraphCaller, endsEpisode, type GraphCaller } from '@switchyard/testing/graph-caller';
import { type ModelServer, startModelServer, wordsOf } from '@switchyard/testing/model-server';
import { startToolServer, type ToolServer } from '@switchyard/testing/tool-server';
import { hasCluster, startTopology, type Topology, type TopologyKind } from '@switchyard/testing/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The whole platform over its public API, with nothing but the contract: in one process, and in one for each role. */
const TIERS = (baseUrl: string) => [
  { name: 'local', provider: 'local', model: 'local', inputPricePerMillion: '0', outputPricePerMillion: '0', currency: 'USD' },
  {
    name: 'scripted',
    provider: 'openai',
    model: 'scripted-1',
    baseUrl,
    apiKeyEnv: 'SCRIPTED_KEY',
    inputPricePerMillion: '2',
    outputPricePerMillion: '8',
    currency: 'USD',
  },
];
const LOOK_UP = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'], additionalProperties: false };
const EPISODE = `query E($id: ID!) { episode(id: $id) {
  id status failure answer { content } toolCalls { id tool status attempts result idempotencyKey usage { meter quantity } }
  routeDecisions { id tier reason explanation actualCost { amount } } usage { id meter quantity estimated } cost { amount currency } citations { title } traceId } }`;

type EpisodeSeen = {
  id: string;
  status: string;
  failure: string | null;
  answer: { content: string } | null;
  toolCalls: {
    id: string;
    tool: string;
    status: string;
    attempts: number;
    result: unknown;
    idempotencyKey: string;
    usage: { meter: string; quantity: string }[];
  }[];
  routeDecisions: { id: string; tier: string; reason: string; explanation: string; actualCost: { amount: string } | null }[];
  usage: { id: string; meter: string; quantity: string; estimated: boolean }[];
  cost: { amount: string; currency: string };
  citations: { title: string }[];
};

/** With neither Kafka nor Redis, and with both, where they are there; CI brings them. */
const KINDS: readonly TopologyKind[] = ['all', hasCluster() ? 'cluster' : 'split'];

describe.each<TopologyKind>(KINDS)('the platform in the topology %s', (kind) => {
  let directory: string;
  let models: ModelServer;
  let tools: ToolServer;
  let platform: Topology;
  const tenants: { id: string; secret: string; caller: GraphCaller }[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'switchyard-tiers-'));
    models = await startModelServer();
    tools = await startToolServer({ idempotent: true, resultOf: (effect) => ({ seen: effect.arguments }) });
    const tiersFile = path.join(directory, 'tiers.json');
    await writeFile(tiersFile, JSON.stringify(TIERS(models.baseUrl)));
    platform = await startTopology(kind, {
      TIERS_FILE: tiersFile,
      SCRIPTED_KEY: 'secret-of-the-provider',
      EGRESS_ALLOW: '127.0.0.0/8',
    });
    const operator = createGraphCaller(platform.url, platform.operatorKey);
    for (const name of ['Ada', 'Grace']) tenants.push(await furnished(operator, name));
  });
  afterAll(async () => {
    const codes = await platform.stop();
    await tools.stop();
    await models.close();
    await rm(directory, { recursive: true, force: true });
    expect(codes.every((code) => code === 0)).toBe(true);
  });

  async function furnished(operator: GraphCaller, name: string): Promise<{ id: string; secret: string; caller: GraphCaller }> {
    const { createTenant } = await operator.graph<{ createTenant: { tenant: { id: string }; secret: string } }>(
      'mutation M($name: String!) { createTenant(input: { name: $name }) { tenant { id } secret } }',
      { name },
    );
    const caller = createGraphCaller(platform.url, createTenant.secret);
    await caller.graph('mutation M($input: ImportKnowledgeInput!) { importKnowledge(input: $input) { added } }', {
      input: {
        documents: [
          {
            externalId: 'returns',
            title: `Returns at ${name}`,
            text: `At ${name} you may return a purchase within ${name === 'Ada' ? 30 : 14} days.`,
          },
        ],
      },
    });
    const { registerTool } = await caller.graph<{ registerTool: { signingSecret: string } }>(
      'mutation M($input: RegisterToolInput!) { registerTool(input: $input) { signingSecret } }',
      {
        input: {
          name: 'look_up',
          description: 'Looks something up',
          inputSchema: LOOK_UP,
          endpoint: `${tools.origin}/${name}`,
          sideEffect: true,
          idempotent: true,
        },
      },
    );
    tools.trust(registerTool.signingSecret);
    const { assistants } = await caller.graph<{ assistants: { useCase: string; version: number }[] }>(
      '{ assistants { useCase version } }',
    );
    const general = assistants.find((assistant) => assistant.useCase === 'GENERAL');
    await caller.graph('mutation M($input: UpdateAssistantInput!) { updateAssistant(input: $input) { version } }', {
      input: { useCase: 'GENERAL', tools: ['look_up'], expectedVersion: general?.version },
    });
    return { id: createTenant.tenant.id, secret: createTenant.secret, caller };
  }

  async function say(
    caller: GraphCaller,
    input: { useCase?: string; content: string; tier?: string; sessionId?: string; responseSchema?: unknown },
  ): Promise<{ sessionId: string; episodeId: string }> {
    const { useCase = 'GENERAL', sessionId, ...message } = input;
    const session =
      sessionId ??
      (
        await caller.graph<{ startSession: { id: string } }>(
          'mutation M($useCase: UseCase!) { startSession(input: { useCase: $useCase }) { id } }',
          { useCase },
        )
      ).startSession.id;
    const { sendMessage } = await caller.graph<{ sendMessage: { id: string } }>(
      'mutation M($input: SendMessageInput!) { sendMessage(input: $input) { id } }',
      {
        input: { sessionId: session, ...message },
      },
    );
    return { sessionId: session, episodeId: sendMessage.id };
  }

  async function episodeOf(caller: GraphCaller, id: string): Promise<EpisodeSeen> {
    return (await caller.graph<{ episode: EpisodeSeen }>(EPISODE, { id })).episode;
  }

  async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean, seconds = 10): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const value = await look();
      if (holds(value) || Date.now() > end) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('answers from the tenant’s own knowledge, and says where from', async () => {
    for (const [index, days] of [30, 14].entries()) {
      const { caller } = tenants[index] as (typeof tenants)[number];
      const said = await say(caller, { useCase: 'FAQ', content: 'Within how many days may I return a purchase?', tier: 'local' });
      const events = await caller.watch(said.sessionId, null, (event) => endsEpisode(event, said.episodeId));
      const episode = await episodeOf(caller, said.episodeId);
      expect(episode).toMatchObject({ status: 'SUCCEEDED', failure: null });
      expect(episode.answer?.content).toContain(`${days} days`);
      expect(episode.citations.map((citation) => citation.title)).toEqual([`Returns at ${index === 0 ? 'Ada' : 'Grace'}`]);
      expect(answerSeen(events, said.episodeId)).toBe(episode.answer?.content);
    }
  });

  it('streams a model’s answer as it is made, calls the tool once, meters what the provider counted, and prices it', async () => {
    const { caller } = tenants[0] as (typeof tenants)[number];
    const [calls, effects] = [models.ledger.length, tools.ledger.length];
    const said = await say(caller, { content: 'call look_up {"id":"A-1"}', tier: 'scripted' });
    const events = await caller.watch(said.sessionId, null, (event) => endsEpisode(event, said.episodeId));
    const served = models.ledger.slice(calls);
    const total = (seen: EpisodeSeen, meter: string) =>
      seen.usage.filter((record) => record.meter === meter).reduce((sum, record) => sum + Number(record.quantity), 0);
    const counted = {
      input: served.reduce((sum, entry) => sum + entry.inputTokens, 0),
      output: served.reduce((sum, entry) => sum + entry.outputTokens, 0),
    };
    const episode = await until(
      () => episodeOf(caller, said.episodeId),
      (seen) =>
        total(seen, 'input_tokens') >= counted.input &&
        total(seen, 'output_tokens') >= counted.output &&
        seen.toolCalls.every((call) => call.usage.length > 0),
    );
    expect(episode).toMatchObject({ status: 'SUCCEEDED', toolCalls: [{ tool: 'look_up', status: 'SUCCEEDED', attempts: 1 }] });
    expect(tools.ledger.slice(effects)).toMatchObject([{ key: episode.toolCalls[0]?.idempotencyKey, arguments: { id: 'A-1' } }]);
    expect(answerSeen(events, said.episodeId)).toBe(episode.answer?.content);
    expect(episode.routeDecisions.at(-1)).toMatchObject({ tier: 'scripted', reason: 'PINNED' });
    expect({ input: total(episode, 'input_tokens'), output: total(episode, 'output_tokens') }).toEqual(counted);
    expect(episode.toolCalls[0]?.usage).toEqual([{ meter: 'tool_calls', quantity: '1' }]);
    expect(Number(episode.cost.amount)).toBeGreaterThan(0);
  });

  it('lists in the invoice preview exactly the records that make up each line', async () => {
    const { caller } = tenants[0] as (typeof tenants)[number];
    type Preview = {
      invoicePreview: {
        total: { amount: string };
        lineItems: {
          meter: string | null;
          quantity: string;
          amount: { amount: string };
          usageRecords: { edges: { node: { quantity: string } }[]; pageInfo: { hasNextPage: boolean } };
        }[];
      };
    };
    const { invoicePreview } = await caller.graph<Preview>(
      '{ invoicePreview { total { amount } lineItems { meter quantity amount { amount } usageRecords(first: 100) { edges { node { quantity } } pageInfo { hasNextPage } } } } }',
    );
    for (const line of invoicePreview.lineItems.filter((item) => item.meter !== null)) {
      expect(line.usageRecords.pageInfo.hasNextPage).toBe(false);
      expect(line.usageRecords.edges.reduce((sum, { node }) => sum + Number(node.quantity), 0)).toBe(Number(line.quantity));
    }
    const cents = invoicePreview.lineItems.reduce((sum, line) => sum + Math.round(Number(line.amount.amount) * 100), 0);
    expect(cents).toBe(Math.round(Number(invoicePreview.total.amount) * 100));
  });

  it('shows nothing of one tenant to the other', async () => {
    const [ada, grace] = tenants as [(typeof tenants)[number], (typeof tenants)[number]];
    const said = await say(ada.caller, { content: 'Only Ada may see this', tier: 'scripted' });
    await ada.caller.watch(said.sessionId, null, (event) => endsEpisode(event, said.episodeId));
    const own = await episodeOf(ada.caller, said.episodeId);
    const look = `query L($session: ID!, $episode: ID!, $decision: ID!) { session(id: $session) { id } episode(id: $episode) { id } routeDecision(id: $decision) { id } }`;
    const ids = { session: said.sessionId, episode: said.episodeId, decision: own.routeDecisions[0]?.id };
    expect((await ada.caller.ask(look, ids)).data).toMatchObject({
      session: { id: said.sessionId },
      episode: { id: said.episodeId },
    });
    expect((await grace.caller.ask(look, ids)).data).toEqual({ session: null, episode: null, routeDecision: null });
    const sent = await grace.caller.ask(
      'mutation M($id: ID!) { sendMessage(input: { sessionId: $id, content: "hello" }) { id } }',
      { id: said.sessionId },
    );
    expect(sent).toMatchObject({ status: 404, errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    await expect(grace.caller.watch(said.sessionId, null, () => true)).rejects.toThrow(/NOT_FOUND/);
  });

  it('refuses who is not known, and who may not', async () => {
    const question = '{ viewer { scopes } }';
    expect(await createGraphCaller(platform.url, null).ask(question)).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await createGraphCaller(platform.url, 'sk_live_nobody').ask(question)).toMatchObject({ status: 401 });
    const { caller } = tenants[0] as (typeof tenants)[number];
    const { createApiKey } = await caller.graph<{ createApiKey: { secret: string; apiKey: { id: string } } }>(
      'mutation { createApiKey(input: { name: "reader", scopes: [SESSIONS_READ] }) { secret apiKey { id } } }',
    );
    const reader = createGraphCaller(platform.url, createApiKey.secret);
    expect((await reader.ask(question)).data).toEqual({ viewer: { scopes: ['SESSIONS_READ'] } });
    expect(await reader.ask('mutation { startSession(input: { useCase: FAQ }) { id } }')).toMatchObject({
      status: 403,
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    await caller.graph('mutation R($id: ID!) { revokeApiKey(id: $id) { revokedAt } }', { id: createApiKey.apiKey.id });
    const refused = await until(
      () => reader.ask(question),
      (answer) => answer.status === 401,
      5,
    );
    expect(refused.status).toBe(401);
  });

  it('gives a client that reconnects all it missed, and nothing twice', async () => {
    const { caller } = tenants[0] as (typeof tenants)[number];
    models.script((request) => ({
      chunks: wordsOf(`one two three four five six seven eight nine ten (${request.number})`),
      delayMs: 40,
    }));
    const said = await say(caller, { content: 'Count', tier: 'scripted' });
    const seen: Awaited<ReturnType<GraphCaller['watch']>> = [];
    for (let connection = 0; connection < 100 && !seen.some((event) => endsEpisode(event, said.episodeId)); connection += 1) {
      let count = 0;
      seen.push(
        ...(await caller.watch(said.sessionId, seen.at(-1)?.id ?? null, (event) => {
          count += 1;
          return count >= 2 || endsEpisode(event, said.episodeId);
        })),
      );
    }
    expect(new Set(seen.map((event) => event.id)).size).toBe(seen.length);
    expect(answerSeen(seen, said.episodeId)).toBe((await episodeOf(caller, said.episodeId)).answer?.content);
  });

  it('ends every one of 50 episodes with one answer after a kill -9 in their midst, and bills what was answered in full', async () => {
    const { caller } = tenants[1] as (typeof tenants)[number];
    const [calls, effects] = [models.ledger.length, tools.ledger.length];
    // Half of them call the tool first. Before the kill a word takes so long that all 50 are in the midst of their answers when it comes.
    let wordMs = 3_000;
    models.script((request) => {
      const last = request.messages.findLast(({ role }) => role === 'tool' || role === 'user')?.content ?? '';
      const [, id] = /^order (\S+)$/.exec(last) ?? [];
      if (id !== undefined && Number(id) % 2 === 0) return { toolCalls: [{ name: 'look_up', arguments: { id } }], delayMs: 50 };
      return {
        chunks: wordsOf(`This is the answer to ${last.slice(0, 40)} in a good dozen words, one after the other.`),
        delayMs: wordMs,
      };
    });
    const said = await Promise.all(
      Array.from({ length: 50 }, (_, n) => say(caller, { content: `order ${n}`, tier: 'scripted' })),
    );
    const streaming = () =>
      models.ledger.slice(calls).filter((entry) => entry.outcome === 'running' && entry.text.includes('This'));
    await until(
      () => Promise.resolve(streaming().length),
      (running) => running === 50,
      30,
    );
    expect(streaming()).toHaveLength(50);
    const shownBefore = await Promise.all(said.map(async ({ sessionId }) => await partOf(caller, sessionId)));
    wordMs = 30;
    await platform.crashAndRestart();

    const episodes: EpisodeSeen[] = [];
    for (const [index, { sessionId, episodeId }] of said.entries()) {
      const before = shownBefore[index] ?? [];
      const after = await caller.watch(sessionId, before.at(-1)?.id ?? null, (event) => endsEpisode(event, episodeId), 90_000);
      const episode = await episodeOf(caller, episodeId);
      episodes.push(episode);
      expect(episode).toMatchObject({ status: 'SUCCEEDED', failure: null });
      expect(answerSeen([...before, ...after], episodeId)).toBe(episode.answer?.content);
      expect(new Set([...before, ...after].map((event) => event.id)).size).toBe(before.length + after.length);
    }
    const keys = tools.ledger.slice(effects).map((effect) => effect.key);
    expect(keys).toHaveLength(25);
    expect(new Set(keys)).toEqual(new Set(episodes.flatMap((episode) => episode.toolCalls.map((call) => call.idempotencyKey))));

    const answered = models.ledger.slice(calls).filter((entry) => entry.outcome === 'answered');
    const expected = {
      input: answered.reduce((sum, entry) => sum + entry.inputTokens, 0),
      output: answered.reduce((sum, entry) => sum + entry.outputTokens, 0),
    };
    const billed = await until(
      async () => {
        const seen = await Promise.all(said.map(({ episodeId }) => episodeOf(caller, episodeId)));
        const total = (meter: string) =>
          seen
            .flatMap((episode) => episode.usage)
            .reduce((sum, record) => sum + (record.meter === meter ? Number(record.quantity) : 0), 0);
        return { input: total('input_tokens'), output: total('output_tokens') };
      },
      (seen) => seen.input === expected.input && seen.output === expected.output,
      15,
    );
    expect(billed).toEqual(expected);
  });

  /** What somebody who watched until now has seen of the session: events that come within a moment. */
  async function partOf(caller: GraphCaller, sessionId: string): Promise<Awaited<ReturnType<GraphCaller['watch']>>> {
    const seen: Awaited<ReturnType<GraphCaller['watch']>> = [];
    await caller.watch(sessionId, null, (event) => seen.push(event) >= 4, 300).catch(() => undefined);
    return seen;
  }
});
