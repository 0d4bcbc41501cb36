import { ZERO } from '@switchyard/kernel/decimal';
import {
  EpisodeSummaryDocument,
  type EpisodeSummaryQuery,
  InvoicePreviewDocument,
  KpisDocument,
  SendMessageDocument,
  StartSessionDocument,
  type UseCase,
  WatchSessionDocument,
} from '@switchyard/schema/generated/graphql';
import type { GraphClient } from './graph-client.ts';

const MESSAGES: readonly { readonly useCase: UseCase; readonly content: string }[] = [
  { useCase: 'FAQ', content: 'How many days do I have to return something?' },
  { useCase: 'ORDER', content: 'Where is my order A-1042?' },
  { useCase: 'LEAD', content: 'I would like a quote for 40 desks. My name is Ada Byron and my email is ada@example.com.' },
];

type Write = (text: string) => void;

/** Sends one FAQ, one order and one lead message through the public API and shows what became of each. */
export async function showConversation(client: GraphClient, write: Write): Promise<void> {
  for (const { useCase, content } of MESSAGES) {
    write(`\n${useCase}  ${content}\n`);
    const episodeId = await converse(client, useCase, content, write);
    await showEpisode(client, episodeId, write);
  }
  await showOverview(client, write);
}

/** Watches before it writes, so that the answer is seen from its first piece on. */
async function converse(client: GraphClient, useCase: UseCase, content: string, write: Write): Promise<string> {
  const { startSession } = await client.request(StartSessionDocument, { input: { useCase, endUserId: 'demo' } });
  const { sendMessage } = await client.request(SendMessageDocument, { input: { sessionId: startSession.id, content } });
  write('  answer    ');
  for await (const { sessionEvents: event } of client.subscribe(WatchSessionDocument, {
    sessionId: startSession.id,
    after: null,
  })) {
    if (event.__typename === 'AnswerDelta') write(event.text);
    if (event.__typename === 'ToolCallChanged' && event.toolCall.status !== 'REQUESTED') {
      write(`[${event.toolCall.tool} ${JSON.stringify(event.toolCall.arguments)} → ${event.toolCall.status}] `);
    }
    if (event.__typename === 'EpisodeChanged' && !['QUEUED', 'RUNNING'].includes(event.episode.status)) break;
  }
  write('\n');
  return sendMessage.id;
}

async function showEpisode(client: GraphClient, id: string, write: Write): Promise<void> {
  const { episode } = await untilMetered(client, id);
  if (episode == null) return;
  if (episode.failure != null) write(`  failed    ${episode.failure}\n`);
  for (const citation of episode.citations) write(`  source    ${citation.title}\n`);
  for (const decision of episode.routeDecisions)
    write(`  route     ${decision.tier} (${decision.reason}): ${decision.explanation}\n`);
  const used = [...Map.groupBy(episode.usage, (record) => record.meter)].map(
    ([meter, records]) => `${records.reduce((sum, record) => sum.plus(record.quantity), ZERO)} ${meter}`,
  );
  write(`  cost      ${episode.cost.amount} ${episode.cost.currency}${used.length === 0 ? '' : ` for ${used.join(', ')}`}\n`);
}

/** Usage may lag up to 5 s behind the end of an episode. */
async function untilMetered(client: GraphClient, id: string): Promise<EpisodeSummaryQuery> {
  for (let attempt = 0; ; attempt += 1) {
    const summary = await client.request(EpisodeSummaryDocument, { id });
    const metered = summary.episode?.usage.some((record) => record.meter === 'requests') ?? false;
    if (metered || attempt >= 50) return summary;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function showOverview(client: GraphClient, write: Write): Promise<void> {
  const now = Date.now();
  const range = { from: new Date(now - 3_600_000).toISOString(), to: new Date(now + 60_000).toISOString() };
  const { kpis } = await client.request(KpisDocument, { range });
  const share = kpis.tierDistribution.map((tier) => `${tier.tier} ${Math.round(tier.share * 100)} %`).join(', ');
  write(
    `\nKPIs of the last hour: ${kpis.episodes} episodes, ${percent(kpis.successRate)} succeeded, ${percent(kpis.escalationRate)} escalated, `,
  );
  write(`${kpis.toolCalls} tool calls, p50 ${Math.round(kpis.latencyP50Ms ?? 0)} ms; tiers: ${share}; `);
  write(`models cost ${kpis.cost.amount} ${kpis.cost.currency}, saved ${kpis.savings.amount} against the dearest tier\n`);
  const { invoicePreview } = await client.request(InvoicePreviewDocument, {});
  write(`Invoice preview since ${invoicePreview.periodStart.slice(0, 10)}:\n`);
  for (const line of invoicePreview.lineItems)
    write(`  ${line.description.padEnd(40)} ${line.quantity.padStart(10)}  ${line.amount.amount} ${line.amount.currency}\n`);
  write(`  ${'total'.padEnd(40)} ${''.padStart(10)}  ${invoicePreview.total.amount} ${invoicePreview.total.currency}\n`);
}

function percent(share: number | null | undefined): string {
  return share == null ? 'none' : `${Math.round(share * 100)} %`;
}
