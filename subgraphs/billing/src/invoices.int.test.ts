import { Decimal, sum } from '@switchyard/kernel/decimal';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { decisionMade, modelCallFinished } from './test-support/events.ts';

let platform: BillingPlatform;
let tenantId: TenantId;

beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
});
afterAll(() => platform.close());
beforeEach(() => {
  tenantId = newId<TenantId>();
  platform.now = new Date('2026-11-20T12:00:00Z');
});

const money = z.object({ amount: z.string(), currency: z.string() }).transform(({ amount }) => amount);
const record = z.object({ id: z.string(), quantity: z.string(), invoiceLineItem: z.object({ id: z.string() }).nullable() });
const invoice = z.object({
  id: z.string(),
  number: z.string().nullable(),
  status: z.string(),
  periodStart: z.string(),
  subtotal: money,
  credits: money,
  tax: money,
  total: money,
  collection: z.string().nullable(),
  creditNotes: z.array(z.object({ number: z.string(), amount: money, tax: money, total: money })),
  lineItems: z.array(
    z.object({
      id: z.string(),
      description: z.string(),
      meter: z.string().nullable(),
      quantity: z.string(),
      amount: money,
      usageRecords: z.object({ edges: z.array(z.object({ node: record })) }),
    }),
  ),
});
type Invoice = z.infer<typeof invoice>;

const MONEY = '{ amount currency }';
const INVOICE = `id number status periodStart collection subtotal ${MONEY} credits ${MONEY} tax ${MONEY} total ${MONEY}
  creditNotes { number amount ${MONEY} tax ${MONEY} total ${MONEY} }
  lineItems { id description meter quantity amount ${MONEY} usageRecords(first: 100) { edges { node { id quantity invoiceLineItem { id } } } } }`;

async function asOperator(mutation: string, variables: Record<string, unknown> = {}) {
  const declared = `$t: ID!${'n' in variables ? ', $n: ID!' : ''}`;
  return await platform.ask(null, `mutation (${declared}) { ${mutation} }`, { t: tenantId, ...variables });
}

async function close(periodEnd: string): Promise<Invoice> {
  const { data, codes } = await asOperator(`closeBillingPeriod(input: {tenantId: $t, periodEnd: "${periodEnd}"}) { ${INVOICE} }`);
  expect(codes).toEqual([]);
  return invoice.parse(data?.closeBillingPeriod);
}

async function preview(at: string | null = null): Promise<Invoice> {
  const { data, codes } = await platform.ask(tenantId, `query ($at: DateTime) { invoicePreview(at: $at) { ${INVOICE} } }`, {
    at,
  });
  expect(codes).toEqual([]);
  return invoice.parse(data?.invoicePreview);
}

async function publish(code: string, of: string): Promise<void> {
  const { codes } = await platform.ask(
    null,
    `mutation { publishPlan(input: {code: "${code}", name: "${code}", ${of}}) { version } }`,
  );
  expect(codes).toEqual([]);
}

async function change(planCode: string, when: 'NOW' | 'PERIOD_END'): Promise<readonly unknown[]> {
  const query = `mutation { changePlan(input: {planCode: "${planCode}", when: ${when}}) { plan { code } nextPlan { at plan { code } } } }`;
  const { data, codes } = await platform.ask(tenantId, query, {}, ['BILLING_READ', 'BILLING_WRITE']);
  return codes.length > 0 ? codes : [data?.changePlan];
}

const requests = (day: string, count: number) =>
  platform.meter(Array.from({ length: count }, () => decisionMade({ tenantId, at: new Date(`${day}T10:00:00Z`) })));

const amounts = ({ lineItems }: Invoice) => lineItems.map(({ description, amount }) => [description, amount]);

describe('a period that is closed', () => {
  it('gives the invoice that its preview said, and the same one when it is closed again', async () => {
    await requests('2026-10-31', 7);
    await platform.meter([modelCallFinished({ tenantId, at: new Date('2026-10-05T00:00:00Z'), inputTokens: 77_777 })]);
    await requests('2026-11-02', 3);
    const before = await preview('2026-11-01T00:00:00Z');
    const issued = await close('2026-11-01T00:00:00Z');
    expect(issued).toMatchObject({ number: 'INV-000001', status: 'ISSUED', collection: 'BY_HAND', total: before.total });
    expect(amounts(issued)).toEqual(amounts(before));
    expect(await close('2026-11-01T00:00:00Z')).toEqual(issued);
    expect((await preview('2026-11-01T00:00:00Z')).id).toBe(issued.id);
  });

  it('has every record in one line, and every line knows its records', async () => {
    await requests('2026-10-31', 12);
    await requests('2026-11-01', 1);
    const { lineItems } = await close('2026-11-01T00:00:00Z');
    for (const line of lineItems) {
      const behind = line.usageRecords.edges.map(({ node }) => node);
      expect(sum(behind.map(({ quantity }) => new Decimal(quantity))).toFixed()).toBe(line.quantity);
      expect(behind.every(({ invoiceLineItem }) => invoiceLineItem?.id === line.id)).toBe(true);
    }
    const { data } = await platform.ask(tenantId, '{ usageRecords(first: 100) { edges { node { invoiceLineItem { id } } } } }');
    const nodes = z
      .object({ edges: z.array(z.object({ node: z.object({ invoiceLineItem: z.unknown() }) })) })
      .parse(data?.usageRecords);
    expect(nodes.edges.filter(({ node }) => node.invoiceLineItem === null)).toHaveLength(1);
  });

  it('puts what comes late on the next invoice, at the prices of its own period', async () => {
    await requests('2026-10-31', 2);
    await close('2026-11-01T00:00:00Z');
    await requests('2026-10-30', 3);
    await requests('2026-11-03', 1);
    platform.now = new Date('2026-12-02T00:00:00Z');
    const { number, lineItems, total } = await close('2026-12-01T00:00:00Z');
    expect([number, total]).toEqual(['INV-000002', '0.04']);
    expect(lineItems.map(({ description, quantity, amount }) => [description, quantity, amount])).toEqual([
      ['Requests, 2026-10, recorded late', '3', '0.03'],
      ['Requests', '1', '0.01'],
    ]);
  });

  it('is closed in its turn, once it is over', async () => {
    await requests('2026-10-31', 1);
    const codesOf = async (periodEnd: string) =>
      (await asOperator(`closeBillingPeriod(input: {tenantId: $t, periodEnd: "${periodEnd}"}) { id }`)).codes;
    expect(await codesOf('2026-12-01T00:00:00Z')).toEqual(['CONFLICT']);
    expect(await codesOf('2026-11-01T00:00:01Z')).toEqual(['BAD_USER_INPUT']);
    platform.now = new Date('2026-12-02T00:00:00Z');
    expect(await codesOf('2026-12-01T00:00:00Z')).toEqual(['CONFLICT']);
    expect(await codesOf('2026-11-01T00:00:00Z')).toEqual([]);
    expect(await codesOf('2026-12-01T00:00:00Z')).toEqual([]);
    expect(await codesOf('2026-10-01T00:00:00Z')).toEqual(['CONFLICT']);
    const { data } = await platform.ask(
      tenantId,
      '{ invoices { edges { node { number } } } paid: invoices(status: PAID) { edges { node { number } } } }',
    );
    expect(data).toEqual({
      invoices: { edges: [{ node: { number: 'INV-000002' } }, { node: { number: 'INV-000001' } }] },
      paid: { edges: [{ node: { number: 'INV-000002' } }] },
    });
  });

  it('cannot be changed in the database, neither invoice nor line', async () => {
    await requests('2026-10-31', 1);
    const { id } = await close('2026-11-01T00:00:00Z');
    for (const sql of [
      'update billing.invoice set total = 0 where id = $1',
      'delete from billing.invoice_line where invoice_id = $1',
    ]) {
      await expect(platform.admin.query(sql, [id])).rejects.toThrow(/only ever added to/);
    }
  });

  it('is closed once by many who try at the same time', async () => {
    await requests('2026-10-31', 1);
    const all = await Promise.all(Array.from({ length: 6 }, () => close('2026-11-01T00:00:00Z')));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  });
});

describe('a plan', () => {
  const PRICES = (unitAmount: string, included: string) =>
    `prices: [{meter: "requests", model: PER_UNIT, includedQuantity: "${included}", tiers: [{unitAmount: "${unitAmount}"}]}]`;

  it('changes now: usage is split by the time of the change, base fee and included units count in proportion', async () => {
    await publish('half-a', `currency: "USD", baseFee: "30", ${PRICES('1', '10')}`);
    await publish('half-b', `currency: "USD", baseFee: "60", ${PRICES('2', '0')}`);
    platform.now = new Date('2026-11-01T00:00:00Z');
    expect(await change('half-a', 'NOW')).toMatchObject([{ plan: { code: 'half-a' } }]);
    await requests('2026-11-02', 7);
    platform.now = new Date('2026-11-16T00:00:00Z');
    expect(await change('half-b', 'NOW')).toMatchObject([{ plan: { code: 'half-b' } }]);
    await requests('2026-11-17', 2);
    await requests('2026-11-03', 1);
    expect(amounts(await preview())).toEqual([
      ['half-a: base fee for 50 % of the period', '15'],
      ['Requests: the first 5 included', '3'],
      ['half-b: base fee for 50 % of the period', '30'],
      ['Requests', '4'],
    ]);
  });

  it('changes at the end of the period, and that can be changed again until then', async () => {
    await publish('next', `currency: "USD", baseFee: "1", prices: []`);
    await requests('2026-11-02', 1);
    expect(await change('next', 'PERIOD_END')).toMatchObject([
      { plan: { code: 'pay-as-you-go' }, nextPlan: { at: '2026-12-01T00:00:00.000Z', plan: { code: 'next' } } },
    ]);
    expect(await change('scale', 'PERIOD_END')).toMatchObject([{ nextPlan: { plan: { code: 'scale' } } }]);
    expect(await change('pay-as-you-go', 'NOW')).toMatchObject([{ plan: { code: 'pay-as-you-go' }, nextPlan: null }]);
    await change('next', 'PERIOD_END');
    platform.now = new Date('2026-12-05T00:00:00Z');
    expect(amounts(await preview())).toEqual([['next: base fee', '1']]);
  });

  it('stays at its version for those who are on it', async () => {
    await publish('versioned', `currency: "USD", baseFee: "0", ${PRICES('1', '0')}`);
    await change('versioned', 'NOW');
    await publish('versioned', `currency: "USD", baseFee: "0", ${PRICES('5', '0')}`);
    platform.now = new Date('2026-11-21T00:00:00Z');
    await platform.meter([decisionMade({ tenantId, at: new Date('2026-11-20T13:00:00Z') })]);
    expect((await preview()).total).toBe('1');
    await change('versioned', 'NOW');
    await platform.meter([decisionMade({ tenantId, at: new Date('2026-11-21T00:00:01Z') })]);
    expect((await preview()).total).toBe('6');
  });

  it('asks no base fee during its trial, and has its own currency', async () => {
    await publish('trial', `currency: "JPY", baseFee: "300", trialDays: 10, prices: []`);
    platform.now = new Date('2026-11-11T00:00:00Z');
    await change('trial', 'NOW');
    expect((await preview()).total).toBe('100');
  });

  it('in another currency is refused once there is usage', async () => {
    await publish('euro', `currency: "EUR", baseFee: "0", prices: []`);
    await requests('2026-11-02', 1);
    expect(await change('euro', 'NOW')).toEqual(['CONFLICT']);
    expect(await change('nothing', 'NOW')).toEqual(['NOT_FOUND']);
  });

  it.each([
    ['code: "UPPER", name: "n", currency: "USD", baseFee: "0", prices: []', /lower-case/],
    ['code: "x", name: "n", currency: "XXZ", baseFee: "0", prices: []', /no currency/],
    ['code: "x", name: "n", currency: "JPY", baseFee: "0.5", prices: []', /more digits/],
    ['code: "x", name: "n", currency: "USD", baseFee: "-1", prices: []', /negative/],
    [
      'code: "x", name: "n", currency: "USD", baseFee: "0", prices: [{meter: "no", model: PER_UNIT, tiers: [{unitAmount: "1"}]}]',
      /no meter/,
    ],
    [
      'code: "x", name: "n", currency: "USD", baseFee: "0", prices: [{meter: "requests", model: VOLUME, tiers: [{upTo: "5", unitAmount: "1"}]}]',
      /must be open/,
    ],
    [
      'code: "x", name: "n", currency: "USD", baseFee: "0", prices: [{meter: "requests", model: PACKAGE, tiers: [{unitAmount: "1"}]}]',
      /packageSize/,
    ],
  ])('that cannot be charged is not published: %s', async (input, message) => {
    const { codes, messages } = await platform.ask(null, `mutation { publishPlan(input: {${input}}) { id } }`);
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(messages[0]).toMatch(message);
  });
});

describe('terms of a tenant', () => {
  it('discounts, tax and credits count on its invoices; credits that expire first are used first', async () => {
    await requests('2026-10-31', 1000);
    await asOperator('setTax(input: {tenantId: $t, taxPercent: "10"}) { taxPercent }');
    await asOperator('grantDiscount(input: {tenantId: $t, code: "HALF", percentOff: "50", periods: 1}) { taxPercent }');
    await asOperator(
      'grantCredit(input: {tenantId: $t, amount: "3", reason: "r", expiresAt: "2026-12-24T00:00:00Z"}) { taxPercent }',
    );
    await asOperator(
      'grantCredit(input: {tenantId: $t, amount: "4", reason: "r", expiresAt: "2026-12-12T00:00:00Z"}) { taxPercent }',
    );
    const issued = await close('2026-11-01T00:00:00Z');
    expect(issued).toMatchObject({ subtotal: '10', tax: '1', credits: '7', total: '4' });
    await requests('2026-11-05', 100);
    expect(await preview()).toMatchObject({ subtotal: '0.5', tax: '0.05', credits: '0', total: '0.55' });
  });

  it('a correction is a credit note: off what is owed, or credit where it was paid', async () => {
    await requests('2026-10-31', 1000);
    await asOperator('setTax(input: {tenantId: $t, taxPercent: "19"}) { taxPercent }');
    const { id } = await close('2026-11-01T00:00:00Z');
    const note = (amount: string) =>
      asOperator(`issueCreditNote(input: {tenantId: $t, invoiceId: $n, amount: "${amount}", reason: "r"}) { ${INVOICE} }`, {
        n: id,
      });
    const first = invoice.parse((await note('2.50')).data?.issueCreditNote);
    expect(first).toMatchObject({
      status: 'ISSUED',
      total: '11.9',
      creditNotes: [{ number: 'CN-000001', amount: '2.5', tax: '0.48', total: '2.98' }],
    });
    expect((await note('7.51')).codes).toEqual(['BAD_USER_INPUT']);
    const second = invoice.parse((await note('7.50')).data?.issueCreditNote);
    expect(second).toMatchObject({ status: 'VOID', creditNotes: [{}, { amount: '7.5', tax: '1.42' }] });
  });

  it('need the operator, and a tenant that is there', async () => {
    const { codes } = await platform.ask(
      tenantId,
      'mutation ($t: ID!) { setTax(input: {tenantId: $t, taxPercent: "1"}) { taxPercent } }',
      { t: tenantId },
    );
    expect(codes).toEqual(['FORBIDDEN']);
    expect((await asOperator('setTax(input: {tenantId: $t, taxPercent: "1"}) { taxPercent }')).codes).toEqual(['NOT_FOUND']);
  }, 20_000);
});
