import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGraphCaller, type GraphCaller } from '@switchyard/testing/graph-caller';
import { type ModelServer, startModelServer } from '@switchyard/testing/model-server';
import { startToolServer, type ToolServer } from '@switchyard/testing/tool-server';

/** A model and a tool outside of the platform, which do what a message says: `call look_up {"id": "1"}`. */
export type ScriptedWorld = {
  readonly models: ModelServer;
  readonly tools: ToolServer;
  /** Variables that let a platform use them. */
  readonly env: Readonly<Record<string, string>>;
  /** The key that the platform shows to the model's provider. */
  readonly providerKey: string;
  close(): Promise<void>;
};

export async function startScriptedWorld(): Promise<ScriptedWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-world-'));
  const [models, tools] = [await startModelServer(), await startToolServer({ idempotent: true })];
  const price = { inputPricePerMillion: '2', outputPricePerMillion: '8', currency: 'USD' };
  const tier = { name: 'scripted', provider: 'openai', model: 'scripted-1', baseUrl: models.baseUrl, apiKeyEnv: 'SCRIPTED_KEY' };
  const tiersFile = path.join(directory, 'tiers.json');
  await writeFile(tiersFile, JSON.stringify([{ ...tier, ...price }]));
  const providerKey = 'key-that-the-provider-knows';
  return {
    models,
    tools,
    env: { TIERS_FILE: tiersFile, SCRIPTED_KEY: providerKey, EGRESS_ALLOW: '127.0.0.0/8' },
    providerKey,
    close: async () => {
      await tools.stop();
      await models.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type ScriptedTenant = {
  readonly id: string;
  /** Its API key. */
  readonly secret: string;
  /** Of its tool's calls. */
  readonly signingSecret: string;
  readonly caller: GraphCaller;
};

/** Makes a tenant whose assistant may call the world's tool as `look_up`. */
export async function makeScriptedTenant(
  platform: { readonly url: string; readonly operatorKey: string },
  tools: ToolServer,
): Promise<ScriptedTenant> {
  const operator = createGraphCaller(platform.url, platform.operatorKey);
  const { createTenant } = await operator.graph<{ createTenant: { tenant: { id: string }; secret: string } }>(
    'mutation { createTenant(input: { name: "Ada" }) { tenant { id } secret } }',
  );
  const { tenant, secret } = createTenant;
  const caller = createGraphCaller(platform.url, secret);
  const { registerTool } = await caller.graph<{ registerTool: { signingSecret: string } }>(
    `mutation ($endpoint: String!) { registerTool(input: { name: "look_up", description: "Looks something up",
      inputSchema: { type: "object" }, endpoint: $endpoint, sideEffect: true, idempotent: true }) { signingSecret } }`,
    { endpoint: `${tools.origin}/look-up` },
  );
  tools.trust(registerTool.signingSecret);
  await caller.graph(
    'mutation { updateAssistant(input: { useCase: GENERAL, tools: ["look_up"], expectedVersion: 1 }) { version } }',
  );
  return { id: tenant.id, secret, signingSecret: registerTool.signingSecret, caller };
}

export type EndedEpisode = { readonly id: string; readonly status: string; readonly traceId: string | null };

/** Sends the message in a session of its own, and waits until it is answered and its usage is recorded. */
export async function ask(caller: GraphCaller, content: string, withinMs = 20_000): Promise<EndedEpisode> {
  const { startSession } = await caller.graph<{ startSession: { id: string } }>(
    'mutation { startSession(input: { useCase: GENERAL }) { id } }',
  );
  const { sendMessage } = await caller.graph<{ sendMessage: { id: string } }>(
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { id } }',
    { input: { sessionId: startSession.id, content } },
  );
  for (const end = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const { episode } = await caller.graph<{ episode: EndedEpisode & { usage: { meter: string }[] } }>(
      'query ($id: ID!) { episode(id: $id) { id status traceId usage { meter } } }',
      { id: sendMessage.id },
    );
    const isRecorded = episode.usage.some(({ meter }) => meter === 'output_tokens');
    if (isRecorded && episode.status !== 'QUEUED' && episode.status !== 'RUNNING') return episode;
    if (Date.now() > end) throw new Error(`The episode has not ended: ${JSON.stringify(episode)}`);
  }
}
