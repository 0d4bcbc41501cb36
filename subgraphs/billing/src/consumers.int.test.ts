import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type EpisodeId, newId, type TenantId, type ToolCallId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { decisionMade, episodeRequested, eventOf, modelCallFinished, toolCallFinished } from './test-support/events.ts';

let platform: BillingPlatform;
let tenantId: TenantId;
const at = new Date('2026-11-20T10:15:30.123Z');

beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
});
afterAll(() => platform.close());
beforeEach(() => {
  tenantId = newId<TenantId>();
});

async function rows<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
  return (await platform.admin.query(sql, values)).rows as Row[];
}

async function recorded(): Promise<Record<string, string>> {
  const sums = await rows<{ meter: string; text: string }>(
    `select meter, sum(quantity)::float8 || ' in ' || count(*) as text from billing.usage_record where tenant_id = $1 group by meter`,
    tenantId,
  );
  return Object.fromEntries(sums.map(({ meter, text }) => [meter, text]));
}

describe('what an event is charged as', () => {
  it('an episode that is asked for is a request, with its tokens and tool calls', async () => {
    const [episodeId, toolCallId] = [newId<EpisodeId>(), newId<ToolCallId>()];
    await platform.meter([
      episodeRequested({ tenantId, at, episodeId }),
      modelCallFinished({ tenantId, at, episodeId, inputTokens: 120, outputTokens: 30, estimated: true }),
      toolCallFinished({ tenantId, at, episodeId, toolCallId, attempts: 3 }),
    ]);
    expect(await recorded()).toEqual({
      requests: '1 in 1',
      input_tokens: '120 in 1',
      output_tokens: '30 in 1',
      tool_calls: '1 in 1',
    });
    const [tokens, call] = await rows<{ meter: string }>(
      `select meter, dimensions, estimated, episode_id = $2 as of_episode, tool_call_id = $3 as of_tool_call, occurred_at
         from billing.usage_record where tenant_id = $1 and meter in ('input_tokens', 'tool_calls') order by meter`,
      tenantId,
      episodeId,
      toolCallId,
    );
    expect(tokens).toMatchObject({
      dimensions: { tier: 'small', model: 'm-1', provider: 'openai' },
      estimated: true,
      of_episode: true,
      occurred_at: at,
    });
    expect(call).toMatchObject({ dimensions: { tool: 'orders.find' }, estimated: false, of_episode: true, of_tool_call: true });
  });

  it('a decision is a request where no episode asked for it', async () => {
    await platform.meter([decisionMade({ tenantId, at }), decisionMade({ tenantId, at, episodeId: newId() })]);
    expect(await recorded()).toEqual({ requests: '1 in 1' });
  });

  it('nothing: calls that are not billable, tool calls that were never sent, undoing, no tokens', async () => {
    await platform.meter([
      modelCallFinished({ tenantId, at, billable: false }),
      modelCallFinished({ tenantId, at, inputTokens: 0, outputTokens: 0 }),
      toolCallFinished({ tenantId, at, attempts: 0 }),
      toolCallFinished({ tenantId, at, compensates: newId() }),
      eventOf('episode.started', tenantId, at, { episodeId: newId(), sessionId: newId(), useCase: 'FAQ' }),
    ]);
    expect(await recorded()).toEqual({});
  });

  it('a new tenant is nothing yet, but has its account', async () => {
    const created = eventOf('tenant.created', tenantId, at, { tenantId, name: 'Acme' });
    await platform.meter([created, created]);
    const accounts = await rows(
      `select plan.code from billing.billing_account join billing.plan on plan.id = plan_id where tenant_id = $1`,
      tenantId,
    );
    expect(accounts).toEqual([{ code: 'pay-as-you-go' }]);
  });
});

describe('usage that is delivered again', () => {
  it('is charged once: in the same batch, in the next, among new ones', async () => {
    const [a, b, c] = [1, 2, 3].map(() => episodeRequested({ tenantId, at })) as [EventEnvelope, EventEnvelope, EventEnvelope];
    await platform.meter([a, a]);
    await platform.meter([a, b]);
    await platform.meter([b, c, a, c]);
    expect(await recorded()).toEqual({ requests: '3 in 3' });
    expect(await counters()).toEqual([{ meter: 'requests', quantity: 3, records: 3 }]);
  });

  it('is charged once by two consumers that hold the same events at the same time', async () => {
    const events = Array.from({ length: 40 }, () => modelCallFinished({ tenantId, at }));
    await Promise.all([platform.meter(events), platform.meter(events.toReversed()), platform.meter(events.slice(7, 21))]);
    expect(await recorded()).toEqual({ input_tokens: '4000 in 40', output_tokens: '800 in 40' });
    expect(await counters()).toEqual([
      { meter: 'input_tokens', quantity: 4000, records: 40 },
      { meter: 'output_tokens', quantity: 800, records: 40 },
    ]);
  });

  it('is charged once after a crash before the commit, and leaves no trace of the first attempt', async () => {
    const events = [episodeRequested({ tenantId, at }), modelCallFinished({ tenantId, at })];
    const crash = platform.database.crossTenant('consumer', async (tx) => {
      await platform.module.consumers.metering.handle(events, tx);
      throw new Error('killed before the commit');
    });
    await expect(crash).rejects.toThrow('killed before the commit');
    expect(await recorded()).toEqual({});
    expect(await usageEvents()).toEqual([]);
    await platform.meter(events);
    expect(await recorded()).toEqual({ requests: '1 in 1', input_tokens: '100 in 1', output_tokens: '20 in 1' });
    expect((await usageEvents()).map((event) => event.meter)).toEqual(['requests', 'input_tokens', 'output_tokens']);
  });

  it('is one of another tenant where the tenant is another', async () => {
    const event = episodeRequested({ tenantId, at });
    await platform.meter([event, { ...event, tenantid: newId<TenantId>() }]);
    expect(await recorded()).toEqual({ requests: '1 in 1' });
  });
});

it('usage that comes late goes into the period in which it happened', async () => {
  await platform.meter([episodeRequested({ tenantId, at })]);
  await platform.meter([episodeRequested({ tenantId, at: new Date('2026-10-31T23:59:59.999Z') })]);
  await platform.meter([episodeRequested({ tenantId, at: new Date('2026-11-01T00:00:00.000Z') })]);
  const periods = await rows(
    `select to_char(period_start at time zone 'UTC', 'YYYY-MM-DD') as start, records::int from billing.usage_counter where tenant_id = $1 order by 1`,
    tenantId,
  );
  expect(periods).toEqual([
    { start: '2026-10-01', records: 1 },
    { start: '2026-11-01', records: 2 },
  ]);
});

it('an event that is not of its type stops the batch, and keeps nothing of it', async () => {
  const broken = { ...modelCallFinished({ tenantId, at }), data: { inputTokens: 'many' } };
  await expect(platform.meter([episodeRequested({ tenantId, at }), broken])).rejects.toThrow();
  expect(await recorded()).toEqual({});
});

it('every record is told in the log, with the event that led to it', async () => {
  const event = { ...modelCallFinished({ tenantId, at }), correlationid: 'request-1' };
  await platform.meter([event]);
  const told = await rows<{ envelope: EventEnvelope }>(
    `select envelope from log.event where tenant_id = $1 and topic = 'billing.usage.v1'`,
    tenantId,
  );
  expect(told.map(({ envelope }) => envelope)).toEqual(
    ['input_tokens', 'output_tokens'].map((meter) =>
      expect.objectContaining({
        type: 'usage.recorded',
        source: 'switchyard/billing',
        subject: (event.data as { sessionId: string }).sessionId,
        time: at.toISOString(),
        causationid: event.id,
        correlationid: 'request-1',
        data: expect.objectContaining({ meter, occurredAt: at.toISOString(), source: 'PLATFORM', estimated: false }),
      }),
    ),
  );
});

it('a usage record and a plan can be changed or removed by nobody, the platform included', async () => {
  await platform.meter([episodeRequested({ tenantId, at })]);
  for (const statement of [
    'update billing.usage_record set quantity = 0',
    'delete from billing.usage_record',
    'update billing.plan set base_fee = 0',
    'delete from billing.plan',
  ]) {
    const tried = platform.database.crossTenant('maintenance', (tx) => tx.query(statement));
    await expect(tried).rejects.toThrow(/only ever added to/);
  }
});

it('counts records and duplicates in its metrics', async () => {
  const before = await metric('usage_duplicates_total');
  const event = toolCallFinished({ tenantId, at });
  await platform.meter([event]);
  await platform.meter([event]);
  expect((await metric('usage_duplicates_total')) - before).toBe(1);
  expect(await platform.registry.metrics()).toMatch(/usage_records_total\{meter="tool_calls"\} [1-9]/);
});

async function counters() {
  return await rows(
    `select meter, quantity::float8, records::int from billing.usage_counter where tenant_id = $1 order by meter`,
    tenantId,
  );
}

async function usageEvents() {
  return await rows<{ meter: string }>(
    `select envelope #>> '{data,meter}' as meter from log.event where tenant_id = $1 and topic = 'billing.usage.v1' order by seq`,
    tenantId,
  );
}

async function metric(name: string): Promise<number> {
  const found = await platform.registry.getSingleMetric(name)?.get();
  return found?.values[0]?.value ?? 0;
}
