import { type Database, openDatabase } from '@switchyard/database/database';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { RequestContext, Scope } from '@switchyard/kernel/request-context';
import type { TierConfig } from '@switchyard/models/tier';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { signContext } from '@switchyard/runtime/context-token';
import { createSessionsModule, SCHEMA, type SessionsModule } from '@switchyard/sessions/module';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { createEgress } from '@switchyard/tools/egress';
import { createMcpCatalog } from '@switchyard/tools/mcp-client';
import pg from 'pg';
import { pino } from 'pino';
import type { Limits } from '../limits.ts';
import { type Orchestrator, type OrchestratorOptions, startOrchestrator } from '../orchestrator.ts';
import type { TierInUse } from '../ports.ts';
import { createFirstTierRouter } from './first-tier-router.ts';
import { type Script, scripted } from './scripted-provider.ts';
import { createToolLedger, type ToolLedger } from './tool-ledger.ts';

/** Signs contexts and encrypts secrets, in every process of a test. */
export const KEY = Buffer.alloc(32, 1);

export type SessionEventSeen = {
  readonly __typename: 'EpisodeChanged' | 'AnswerDelta' | 'ToolCallChanged';
  readonly id: string;
  readonly text?: string;
  readonly episode?: { readonly status: string };
  readonly toolCall?: { readonly status: string };
};

export type EpisodeSeen = {
  readonly id: string;
  readonly status: string;
  readonly failure: string | null;
  readonly answer: { readonly content: string } | null;
  readonly citations: readonly { readonly title: string }[];
  readonly toolCalls: readonly {
    readonly id: string;
    readonly tool: string;
    readonly status: string;
    readonly attempts: number;
    readonly idempotencyKey: string;
    readonly result: unknown;
    readonly error: string | null;
    readonly compensatedBy: {
      readonly id: string;
      readonly tool: string;
      readonly status: string;
      readonly arguments: unknown;
      readonly idempotencyKey: string;
    } | null;
  }[];
};

export type LoggedEvent = { readonly type: string; readonly data: Record<string, unknown> };

/** The sessions subgraph on a database of its own, driven through its graph, with scripted models and a tool ledger. */
export type Stage = {
  readonly module: SessionsModule;
  readonly database: Database;
  readonly hints: PubSub;
  readonly tools: ToolLedger;
  readonly admin: pg.Pool;
  /** For a worker in a process of its own. */
  readonly appUrl: string;
  ask<Data>(tenantId: TenantId | null, query: string, variables?: Record<string, unknown>): Promise<Data>;
  watch(tenantId: TenantId, sessionId: string, after?: string | null): Promise<AsyncIterableIterator<SessionEventSeen>>;
  makeTenant(): Promise<TenantId>;
  /** Registers a tool that takes {id: string}, and lets the ORDER assistant call it. Returns what it signs with. */
  giveTool(
    tenantId: TenantId,
    name: string,
    tool: {
      readonly sideEffect: boolean;
      readonly idempotent?: boolean;
      readonly compensation?: string;
      readonly requiresApproval?: boolean;
      readonly approvalWhen?: unknown;
      readonly resultSchema?: unknown;
      /** Default: one that nobody calls, for the stage's own ledger. */
      readonly endpoint?: string;
    },
  ): Promise<{ readonly signingSecret: string }>;
  startSession(tenantId: TenantId, useCase?: string): Promise<string>;
  send(tenantId: TenantId, sessionId: string, content: string, more?: Record<string, unknown>): Promise<string>;
  episode(tenantId: TenantId, id: string): Promise<EpisodeSeen>;
  /** The episode once it has ended. */
  ended(tenantId: TenantId, id: string): Promise<EpisodeSeen>;
  /** What has been shown of an episode's answer, joined. */
  shown(id: string): Promise<string>;
  /** What the event log says of an episode, in order. */
  logOf(episodeId: string): Promise<LoggedEvent[]>;
  work(options: WorkerOptions): Promise<Orchestrator>;
  close(): Promise<void>;
};

export type WorkerOptions = {
  /** By tier, cheapest first. */
  readonly models: Readonly<Record<string, Script>>;
  /** Tiers that may abstain. */
  readonly local?: readonly string[];
  readonly limits?: Partial<Limits>;
  readonly more?: Partial<OrchestratorOptions>;
};

export async function openStage(adminUrl: string, { approvalTtlMs }: { approvalTtlMs?: number } = {}): Promise<Stage> {
  const test = await createTestDatabase(adminUrl, [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: SCHEMA, poolSize: 16 });
  const admin = new pg.Pool({ connectionString: test.adminUrl, max: 4 });
  // A connection that breaks while nobody uses it is replaced.
  admin.on('error', () => undefined);
  const hints = createMemoryPubSub();
  const tools = createToolLedger();
  const options = {
    database,
    clock: systemClock,
    hints,
    contextKey: KEY,
    secretsKey: KEY,
    tierNames: ['small', 'large'],
    mcp: createMcpCatalog({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }) }),
    approvalTtlMs,
  };
  const module = createSessionsModule(options);

  const tokenOf = (tenantId: TenantId | null) => {
    const scopes: Scope[] = [tenantId === null ? 'OPERATOR' : 'ADMIN'];
    const caller: RequestContext = { requestId: newId(), tenantId, scopes, credential: { kind: 'API_KEY', id: newId() } };
    return signContext(caller, KEY);
  };
  const ask: Stage['ask'] = async <Data>(tenantId: TenantId | null, query: string, variables: Record<string, unknown> = {}) => {
    const { data, errors = [] } = await module.subgraph.execute({ query, variables, contextToken: await tokenOf(tenantId) });
    const [error] = errors;
    if (error !== undefined) throw error;
    return JSON.parse(JSON.stringify(data)) as Data;
  };
  const episode: Stage['episode'] = async (tenantId, id) =>
    (
      await ask<{ episode: EpisodeSeen }>(
        tenantId,
        `query ($id: ID!) { episode(id: $id) { id status failure answer { content } citations { title }
           toolCalls { id tool status attempts idempotencyKey result error compensatedBy { id tool status arguments idempotencyKey } } } }`,
        { id },
      )
    ).episode;
  return {
    module,
    database,
    hints,
    tools,
    admin,
    appUrl: test.appUrl,
    ask,
    episode,
    watch: async (tenantId, sessionId, after = null) => {
      const stream = await module.subgraph.subscribe({
        query: `subscription ($sessionId: ID!, $after: ID) { sessionEvents(sessionId: $sessionId, after: $after) {
          __typename id ... on AnswerDelta { text } ... on EpisodeChanged { episode { status } }
          ... on ToolCallChanged { toolCall { status } } } }`,
        variables: { sessionId, after },
        contextToken: await tokenOf(tenantId),
      });
      if (!(Symbol.asyncIterator in stream)) throw stream.errors?.[0] ?? new Error('no stream');
      return eventsOf(stream);
    },
    makeTenant: async () => {
      const made = await ask<{ createTenant: { tenant: { id: TenantId } } }>(
        null,
        'mutation { createTenant(input: {name: "Shop"}) { tenant { id } } }',
      );
      return made.createTenant.tenant.id;
    },
    giveTool: async (tenantId, name, tool) => {
      const inputSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
      const input = { name, description: name, inputSchema, endpoint: 'https://tools.example.com/', ...tool };
      const { registerTool } = await ask<{ registerTool: { signingSecret: string } }>(
        tenantId,
        'mutation ($input: RegisterToolInput!) { registerTool(input: $input) { signingSecret } }',
        { input },
      );
      const { assistants } = await ask<{ assistants: { useCase: string; tools: string[]; version: number }[] }>(
        tenantId,
        '{ assistants { useCase tools version } }',
      );
      const order = assistants.find(({ useCase }) => useCase === 'ORDER');
      const update = {
        useCase: 'ORDER',
        tools: [...new Set([...(order?.tools ?? []), name])],
        expectedVersion: order?.version ?? 0,
      };
      await ask(tenantId, 'mutation ($input: UpdateAssistantInput!) { updateAssistant(input: $input) { version } }', {
        input: update,
      });
      return registerTool;
    },
    startSession: async (tenantId, useCase = 'FAQ') =>
      (
        await ask<{ startSession: { id: string } }>(
          tenantId,
          'mutation ($useCase: UseCase!) { startSession(input: {useCase: $useCase}) { id } }',
          { useCase },
        )
      ).startSession.id,
    send: async (tenantId, sessionId, content, more = {}) =>
      (
        await ask<{ sendMessage: { id: string } }>(
          tenantId,
          'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { id } }',
          { input: { sessionId, content, ...more } },
        )
      ).sendMessage.id,
    ended: async (tenantId, id) => {
      for (;;) {
        const now = await episode(tenantId, id);
        if (now.status !== 'QUEUED' && now.status !== 'RUNNING') return now;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    shown: async (id) => {
      const { rows } = await admin.query<{ shown: string | null }>(
        `select string_agg(text, '' order by seq) as shown from sessions.session_event where episode_id = $1 and kind = 'AnswerDelta'`,
        [id],
      );
      return rows[0]?.shown ?? '';
    },
    logOf: async (episodeId) => {
      const { rows } = await admin.query<{ envelope: LoggedEvent }>(
        `select envelope from log.event where envelope -> 'data' ->> 'episodeId' = $1 order by seq`,
        [episodeId],
      );
      return rows.map(({ envelope }) => envelope);
    },
    work: (worker) =>
      startOrchestrator({
        workerId: newId(),
        work: module.episodeWork,
        router: createFirstTierRouter(Object.keys(worker.models)),
        tiers: tiersOf(worker),
        tools,
        clock: systemClock,
        logger: pino({ level: 'silent' }),
        limits: { firstRetryDelayMs: 5, firstCompensationWaitMs: 5, ...worker.limits },
        pollMs: 50,
        ...worker.more,
      }),
    close: async () => {
      await module.close();
      await hints.close();
      await admin.end();
      await database.close();
      await test.drop();
    },
  };
}

async function* eventsOf(stream: AsyncIterableIterator<{ data?: unknown; errors?: readonly Error[] }>) {
  for await (const { data, errors } of stream) {
    const [error] = errors ?? [];
    if (error !== undefined) throw error;
    yield (data as { sessionEvents: SessionEventSeen }).sessionEvents;
  }
}

/** The tiers of scripted models. */
export function tiersOf({ models, local = [] }: WorkerOptions): ReadonlyMap<string, TierInUse> {
  return new Map(
    Object.entries(models).map(([name, script], index) => {
      const config: TierConfig = {
        name,
        provider: local.includes(name) ? 'local' : 'openai',
        model: `model-${name}`,
        baseUrl: null,
        apiKeyEnv: null,
        inputPricePerMillion: String(index + 1),
        outputPricePerMillion: String(10 * (index + 1)),
        currency: 'USD',
        contextTokens: 8_000,
      };
      return [name, { config, provider: scripted(script) }];
    }),
  );
}
