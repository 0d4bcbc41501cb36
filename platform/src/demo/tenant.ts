import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AssistantsDocument,
  CreateTenantDocument,
  ImportKnowledgeDocument,
  RegisterToolDocument,
  UpdateAssistantDocument,
  type UseCase,
} from '@switchyard/schema/generated/graphql';
import { createGraphClient, type GraphClient } from './graph-client.ts';
import type { DemoShop } from './shop.ts';

type DemoFile = { readonly url: string; readonly tenantId: string; readonly apiKey: string };

const INSTRUCTIONS: Readonly<Partial<Record<UseCase, { text: string; tools: readonly string[] }>>> = {
  FAQ: { text: 'You answer questions about the shop from its help pages, briefly, and say so when they do not tell.', tools: [] },
  ORDER: {
    text: 'You help with orders of the shop: where they are, and cancelling them.',
    tools: ['orders.status', 'orders.cancel'],
  },
  LEAD: { text: 'You note who is interested in an offer, and how to reach them.', tools: ['leads.create'] },
};

/** Where the demo keeps the key of its tenant, for `npm run demo`. */
export function demoFileIn(dataDir: string): string {
  return path.join(dataDir, 'demo.json');
}

/** What is known of the demo's tenant; null before the first start with a demo. */
export async function readDemoFile(dataDir: string): Promise<DemoFile | null> {
  const text = await readFile(demoFileIn(dataDir), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as DemoFile);
}

/**
 * Makes the demo's tenant through the public API, or takes the one that is there, and registers the shop's tools at the
 * address that they have this time.
 * @returns the tenant's client, and whether the tenant is new.
 */
export async function prepareDemo(options: {
  url: string;
  operatorKey: string;
  dataDir: string;
  shop: DemoShop;
  signal: AbortSignal;
}): Promise<{ client: GraphClient; isNew: boolean }> {
  const known = await readDemoFile(options.dataDir);
  const tenant = known ?? (await createTenant(options));
  const client = createGraphClient(options.url, tenant.apiKey, options.signal);
  for (const tool of options.shop.tools) {
    const input = { ...tool, endpoint: `${options.shop.origin}/tools/${tool.name}` };
    const { registerTool } = await client.request(RegisterToolDocument, { input });
    options.shop.trust(tool.name, registerTool.signingSecret);
  }
  if (known === null) await furnish(client);
  const file: DemoFile = { url: options.url, tenantId: tenant.tenantId, apiKey: tenant.apiKey };
  await writeFile(demoFileIn(options.dataDir), JSON.stringify(file, null, 2), { mode: 0o600 });
  return { client, isNew: known === null };
}

async function createTenant(options: {
  url: string;
  operatorKey: string;
  signal: AbortSignal;
}): Promise<{ tenantId: string; apiKey: string }> {
  const operator = createGraphClient(options.url, options.operatorKey, options.signal);
  const { createTenant: made } = await operator.request(CreateTenantDocument, {
    // The same one again when a first start was killed before it wrote its file.
    input: { name: 'Demo shop', idempotencyKey: 'demo-shop' },
  });
  await operator.close();
  return { tenantId: made.tenant.id, apiKey: made.secret };
}

async function furnish(client: GraphClient): Promise<void> {
  const knowledge: unknown = JSON.parse(await readFile(new URL('./knowledge.json', import.meta.url), 'utf8'));
  await client.request(ImportKnowledgeDocument, {
    input: { documents: knowledge as { externalId: string; title: string; text: string }[] },
  });
  const { assistants } = await client.request(AssistantsDocument, {});
  for (const assistant of assistants) {
    const wanted = INSTRUCTIONS[assistant.useCase];
    if (wanted === undefined) continue;
    await client.request(UpdateAssistantDocument, {
      input: {
        useCase: assistant.useCase,
        instructions: wanted.text,
        tools: [...wanted.tools],
        expectedVersion: assistant.version,
      },
    });
  }
}
