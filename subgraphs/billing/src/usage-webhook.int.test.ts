import { createHmac } from 'node:crypto';
import { Decimal } from '@switchyard/kernel/decimal';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { NOW, outcome, recordUsage, totalOf, type UsageEvent } from './test-support/usage-calls.ts';

let platform: BillingPlatform;
let tenantId: TenantId;

beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
});
afterAll(() => platform.close());
beforeEach(() => {
  tenantId = newId<TenantId>();
  platform.now = NOW;
});

const record = (...events: UsageEvent[]) => recordUsage(platform, tenantId, events);
const total = (meter: string) => totalOf(platform, tenantId, { meter });

describe('a webhook', () => {
  const CREATE = `mutation { createWebhookSource(input: { name: "warehouse" }) { source { id path } secret } }`;
  const created = z.object({ source: z.object({ id: z.string(), path: z.string() }), secret: z.string() });
  type Source = { id: string; secret: string };

  async function source(): Promise<Source> {
    const { data } = await platform.ask(tenantId, CREATE, {}, ['BILLING_WRITE']);
    const { source, secret } = z.object({ createWebhookSource: created }).parse(data).createWebhookSource;
    expect(source.path).toBe(`/webhooks/usage/${source.id}`);
    expect(secret).toMatch(/^whsec_.{44}$/);
    return { id: source.id, secret };
  }

  function signed({ secret }: Source, body: string, { id = 'msg_1', at = NOW } = {}): Record<string, string> {
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${id}.${timestamp}.${body}`);
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac.digest('base64')}` };
  }

  const send = ({ id }: Source, body: string, headers: Record<string, string>) =>
    platform.module.receiveUsageWebhook({ source: id, headers, body: Buffer.from(body) });

  const told = (...ids: string[]) =>
    JSON.stringify({
      events: ids.map((id) => ({ id, meter: 'custom_units', quantity: '2', occurredAt: '2026-11-20T11:00:00Z' })),
    });

  it('records what is signed, beside what recordUsage was told, by one id', async () => {
    const from = await source();
    await record({ id: 'b' });
    const body = told('a', 'b');
    expect(await send(from, body, signed(from, body))).toEqual({
      status: 200,
      body: { accepted: 1, duplicates: 1, rejected: [] },
    });
    expect(await total('custom_units')).toBe('3');
  });

  it('that comes again changes nothing', async () => {
    const from = await source();
    const [body, again] = [told('a'), told('a', 'a')];
    for (const accepted of [1, 0]) {
      const answer = await send(from, body, signed(from, body));
      expect(answer.body).toMatchObject({ accepted, duplicates: 1 - accepted });
    }
    expect((await send(from, again, signed(from, again, { id: 'msg_2' }))).body).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(await total('custom_units')).toBe('2');
  });

  it('may come in any order', async () => {
    const from = await source();
    const sent = ['c', 'a', 'b'].map((id) => ({ id, body: told(id) }));
    for (const { id, body } of sent) expect((await send(from, body, signed(from, body, { id }))).status).toBe(200);
    expect(await total('custom_units')).toBe('6');
  });

  it('that is forged, unsigned, of another source, or unknown is refused alike', async () => {
    const [from, other] = [await source(), await source()];
    const body = told('a');
    const refusals = [
      await send(from, body, signed(other, body)),
      await send(from, body, {}),
      await send({ ...from, id: newId() }, body, signed(from, body)),
      await send({ ...from, id: 'x' }, body, signed(from, body)),
    ];
    expect(new Set(refusals.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(refusals[0]?.status).toBe(401);
    expect(await total('custom_units')).toBeUndefined();
  });

  it('is refused with a changed body', async () => {
    const from = await source();
    expect((await send(from, told('b'), signed(from, told('a')))).status).toBe(401);
  });

  it('is refused when it is stale, or from the future, by more than five minutes', async () => {
    const from = await source();
    const body = told('a');
    const sentAt = (seconds: number) => send(from, body, signed(from, body, { at: new Date(NOW.getTime() + seconds * 1000) }));
    expect((await sentAt(-301)).status).toBe(401);
    expect((await sentAt(301)).status).toBe(401);
    expect((await sentAt(-300)).status).toBe(200);
  });

  it('is refused when it is oversized, or no message', async () => {
    const from = await source();
    const large = `{"events":[],"x":"${'y'.repeat(1024 * 1024)}"}`;
    expect((await send(from, large, signed(from, large))).status).toBe(413);
    const many = told(...Array.from({ length: 1001 }, (_, index) => `m${index}`));
    for (const body of [many, 'no json', '[]', '{}', '']) {
      expect((await send(from, body, signed(from, body))).status).toBe(400);
    }
  });

  it('says of each event that it rejects why', async () => {
    const from = await source();
    const body = JSON.stringify({
      events: [{ id: 'x', meter: 'custom_units', quantity: 1.5, occurredAt: 'now' }, 7, { ...JSON.parse(told('y')).events[0] }],
    });
    const answer = await send(from, body, signed(from, body));
    const { accepted, rejected } = outcome.parse(answer.body);
    expect([accepted, rejected.map(({ id }) => id)]).toEqual([1, ['x', '#1']]);
  });

  it('may be signed with the secret before a rotation for a day', async () => {
    const from = await source();
    const ROTATE = `mutation ($id: ID!) { rotateWebhookSecret(id: $id) { source { id path } secret } }`;
    const { data } = await platform.ask(tenantId, ROTATE, { id: from.id }, ['BILLING_WRITE']);
    const { secret } = z.object({ rotateWebhookSecret: created }).parse(data).rotateWebhookSecret;
    const [body, next] = [told('a'), { ...from, secret }];
    expect(secret).not.toBe(from.secret);
    expect((await send(from, body, signed(from, body))).status).toBe(200);
    expect((await send(from, body, signed(next, body))).status).toBe(200);
    platform.now = new Date(NOW.getTime() + 24 * 3_600_000);
    expect((await send(from, body, signed(from, body, { at: platform.now }))).status).toBe(401);
    expect((await send(from, body, signed(next, body, { at: platform.now }))).status).toBe(200);
  });

  it('is refused once its source is deleted', async () => {
    const from = await source();
    const DELETE = `mutation ($id: ID!) { deleteWebhookSource(id: $id) }`;
    expect((await platform.ask(newId<TenantId>(), DELETE, { id: from.id }, ['BILLING_WRITE'])).codes).toEqual(['NOT_FOUND']);
    expect((await platform.ask(tenantId, DELETE, { id: from.id }, ['BILLING_WRITE'])).codes).toEqual([]);
    const body = told('a');
    expect((await send(from, body, signed(from, body))).status).toBe(401);
  });

  it('stores no secret that could be read', async () => {
    const { secret } = await source();
    const { rows } = await platform.admin.query<{ text: string }>(
      `select encode(secret, 'escape') as text from billing.webhook_source where tenant_id = $1`,
      [tenantId],
    );
    expect(rows.every(({ text }) => !text.includes(secret) && !text.includes(secret.slice(6)))).toBe(true);
    expect(new Decimal(rows.length).gt(0)).toBe(true);
  });
});
