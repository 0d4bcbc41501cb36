import { openDatabase } from '@switchyard/database/database';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import { createSessionsModule, SCHEMA } from '@switchyard/sessions/module';
import { createEgress } from '@switchyard/tools/egress';
import { createMcpCatalog } from '@switchyard/tools/mcp-client';
import type pg from 'pg';
import { giveCalls } from './given-calls.ts';
import { byId, type IsolationCase, type IsolationOf, listing, type Owned, reference } from './isolation.ts';

const CONTEXT_KEY = Buffer.alloc(32, 1);

const START = `mutation ($key: String) { startSession(input: {useCase: ORDER, endUserId: "u", idempotencyKey: $key}) { id } }`;
const SEND = `mutation ($session: ID!, $content: String!, $key: String) {
  sendMessage(input: {sessionId: $session, content: $content, idempotencyKey: $key}) { id request { content } } }`;
const CREATE_KEY = `mutation ($key: String) {
  createApiKey(input: {name: "k", scopes: [ADMIN], idempotencyKey: $key}) { apiKey { id } secret } }`;
const REGISTER = `mutation ($name: String!, $compensation: String) { registerTool(input: {name: $name, compensation: $compensation,
  description: "d", inputSchema: {type: "object"}, endpoint: "https://tools.example/", sideEffect: true}) { tool { name compensation } } }`;
const ASSIST = `mutation ($text: String, $tools: [String!], $version: Int!) {
  updateAssistant(input: {useCase: FAQ, instructions: $text, tools: $tools, expectedVersion: $version}) { tools } }`;
const IMPORT = `mutation ($id: String!, $text: String!) {
  importKnowledge(input: {documents: [{externalId: $id, title: "Zebra", text: $text}]}) { added unchanged } }`;

const CASES: readonly IsolationCase[] = [
  listing('Query.viewer', '{ viewer { tenant { id } } }', 'tenantId'),
  reference('Tenant', 'tenantId'),
  listing('Query.apiKeys', '{ apiKeys { id } }', 'apiKey'),
  listing('Query.assistants', '{ assistants { instructions } }', 'text'),
  listing('Query.tools', '{ tools { name } }', 'tool'),
  { ...listing('Query.tools', '{ tools { name circuit } }', 'tool'), shows: ({ tool }) => `"name":"${tool}","circuit":"OPEN"` },
  listing('Query.knowledge', '{ knowledge { edges { node { text } } } }', 'text'),
  listing('Query.knowledge', '{ knowledge(search: "zebra") { edges { node { text } } } }', 'text'),
  listing('Query.sessions', '{ sessions(endUserId: "u") { edges { node { id } } } }', 'session'),
  byId('Query.session', 'query ($id: ID!) { session(id: $id) { id tenant { id } } }', 'session'),
  {
    ...byId('Query.session', 'query ($id: ID!) { session(id: $id) { messages { edges { node { content } } } } }', 'session'),
    shows: (owned) => owned.text ?? '',
  },
  {
    ...byId('Query.session', 'query ($id: ID!) { session(id: $id) { episodes { edges { node { id } } } } }', 'session'),
    shows: (owned) => owned.episode ?? '',
  },
  reference('Session', 'session'),
  byId('Query.episode', 'query ($id: ID!) { episode(id: $id) { id request { id } } }', 'episode'),
  reference('Episode', 'episode'),
  byId('Query.toolCall', 'query ($id: ID!) { toolCall(id: $id) { id } }', 'toolCall'),
  reference('ToolCall', 'toolCall'),
  byId('Subscription.sessionEvents', 'subscription ($id: ID!) { sessionEvents(sessionId: $id) { sessionId } }', 'session'),
  {
    field: 'Mutation.createApiKey',
    operation: CREATE_KEY,
    variables: (owned) => ({ key: owned.key }),
    shows: (owned) => owned.apiKey ?? '',
  },
  {
    field: 'Mutation.startSession',
    operation: START,
    variables: (owned) => ({ key: owned.key }),
    shows: (owned) => owned.session ?? '',
  },
  {
    field: 'Mutation.sendMessage',
    operation: SEND,
    variables: (owned) => ({ session: owned.session, content: 'And now?' }),
    shows: () => 'And now?',
  },
  {
    field: 'Mutation.registerTool',
    operation: REGISTER,
    variables: (owned) => ({ name: 'another', compensation: owned.tool }),
    shows: (owned) => owned.tool ?? '',
  },
  {
    field: 'Mutation.updateAssistant',
    operation: ASSIST,
    variables: (owned) => ({ tools: [owned.tool], version: 2 }),
    shows: (owned) => owned.tool ?? '',
  },
  {
    field: 'Mutation.importKnowledge',
    operation: IMPORT,
    variables: (owned) => ({ id: owned.document, text: owned.text }),
    shows: () => '"unchanged":1',
  },
  {
    field: 'Mutation.deleteKnowledge',
    operation: 'mutation ($ids: [String!]!) { deleteKnowledge(externalIds: $ids) }',
    variables: (owned) => ({ ids: [owned.retired] }),
    shows: () => '"deleteKnowledge":1',
  },
  listing('Query.unsettledToolCalls', '{ unsettledToolCalls { edges { node { id } } } }', 'unsettled'),
  byId('Mutation.approveToolCall', 'mutation ($id: ID!) { approveToolCall(id: $id) { id } }', 'toApprove'),
  byId('Mutation.rejectToolCall', 'mutation ($id: ID!) { rejectToolCall(id: $id) { id } }', 'toReject'),
  byId('Mutation.cancelEpisode', 'mutation ($id: ID!) { cancelEpisode(id: $id) { id } }', 'episode'),
  byId('Mutation.giveFeedback', 'mutation ($id: ID!) { giveFeedback(input: {episodeId: $id, score: 1}) { id } }', 'episode'),
  byId('Mutation.endSession', 'mutation ($id: ID!) { endSession(id: $id) { id } }', 'session'),
  byId('Mutation.revokeApiKey', 'mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', 'apiKey'),
];

/** The sessions subgraph on a migrated database. */
export async function isolationOfSessions(appUrl: string, admin: pg.Client): Promise<IsolationOf & { close(): Promise<void> }> {
  const database = await openDatabase({ url: appUrl, schema: SCHEMA });
  const hints = createMemoryPubSub();
  const clock = { now: () => new Date() };
  const module = createSessionsModule({
    database,
    clock,
    hints,
    tierNames: [],
    mcp: createMcpCatalog({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }) }),
    secretsKey: Buffer.alloc(32, 2),
    contextKey: CONTEXT_KEY,
  });

  const ask = async (tenantId: TenantId | null, query: string, variables: Record<string, unknown> = {}) => {
    const scopes = [tenantId === null ? ('OPERATOR' as const) : ('ADMIN' as const)];
    const context = { requestId: newId(), tenantId, scopes, credential: { kind: 'API_KEY' as const, id: newId() } };
    const contextToken = await signContext(context, CONTEXT_KEY);
    const { data, errors = [] } = await module.subgraph.execute({ query, variables, contextToken });
    if (errors.length > 0) throw new Error(`${query}: ${errors.map((error) => error.message).join('; ')}`);
    return JSON.stringify(data);
  };
  /** The first id in an answer: that of what was made. */
  const made = async (...asked: Parameters<typeof ask>) => /"id":"([^"]+)"/.exec(await ask(...asked))?.[1] ?? '';

  const makeTenant = async (): Promise<Owned> => {
    const tenantId = (await made(null, 'mutation { createTenant(input: {name: "T"}) { tenant { id } } }')) as TenantId;
    const [text, key, document, retired] = [`Zebras ${newId()}`, newId(), newId(), newId()];
    const tool = `t-${newId()}`;
    const apiKey = await made(tenantId, CREATE_KEY, { key });
    await ask(tenantId, REGISTER, { name: tool });
    await ask(tenantId, ASSIST, { text, version: 1 });
    for (const id of [document, retired]) await ask(tenantId, IMPORT, { id, text });
    const session = await made(tenantId, START, { key });
    const episode = await made(tenantId, SEND, { session, content: text });
    const calls = await giveCalls(admin, { tenantId, session, episode, tool }, 4);
    const [toolCall = '', unsettled = '', toApprove = '', toReject = ''] = calls;
    await module.episodeWork.reportCircuit(tenantId, { workerId: newId(), tool, state: 'OPEN', openForMs: 600_000 });
    await admin.query(`update sessions.tool_call set status = 'UNKNOWN' where id = $1`, [unsettled]);
    await admin.query(
      `update sessions.tool_call set status = 'AWAITING_APPROVAL', approval_expires_at = now() + interval '1 hour' where id in ($1, $2)`,
      [toApprove, toReject],
    );
    return { tenantId, text, key, document, retired, tool, apiKey, session, episode, toolCall, unsettled, toApprove, toReject };
  };
  return {
    subgraph: module.subgraph,
    contextKey: CONTEXT_KEY,
    schema: SCHEMA.name,
    database,
    makeTenant,
    cases: CASES,
    exempt: {
      'Query.tenants': 'needs OPERATOR, which no tenant holds',
      'Mutation.createTenant': 'needs OPERATOR, which no tenant holds',
      'Mutation.registerMcpServer': 'names nothing that there is, and returns what it has just made',
    },
    unread: {
      model_call: 'it is for the orchestrator, which works for all tenants',
    },
    unseen: {
      feedback: 'no field reads it',
      idempotency_key: 'its key begins with the tenant',
      knowledge_passage: 'what is found is read from its document, under the policy of that',
      message: 'it is read through its session or its episode, under the policies of those',
      model_call: 'no field reads it',
      tool_circuit: 'it is read for the names of the tools that one sees, under the policy of those',
      session_event: 'it is read through its session, under the policy of that',
    },
    close: async () => {
      await module.close();
      await hints.close();
      await database.close();
    },
  };
}
