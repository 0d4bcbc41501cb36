import { type EpisodeId, newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { modelCallFinished } from './test-support/events.ts';
import { NOW, RECORD, recordUsage, totalOf, type UsageEvent } from './test-support/usage-calls.ts';

let platform: BillingPlatform;
let tenantId: TenantId;

beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
  await meter('peak_seats', 'MAX');
  await meter('active_users', 'UNIQUE', 'user');
  await meter('logins', 'COUNT');
});
afterAll(() => platform.close());
beforeEach(() => {
  tenantId = newId<TenantId>();
  platform.now = NOW;
});

const METER = `mutation ($input: CreateMeterInput!) { createMeter(input: $input) { code aggregation uniqueBy } }`;
async function meter(code: string, aggregation: string, uniqueBy: string | null = null): Promise<void> {
  const input = { code, description: code, unit: 'unit', aggregation, uniqueBy };
  expect(await platform.ask(null, METER, { input })).toMatchObject({
    data: { createMeter: { code, aggregation, uniqueBy } },
    codes: [],
  });
}

const record = (...events: UsageEvent[]) => recordUsage(platform, tenantId, events);
const total = (meter: string, at: string | null = null) => totalOf(platform, tenantId, { meter, at });

async function behind(meter: string): Promise<string[]> {
  const { data } = await platform.ask(
    tenantId,
    '{ invoicePreview { lineItems { meter usageRecords { edges { node { externalId } } } } } }',
  );
  const page = z.object({ edges: z.array(z.object({ node: z.object({ externalId: z.string() }) })) });
  const lines = z.object({
    invoicePreview: z.object({ lineItems: z.array(z.object({ meter: z.string().nullable(), usageRecords: page })) }),
  });
  const line = lines.parse(data).invoicePreview.lineItems.find((each) => each.meter === meter);
  return (line?.usageRecords.edges ?? []).map(({ node }) => node.externalId);
}

describe('recordUsage', () => {
  it('records each event once, forever, in whatever call it comes', async () => {
    expect(await record({ id: 'a' }, { id: 'b', quantity: '2.5' })).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect(await record({ id: 'b', quantity: '7' }, { id: 'c' }, { id: 'c' })).toEqual({
      accepted: 1,
      duplicates: 2,
      rejected: [],
    });
    expect(await total('custom_units')).toBe('4.5');
  });

  it('says of each event that it rejects why, and records the others', async () => {
    const { accepted, rejected } = await record(
      { id: 'good' },
      { id: 'tokens', meter: 'input_tokens' },
      { id: 'nowhere', meter: 'nothing' },
      { id: 'negative', quantity: '-1' },
      { id: 'tomorrow', occurredAt: '2026-11-20T12:05:00.001Z' },
      { id: 'last month', occurredAt: '2026-10-16T11:59:59.999Z' },
      { id: 'nobody', meter: 'active_users' },
      { id: 'two', meter: 'logins', quantity: '2' },
      { id: 'nested', dimensions: { user: { name: 'x' } } },
      { id: '' },
    );
    expect(accepted).toBe(1);
    expect(rejected.map(({ id }) => id)).toEqual([
      'tokens',
      'nowhere',
      'negative',
      'tomorrow',
      'last month',
      'nobody',
      'two',
      'nested',
      '',
    ]);
    expect(rejected.map(({ reason }) => reason).join('\n')).toMatchInlineSnapshot(`
      "The platform alone records input_tokens.
      There is no meter nothing.
      \`quantity\` must not be negative. To correct an event, send another one that \`replaces\` it.
      \`occurredAt\` lies more than 5 minutes in the future.
      \`occurredAt\` lies more than 35 days in the past.
      active_users counts values of the dimension user, which this event does not have.
      logins counts events: \`quantity\` must be 1.
      The dimension user must be text, a number or a boolean.
      \`id\` must have 1 to 255 characters."
    `);
  });

  it('takes an event at the very edges of its time, and puts it into the period in which it happened', async () => {
    const { accepted } = await record(
      { id: 'ahead', occurredAt: '2026-11-20T12:05:00.000Z' },
      { id: 'late', occurredAt: '2026-10-16T12:00:00.000Z', quantity: '40' },
    );
    expect(accepted).toBe(2);
    expect(await total('custom_units')).toBe('1');
    expect(await total('custom_units', '2026-11-01T00:00:00Z')).toBe('40');
  });

  it('takes up to 1,000 events, and no more', async () => {
    const events = Array.from({ length: 1001 }, (_, index) => ({ id: `e${index}` }));
    expect((await record(...events.slice(1))).accepted).toBe(1000);
    const filled = events.map((event) => ({ ...event, meter: 'custom_units', quantity: '1', occurredAt: NOW.toISOString() }));
    const refused = await platform.ask(tenantId, RECORD, { input: { events: filled } }, ['BILLING_WRITE']);
    expect(refused.codes).toEqual(['BAD_USER_INPUT']);
  });

  it('needs the scope BILLING_WRITE', async () => {
    expect((await platform.ask(tenantId, RECORD, { input: { events: [] } })).codes).toEqual(['FORBIDDEN']);
  });

  it('shows a record with the id that its sender gave it', async () => {
    await record({ id: 'mine', dimensions: { region: 'eu', seats: 3 } });
    const { data } = await platform.ask(
      tenantId,
      '{ usageRecords { edges { node { externalId source dimensions estimated reverses { id } } } } }',
    );
    const node = {
      externalId: 'mine',
      source: 'API',
      dimensions: { region: 'eu', seats: '3' },
      estimated: false,
      reverses: null,
    };
    expect(data).toEqual({ usageRecords: { edges: [{ node }] } });
  });
});

describe('a correction', () => {
  it('is a record that takes the old one back, and one that stands in its place', async () => {
    await record({ id: 'wrong', quantity: '100', occurredAt: '2026-10-20T10:00:00Z' });
    expect(await record({ id: 'right', quantity: '10', replaces: 'wrong' })).toMatchObject({ accepted: 1, rejected: [] });
    expect(await total('custom_units')).toBe('10');
    expect(await total('custom_units', '2026-11-01T00:00:00Z')).toBe('0');
    const { rows } = await platform.admin.query(
      `select quantity::float8, reverses is not null as reverses from billing.usage_record where tenant_id = $1 order by recorded_at, seq, reverses`,
      [tenantId],
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { quantity: 100, reverses: false },
        { quantity: -100, reverses: true },
        { quantity: 10, reverses: false },
      ]),
    );
  });

  it('is made once, however often it is told, and an event is replaced once', async () => {
    await record({ id: 'a', quantity: '5' });
    await record({ id: 'b', quantity: '6', replaces: 'a' });
    expect(await record({ id: 'b', quantity: '6', replaces: 'a' })).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    const again = await record({ id: 'c', quantity: '7', replaces: 'a' }, { id: 'd', replaces: 'never' });
    expect(again.rejected.map(({ id }) => id)).toEqual(['c', 'd']);
    expect(await record({ id: 'e', quantity: '0', replaces: 'b' })).toMatchObject({ accepted: 1 });
    expect(await total('custom_units')).toBe('0');
  });

  it('of an estimate is what the provider reports: once, at the same time, not estimated', async () => {
    const [episodeId, modelCallId] = [newId<EpisodeId>(), newId()];
    const at = new Date('2026-11-20T11:00:00Z');
    await platform.meter([
      modelCallFinished({ tenantId, at, episodeId, modelCallId, inputTokens: 90, outputTokens: 0, estimated: true }),
    ]);
    const report = `mutation ($input: ReportModelUsageInput!) { reportModelUsage(input: $input) { meter quantity estimated occurredAt } }`;
    const input = { tenantId, episodeId, modelCallId, inputTokens: 100, outputTokens: 12 };
    const told = await platform.ask(null, report, { input });
    expect(told.data?.reportModelUsage).toEqual([
      { meter: 'input_tokens', quantity: '100', estimated: false, occurredAt: at.toISOString() },
      { meter: 'output_tokens', quantity: '12', estimated: false, occurredAt: at.toISOString() },
    ]);
    await platform.ask(null, report, { input });
    expect([await total('input_tokens'), await total('output_tokens')]).toEqual(['100', '12']);
    const unknown = { ...input, modelCallId: newId() };
    expect((await platform.ask(null, report, { input: unknown })).codes).toEqual(['NOT_FOUND']);
    expect((await platform.ask(tenantId, report, { input })).codes).toEqual(['FORBIDDEN']);
  });
});

describe('a MAX meter', () => {
  const peak = (id: string, quantity: string, more: Partial<UsageEvent> = {}) => ({ id, meter: 'peak_seats', quantity, ...more });

  it('stands at its largest, in whatever order, and falls back when that is taken back', async () => {
    await record(peak('a', '5'), peak('b', '9'), peak('c', '7'));
    expect(await total('peak_seats')).toBe('9');
    expect(await behind('peak_seats')).toEqual(['b']);
    await record(peak('d', '1', { replaces: 'b' }));
    expect(await total('peak_seats')).toBe('7');
    expect(await behind('peak_seats')).toEqual(['c']);
  });
});

describe('a UNIQUE meter', () => {
  const seen = (id: string, user: string, more: Partial<UsageEvent> = {}) => ({
    id,
    meter: 'active_users',
    dimensions: { user },
    ...more,
  });

  it('counts each value once, whenever it comes, until all of its records are taken back', async () => {
    await record(seen('1', 'ann'), seen('2', 'bob'), seen('3', 'ann'));
    expect(await total('active_users')).toBe('2');
    expect((await behind('active_users')).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['1', '2']);
    await record(seen('4', 'bob', { replaces: '1' }));
    expect(await total('active_users')).toBe('2');
    expect((await behind('active_users')).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['2', '3']);
    await record(seen('5', 'bob', { replaces: '3' }));
    expect(await total('active_users')).toBe('1');
    expect(await behind('active_users')).toEqual(['2']);
  });
});

describe('createMeter', () => {
  it('makes a meter once, and refuses to change how it counts', async () => {
    await meter('logins', 'COUNT');
    const changed = { code: 'logins', description: 'x', unit: 'unit', aggregation: 'SUM' };
    expect((await platform.ask(null, METER, { input: changed })).codes).toEqual(['CONFLICT']);
    for (const bad of [
      { code: 'Big' },
      { code: 'ok', aggregation: 'UNIQUE' },
      { code: 'ok', uniqueBy: 'x' },
      { code: 'ok', unit: ' ' },
    ]) {
      const input = { description: 'x', unit: 'u', aggregation: 'SUM', ...bad };
      expect((await platform.ask(null, METER, { input })).codes).toEqual(['BAD_USER_INPUT']);
    }
    expect((await platform.ask(tenantId, METER, { input: changed }, ['ADMIN'])).codes).toEqual(['FORBIDDEN']);
  });
});
