import { Decimal, sum } from '@switchyard/kernel/decimal';
import { type EpisodeId, newId, type TenantId, type ToolCallId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { decisionMade, episodeRequested, modelCallFinished, toolCallFinished } from './test-support/events.ts';

let platform: BillingPlatform;
const [tenantId, other] = [newId<TenantId>(), newId<TenantId>()];
const [episodeId, toolCallId] = [newId<EpisodeId>(), newId<ToolCallId>()];
const at = new Date('2026-11-20T10:15:30.123Z');

const money = z.object({ amount: z.string(), currency: z.literal('USD') });
const page = z.object({
  edges: z.array(z.object({ cursor: z.string(), node: z.object({ id: z.string(), quantity: z.string() }) })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});
const line = z.object({
  id: z.string(),
  meter: z.string().nullable(),
  quantity: z.string(),
  unitAmount: z.string().nullable(),
  amount: money,
  usageRecords: page,
});
const invoice = z.object({ id: z.string(), status: z.string(), lineItems: z.array(line), subtotal: money, total: money });

const RECORDS = 'edges { cursor node { id quantity } } pageInfo { hasNextPage endCursor }';
const LINE = `id meter quantity unitAmount amount { amount currency } usageRecords(first: 100) { ${RECORDS} }`;
const PREVIEW = `query ($at: DateTime) { invoicePreview(at: $at) {
  id status periodStart periodEnd lineItems { ${LINE} } subtotal { amount currency } total { amount currency } } }`;
const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on Tenant { billing { plan { code } } }
  ... on Episode { usage { meter quantity } cost { amount currency } }
  ... on ToolCall { usage { meter } }
  ... on UsageRecord { meter } } }`;

beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
  await platform.meter([
    episodeRequested({ tenantId, at, episodeId }),
    modelCallFinished({ tenantId, at, episodeId, inputTokens: 1234, outputTokens: 77 }),
    toolCallFinished({ tenantId, at, episodeId, toolCallId }),
    ...Array.from({ length: 24 }, (_, day) => decisionMade({ tenantId, at: new Date(Date.UTC(2026, 9, 26 + day, 9)) })),
    episodeRequested({ tenantId: other, at }),
    modelCallFinished({ tenantId: other, at }),
  ]);
});
afterAll(() => platform.close());

async function asked<T>(schema: z.ZodType<T>, query: string, variables = {}, of: TenantId | null = tenantId): Promise<T> {
  const { data, codes } = await platform.ask(of, query, variables);
  expect(codes).toEqual([]);
  return schema.parse(data);
}

async function preview(at: string | null = null): Promise<z.infer<typeof invoice>> {
  return (await asked(z.object({ invoicePreview: invoice }), PREVIEW, { at })).invoicePreview;
}

describe('the invoice preview', () => {
  it('has lines that add up to its total and to the records listed under them', async () => {
    const { status, lineItems, subtotal, total } = await preview();
    expect(status).toBe('PREVIEW');
    expect(lineItems.map(({ meter, quantity, unitAmount, amount }) => [meter, quantity, unitAmount, amount.amount])).toEqual([
      ['requests', '19', '0.01', '0.19'],
      ['input_tokens', '1234', '0.0000005', '0.000617'],
      ['output_tokens', '77', '0.0000015', '0.0001155'],
      ['tool_calls', '1', null, '0'],
      [null, '0', null, '-0.0007325'],
    ]);
    expect(sum(lineItems.map((each) => new Decimal(each.amount.amount))).toFixed()).toBe(total.amount);
    expect([subtotal.amount, total.amount]).toEqual(['0.19', '0.19']);
    for (const { quantity, usageRecords } of lineItems) {
      expect(sum(usageRecords.edges.map(({ node }) => new Decimal(node.quantity))).toFixed()).toBe(quantity);
    }
  });

  it('at an earlier time counts what had happened until then, in the period of that time', async () => {
    const requests = async (at: string) => (await preview(at)).lineItems.find(({ meter }) => meter === 'requests')?.quantity;
    expect(await requests('2026-11-01T09:00:00Z')).toBeUndefined();
    expect(await requests('2026-11-01T09:00:00.001Z')).toBe('1');
    expect(await requests('2026-11-20T10:15:30.123Z')).toBe('18');
    expect(await requests('2026-11-01T00:00:00Z')).toBe('6');
    expect(await requests('2026-12-01T00:00:00Z')).toBe('19');
  });

  it('refuses a time beyond the current period', async () => {
    expect((await platform.ask(tenantId, PREVIEW, { at: '2026-12-01T00:00:00.001Z' })).codes).toEqual(['BAD_USER_INPUT']);
  });

  it('is empty, not an error, for a tenant that has used nothing', async () => {
    const { invoicePreview } = await asked(z.object({ invoicePreview: invoice }), PREVIEW, {}, newId<TenantId>());
    expect(invoicePreview).toMatchObject({ lineItems: [], total: { amount: '0' } });
  });
});

describe('a line', () => {
  const LOOK_UP = `query ($id: ID!, $after: String) { invoiceLineItem(id: $id) {
    id quantity amount { amount currency } usageRecords(first: 7, after: $after) { ${RECORDS} } } }`;
  const found = z.object({
    invoiceLineItem: z.object({ id: z.string(), quantity: z.string(), amount: money, usageRecords: page }),
  });

  it('is found by its id, and pages through all of its records once, while more are recorded', async () => {
    const requests = (await preview()).lineItems.find(({ meter }) => meter === 'requests');
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { invoiceLineItem }: z.infer<typeof found> = await asked(found, LOOK_UP, { id: requests?.id, after });
      expect(invoiceLineItem).toMatchObject({ id: requests?.id, quantity: '19', amount: { amount: '0.19' } });
      seen.push(...invoiceLineItem.usageRecords.edges.map(({ node }) => node.id));
      ({ endCursor: after, hasNextPage: more } = invoiceLineItem.usageRecords.pageInfo);
      await platform.meter([decisionMade({ tenantId, at: new Date('2026-10-05T00:00:00Z') })]);
    }
    expect(seen).toHaveLength(19);
    expect(seen).toEqual(requests?.usageRecords.edges.map(({ node }) => node.id));
  });

  it("is nothing for an id that is none, or another tenant's", async () => {
    const [requests] = (await preview()).lineItems;
    const invented = Buffer.from('["a"]').toString('base64url');
    for (const id of ['', 'x', newId(), invented]) {
      expect(await platform.ask(tenantId, LOOK_UP, { id })).toMatchObject({ data: { invoiceLineItem: null }, codes: [] });
    }
    expect(await platform.ask(other, LOOK_UP, { id: requests?.id })).toMatchObject({
      data: { invoiceLineItem: null },
      codes: [],
    });
  });

  it('refuses the cursor of another line', async () => {
    const [requests, tokens] = (await preview()).lineItems;
    const after = tokens?.usageRecords.edges[0]?.cursor;
    expect((await platform.ask(tenantId, LOOK_UP, { id: requests?.id, after })).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('usage', () => {
  const USAGE = `query ($range: TimeRange!, $meter: String, $granularity: Granularity) {
    usage(range: $range, meter: $meter, granularity: $granularity) { at meter quantity } }`;
  const buckets = z.object({ usage: z.array(z.object({ at: z.string(), meter: z.string(), quantity: z.string() })) });
  const range = { from: '2026-11-20T10:15:30.123Z', to: '2026-11-20T10:15:30.124Z' };

  it('counts [from, to) by bucket and meter', async () => {
    const { usage } = await asked(buckets, USAGE, { range, granularity: 'HOUR' });
    expect(usage).toEqual([
      { at: '2026-11-20T10:00:00.000Z', meter: 'input_tokens', quantity: '1234' },
      { at: '2026-11-20T10:00:00.000Z', meter: 'output_tokens', quantity: '77' },
      { at: '2026-11-20T10:00:00.000Z', meter: 'requests', quantity: '1' },
      { at: '2026-11-20T10:00:00.000Z', meter: 'tool_calls', quantity: '1' },
    ]);
    const before = { from: '2026-11-20T10:00:00Z', to: range.from };
    expect((await asked(buckets, USAGE, { range: before })).usage).toEqual([]);
  });

  it('by month and by minute come to the same, of one meter or all', async () => {
    const year = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
    const november = { from: '2026-11-18T00:00:00Z', to: '2026-11-25T00:00:00Z' };
    const { usage } = await asked(buckets, USAGE, { range: year, granularity: 'MONTH', meter: 'output_tokens' });
    expect(usage).toEqual([{ at: '2026-11-01T00:00:00.000Z', meter: 'output_tokens', quantity: '77' }]);
    const fine = await asked(buckets, USAGE, { range: november, meter: 'output_tokens' });
    expect(fine.usage).toEqual([{ at: '2026-11-20T10:15:00.000Z', meter: 'output_tokens', quantity: '77' }]);
  });

  it('refuses a range that is empty, or too long for its granularity', async () => {
    const backwards = { from: range.to, to: range.from };
    expect((await platform.ask(tenantId, USAGE, { range: backwards })).codes).toEqual(['BAD_USER_INPUT']);
    const long = { from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:01:00Z' };
    expect((await platform.ask(tenantId, USAGE, { range: long, granularity: 'MINUTE' })).codes).toEqual(['BAD_USER_INPUT']);
  });

  it('records are listed newest first, page by page, by meter and range', async () => {
    const LIST = `query ($after: String, $meter: String, $range: TimeRange) {
      usageRecords(first: 4, after: $after, meter: $meter, range: $range) { ${RECORDS} } }`;
    const listed = z.object({ usageRecords: page });
    const all = { from: '2026-11-10T00:00:00Z', to: '2026-12-01T00:00:00Z' };
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { usageRecords }: z.infer<typeof listed> = await asked(listed, LIST, { after, meter: 'requests', range: all });
      ids.push(...usageRecords.edges.map(({ node }) => node.id));
      ({ endCursor: after, hasNextPage: more } = usageRecords.pageInfo);
    }
    const { rows } = await platform.admin.query(
      `select id from billing.usage_record where tenant_id = $1 and meter = 'requests' and occurred_at >= $2 order by occurred_at desc, id desc`,
      [tenantId, all.from],
    );
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(8);
  });
});

describe("what other subgraphs' entities get", () => {
  it('an episode knows its usage and its cost, a tool call its usage, a record itself', async () => {
    const { rows } = await platform.admin.query(`select id from billing.usage_record where tool_call_id = $1`, [toolCallId]);
    const of = [
      { __typename: 'Episode', id: episodeId },
      { __typename: 'ToolCall', id: toolCallId },
      { __typename: 'UsageRecord', id: rows[0]?.id },
      { __typename: 'Tenant', id: tenantId },
    ];
    const { data } = await platform.ask(tenantId, ENTITIES, { of });
    expect(data?._entities).toEqual([
      {
        usage: expect.arrayContaining([
          { meter: 'requests', quantity: '1' },
          { meter: 'input_tokens', quantity: '1234' },
        ]),
        cost: { amount: '0.0107325', currency: 'USD' },
      },
      { usage: [{ meter: 'tool_calls' }] },
      { meter: 'tool_calls' },
      { billing: { plan: { code: 'pay-as-you-go' } } },
    ]);
  });

  it("nothing is found of another tenant's ids, nor of ids that are none", async () => {
    const { rows } = await platform.admin.query(`select id from billing.usage_record where tool_call_id = $1`, [toolCallId]);
    for (const ids of [
      [episodeId, toolCallId, rows[0]?.id, tenantId],
      [newId(), newId(), newId(), newId()],
      ['x', '', '-', '0'],
    ]) {
      const of = ['Episode', 'ToolCall', 'UsageRecord', 'Tenant'].map((__typename, nr) => ({ __typename, id: ids[nr] }));
      const { data, codes } = await platform.ask(other, ENTITIES, { of });
      expect(codes).toEqual([]);
      expect(data?._entities).toEqual([{ usage: [], cost: { amount: '0', currency: 'USD' } }, { usage: [] }, null, null]);
    }
  });

  it('costs of all episodes and decisions are the metered lines, to the last digit', async () => {
    const { lineItems } = await preview();
    const of = [{ __typename: 'Episode', id: episodeId }];
    const { data } = await platform.ask(tenantId, ENTITIES, { of });
    const [episode] = z.object({ _entities: z.array(z.object({ cost: money })) }).parse(data)._entities;
    const metered = sum(lineItems.filter(({ meter }) => meter !== null).map(({ amount }) => new Decimal(amount.amount)));
    expect(metered.minus(episode?.cost.amount ?? 0).toFixed()).toBe(new Decimal('0.01').times(18).toFixed());
  });
});

describe('who may read', () => {
  const ALL = ['{ plans { code } }', '{ meters { code } }', '{ billing { periodStart } }', PREVIEW];

  it('needs BILLING_READ', async () => {
    for (const query of ALL) {
      expect((await platform.ask(tenantId, query, {}, ['SESSIONS_READ'])).codes).toEqual(['FORBIDDEN']);
    }
    for (const __typename of ['Episode', 'ToolCall', 'UsageRecord', 'Tenant']) {
      const { codes } = await platform.ask(tenantId, ENTITIES, { of: [{ __typename, id: tenantId }] }, ['SESSIONS_READ']);
      expect(new Set(codes)).toEqual(new Set(['FORBIDDEN']));
    }
  });

  it("the operator reads plans, meters and any tenant's account, and nothing that belongs to one tenant", async () => {
    const codes = await Promise.all(ALL.map(async (query) => (await platform.ask(null, query)).codes));
    expect(codes).toEqual([[], [], ['FORBIDDEN'], ['FORBIDDEN']]);
    const of = [tenantId, other].map((id) => ({ __typename: 'Tenant', id }));
    const { data } = await platform.ask(null, ENTITIES, { of });
    const account = { billing: { plan: { code: 'pay-as-you-go' } } };
    expect(data?._entities).toEqual([account, account]);
  });

  it('plans and meters are the ones that the platform promises', async () => {
    const { data } = await platform.ask(
      tenantId,
      '{ plans { code version currency prices { meter model tiers { upTo } } } meters { code aggregation } }',
    );
    const plans = z
      .array(z.object({ code: z.string(), prices: z.array(z.object({ meter: z.string(), model: z.string() })) }))
      .parse(data?.plans);
    expect(plans.map(({ code, prices }) => [code, prices.length, prices[0]?.model])).toEqual([
      ['pay-as-you-go', 5, 'PER_UNIT'],
      ['starter', 5, 'PER_UNIT'],
      ['scale', 5, 'GRADUATED'],
    ]);
    expect(data?.meters).toEqual([
      { code: 'input_tokens', aggregation: 'SUM' },
      { code: 'output_tokens', aggregation: 'SUM' },
      { code: 'requests', aggregation: 'COUNT' },
      { code: 'tool_calls', aggregation: 'COUNT' },
      { code: 'custom_units', aggregation: 'SUM' },
    ]);
  });

  it('an account shows the period that is running', async () => {
    const { data } = await platform.ask(tenantId, '{ billing { plan { name baseFee { amount } } periodStart periodEnd } }');
    expect(data?.billing).toEqual({
      plan: { name: 'Pay as you go', baseFee: { amount: '0' } },
      periodStart: '2026-11-01T00:00:00.000Z',
      periodEnd: '2026-12-01T00:00:00.000Z',
    });
  });
});
