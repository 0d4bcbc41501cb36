import { createBillingModule, SCHEMA } from '@switchyard/billing/module';
import { openDatabase } from '@switchyard/database/database';
import { type EpisodeId, newId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import type pg from 'pg';
import { byId, type IsolationCase, type IsolationOf, listing, type Owned, reference } from './isolation.ts';
import { type Distinct, distinctTenant, eventOf, minuteOf } from './isolation-events.ts';
import { endpointsOf, heldBy, QUOTA_CASES, QUOTA_UNREAD, QUOTA_UNSEEN, quotasOf } from './isolation-quotas.ts';

const CONTEXT_KEY = Buffer.alloc(32, 3);
/** In the billing period of the tenants' minutes. */
const NOW = new Date('2026-11-20T12:00:00Z');

const RECORD = 'mutation ($events: [UsageEventInput!]!) { recordUsage(input: {events: $events}) { accepted duplicates } }';
const CREATE_SOURCE =
  'mutation ($key: String) { createWebhookSource(input: {name: "s", idempotencyKey: $key}) { source { id } secret } }';

const LINES = '{ invoicePreview { lineItems { id meter quantity } } }';

const ofEntity = (type: string, fields: string, entity: string, name: string): IsolationCase => ({
  ...reference(type, entity),
  operation: `query ($all: [_Any!]!) { _entities(representations: $all) { ... on ${type} { ${fields} } } }`,
  shows: (owned) => owned[name] ?? '',
});

const CASES: readonly IsolationCase[] = [
  ...QUOTA_CASES,
  listing('Query.billing', '{ billing { plan { code } } }', 'plan'),
  ofEntity('Tenant', 'billing { plan { code } }', 'tenantId', 'plan'),
  {
    field: 'Query.usage',
    operation: `query ($from: DateTime!, $to: DateTime!) { usage(range: {from: $from, to: $to}) { quantity } }`,
    variables: ({ from, to }) => ({ from, to }),
    shows: (owned) => `"${owned.tokens}"`,
  },
  {
    field: 'Query.usageRecords',
    operation: `query ($from: DateTime!, $to: DateTime!) { usageRecords(first: 100, range: {from: $from, to: $to}) { edges { node { id } } } }`,
    variables: ({ from, to }) => ({ from, to }),
    shows: (owned) => owned.record ?? '',
  },
  { field: 'Query.invoicePreview', operation: LINES, shows: (owned) => `"${owned.tokens}"` },
  {
    field: 'Subscription.invoicePreviewChanged',
    operation: 'subscription { invoicePreviewChanged { lineItems { quantity } } }',
    shows: (owned) => `"${owned.tokens}"`,
  },
  byId('Query.invoiceLineItem', 'query ($id: ID!) { invoiceLineItem(id: $id) { id } }', 'line'),
  {
    ...byId(
      'Query.invoiceLineItem',
      'query ($id: ID!) { invoiceLineItem(id: $id) { usageRecords { edges { node { id } } } } }',
      'line',
    ),
    shows: (owned) => owned.record ?? '',
  },
  reference('UsageRecord', 'record'),
  ofEntity('Episode', 'usage { id }', 'episode', 'record'),
  { ...ofEntity('Episode', 'cost { amount }', 'episode', ''), shows: (owned) => `"${owned.cost}"` },
  ofEntity('ToolCall', 'usage { id }', 'toolCall', 'toolRecord'),
  {
    field: 'Query.usage',
    operation: `query ($from: DateTime!, $to: DateTime!) { usage(range: {from: $from, to: $to}, meter: "users") { quantity } }`,
    variables: ({ from, to }) => ({ from, to }),
    shows: (owned) => `"${owned.users}"`,
  },
  {
    field: 'Mutation.recordUsage',
    operation: RECORD,
    variables: ({ from, event }) => ({ events: [{ id: event, meter: 'custom_units', quantity: '1', occurredAt: from }] }),
    shows: () => '"duplicates":1',
  },
  listing('Query.webhookSources', '{ webhookSources { id } }', 'webhookSource'),
  {
    field: 'Mutation.createWebhookSource',
    operation: CREATE_SOURCE,
    variables: ({ key }) => ({ key }),
    shows: (owned) => owned.webhookSource ?? '',
  },
  byId('Query.invoice', 'query ($id: ID!) { invoice(id: $id) { id } }', 'invoice'),
  {
    ...byId('Query.invoice', 'query ($id: ID!) { invoice(id: $id) { creditNotes { id } } }', 'invoice'),
    shows: (owned) => owned.creditNote ?? '',
  },
  byId('Query.invoiceLineItem', 'query ($id: ID!) { invoiceLineItem(id: $id) { id } }', 'issuedLine'),
  listing('Query.invoices', '{ invoices { edges { node { id } } } }', 'invoice'),
  reference('Invoice', 'invoice'),
  listing('Query.invoicePreview', '{ invoicePreview { lineItems { description } } }', 'coupon'),
  listing('Query.billing', '{ billing { taxPercent } }', 'tax'),
  listing('Query.billing', '{ billing { creditBalance { amount } } }', 'credit'),
  {
    field: 'Mutation.changePlan',
    operation: 'mutation { changePlan(input: {planCode: "starter"}) { plan { code } } }',
    shows: (owned) => owned.plan ?? '',
  },
  byId('Mutation.rotateWebhookSecret', 'mutation ($id: ID!) { rotateWebhookSecret(id: $id) { source { id } } }', 'webhookSource'),
  byId('Mutation.deleteWebhookSource', 'mutation ($id: ID!) { deleteWebhookSource(id: $id) }', 'oldSource'),
];

/** The billing subgraph on a migrated database. */
export async function isolationOfBilling(appUrl: string, admin: pg.Client): Promise<IsolationOf & { close(): Promise<void> }> {
  const database = await openDatabase({ url: appUrl, schema: SCHEMA });
  const module = createBillingModule({
    database,
    contextKey: CONTEXT_KEY,
    secretsKey: Buffer.alloc(32, 4),
    pubsub: createMemoryPubSub(),
    clock: { now: () => NOW },
  });

  await admin.query(
    `insert into billing.meter (code, description, unit, aggregation, unique_by, position) values ('users', 'Users', 'user', 'UNIQUE', 'user', 9)`,
  );

  const ask = async (tenantId: TenantId | null, query: string, variables: Record<string, unknown> = {}): Promise<string> => {
    const context = {
      requestId: newId(),
      tenantId,
      scopes: [tenantId === null ? ('OPERATOR' as const) : ('ADMIN' as const)],
      credential: { kind: 'API_KEY' as const, id: newId() },
    };
    const contextToken = await signContext(context, CONTEXT_KEY);
    const { data, errors = [] } = await module.subgraph.execute({ query, variables, contextToken });
    if (errors.length > 0) throw new Error(`${query}: ${errors.map((error) => error.message).join('; ')}`);
    return JSON.stringify(data);
  };

  const makeTenant = async (): Promise<Owned> => {
    const tenant = distinctTenant();
    const { tenantId, episodeId: episode } = tenant;
    const [plan, toolCall, tokens] = [newId(), newId(), 1_000 + tenant.number];
    await putOnPlan(admin, tenant, plan);
    const endpoints = await endpointsOf(tenantId, { ask });
    const events = used(tenant, { tokens, toolCall });
    await database.crossTenant('consumer', (tx) => module.consumers.metering.handle(events, tx));
    const recordOf = async (meter: string): Promise<string> => {
      const found = await ask(tenantId, `{ usageRecords(meter: "${meter}") { edges { node { id } } } }`);
      return /"id":"([^"]+)"/.exec(found)?.[1] ?? '';
    };
    const [record, toolRecord] = [await recordOf('input_tokens'), await recordOf('tool_calls')];
    const line = /"id":"([^"]+)","meter":"input_tokens"/.exec(await ask(tenantId, LINES))?.[1] ?? '';
    const asked = { all: [{ __typename: 'Episode', id: episode }] };
    const costs = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Episode { cost { amount } } } }`;
    const cost = /"amount":"([^"]+)"/.exec(await ask(tenantId, costs, asked))?.[1] ?? '';
    const minute = minuteOf(tenant);
    const [event, key, users] = [newId(), newId(), 1 + (tenant.number % 60)];
    const usageAt = (id: string, meter: string, user: string) => {
      return { id, meter, quantity: '1', occurredAt: minute.from, dimensions: { user } };
    };
    await ask(tenantId, RECORD, {
      events: [
        usageAt(event, 'custom_units', 'u'),
        ...Array.from({ length: users }, (_, user) => usageAt(newId(), 'users', String(user))),
      ],
    });
    const sourceOf = async (variables: Record<string, unknown>): Promise<string> =>
      /"id":"([^"]+)"/.exec(await ask(tenantId, CREATE_SOURCE, variables))?.[1] ?? '';
    const [webhookSource, oldSource] = [await sourceOf({ key }), await sourceOf({})];
    const fromOutside = { event, key, users: String(users), webhookSource, oldSource };
    await putPayments(admin, tenantId);
    const invoiced = await invoicedTenant(tenant, {
      ask,
      meter: (told) => database.crossTenant('consumer', (tx) => module.consumers.metering.handle(told, tx)),
    });
    const fromInside = { episode, toolCall, tokens: String(tokens), plan, record, toolRecord, line, cost };
    const held = await heldBy(tenant, { ask, quotas: module.quotas });
    return { tenantId, ...minute, ...fromInside, ...fromOutside, ...invoiced, ...endpoints, ...held };
  };
  return {
    subgraph: module.subgraph,
    contextKey: CONTEXT_KEY,
    schema: SCHEMA.name,
    database,
    makeTenant,
    cases: CASES,
    exempt: {
      'Query.plans': 'plans are the platform’s own',
      'Query.meters': 'meters are the platform’s own',
      'Mutation.setBudget': 'takes no id, and writes the caller’s own row',
      'Mutation.createMeter': 'needs OPERATOR, which no tenant holds',
      'Mutation.reportModelUsage': 'needs OPERATOR, which no tenant holds',
      'Mutation.attachPaymentMethod': 'takes a token of a provider, and no keys of one are here',
      'Mutation.recordPayment': 'needs OPERATOR, which no tenant holds',
      'Mutation.publishPlan': 'needs OPERATOR, which no tenant holds',
      'Mutation.grantCredit': 'needs OPERATOR, which no tenant holds',
      'Mutation.grantDiscount': 'needs OPERATOR, which no tenant holds',
      'Mutation.setTax': 'needs OPERATOR, which no tenant holds',
      'Mutation.closeBillingPeriod': 'needs OPERATOR, which no tenant holds',
      'Mutation.issueCreditNote': 'needs OPERATOR, which no tenant holds',
    },
    unread: {
      ...QUOTA_UNREAD,
      payment_method: 'a tenant sees only that it has one, which every tenant here does',
      payment_event: 'it keeps what providers told from being taken twice',
      refund: 'the worker alone reads it',
    },
    unseen: {
      ...QUOTA_UNSEEN,
      payment_method: 'a tenant sees only that it has one, which every tenant here does',
      payment_event: 'it keeps what providers told from being taken twice',
      refund: 'the worker alone reads it',
      ...Object.fromEntries(
        [
          'plan_change',
          'invoicing',
          'credit_grant',
          'credit_use',
          'discount',
          'invoice',
          'invoice_line',
          'invoice_collection',
          'credit_note',
        ].map((table) => [table, 'its rows are also asked for by the caller’s tenant, or by those of an invoice of it']),
      ),
      idempotency_key: 'its key begins with the tenant',
      usage_counter: 'it tells only how many records a period has, and those are read under their own policy',
    },
    close: () => database.close(),
  };
}

/** What only a provider's webhook, or money that goes back, would bring. */
async function putPayments(admin: pg.Client, tenantId: TenantId): Promise<void> {
  await admin.query(
    `insert into billing.payment_method (tenant_id, provider, customer, payment_method, attached_at) values ($1, 'STRIPE', 'c', 'p', now())`,
    [tenantId],
  );
  await admin.query(
    `insert into billing.payment_event (tenant_id, provider, event_id, received_at) values ($1, 'STRIPE', 'e', now())`,
    [tenantId],
  );
  await admin.query('insert into billing.refund (tenant_id, credit_note_id, invoice_id, amount) values ($1, $2, $2, 1)', [
    tenantId,
    newId(),
  ]);
}

type Asking = {
  ask(tenantId: TenantId | null, query: string, variables?: Record<string, unknown>): Promise<string>;
  meter(events: ReturnType<typeof used>): Promise<unknown>;
};

/** Gives the tenant an invoice of October with a credit note, and terms that are its own. */
async function invoicedTenant(tenant: Distinct, { ask, meter }: Asking): Promise<Record<string, string>> {
  const { tenantId: t, number } = tenant;
  const october = { ...tenant, at: new Date('2026-10-20T00:00:00Z'), episodeId: newId<EpisodeId>() };
  await meter(used(october, { tokens: 50_000, toolCall: newId() }));
  // Ends in a 1, so that no tenant’s begins like another’s.
  const [tax, coupon] = [`${(1 + number / 1_000_000).toFixed(6)}1`, `COUPON-${number}-`];
  const operator = (mutation: string) => ask(null, `mutation ($t: ID!) { ${mutation} }`, { t });
  await operator(`setTax(input: {tenantId: $t, taxPercent: "${tax}"}) { taxPercent }`);
  await operator(`grantCredit(input: {tenantId: $t, amount: "${1_000 + number}", reason: "r"}) { taxPercent }`);
  await operator(`grantDiscount(input: {tenantId: $t, code: "${coupon}", percentOff: "50"}) { taxPercent }`);
  const issued = await operator(
    'closeBillingPeriod(input: {tenantId: $t, periodEnd: "2026-11-01T00:00:00Z"}) { id lineItems { lineId: id } }',
  );
  const [invoice, issuedLine] = [/"id":"([^"]+)"/, /"lineId":"([^"]+)"/].map((of) => of.exec(issued)?.[1] ?? '');
  const note = await operator(
    `issueCreditNote(input: {tenantId: $t, invoiceId: "${invoice}", amount: "1", reason: "r"}) { creditNotes { id } }`,
  );
  await ask(t, 'mutation { changePlan(input: {planCode: "scale"}) { plan { code } } }');
  const credit = /"amount":"([^"]+)"/.exec(await ask(t, '{ billing { creditBalance { amount } } }'))?.[1] ?? '';
  const creditNote = /"id":"([^"]+)"/.exec(note)?.[1] ?? '';
  return { tax, coupon, credit, invoice: invoice ?? '', issuedLine: issuedLine ?? '', creditNote };
}

/** On a plan that no other tenant is on, and that has no included units: what is used costs something. */
async function putOnPlan(admin: pg.Client, { tenantId, number }: Distinct, code: string): Promise<void> {
  const prices = ['input_tokens', 'tool_calls'].map((meter) => ({
    meter,
    model: 'PER_UNIT',
    tiers: [{ upTo: null, unitAmount: '0.001', flatAmount: '0' }],
    includedQuantity: '0',
  }));
  await admin.query(
    `insert into billing.plan (id, code, version, name, currency, base_fee, prices, quotas, published_at)
     values ($1, $2, 1, 'Of one tenant', 'USD', 0, $3, $4, now())`,
    [code, code, JSON.stringify(prices), JSON.stringify(quotasOf(number))],
  );
  await admin.query('insert into billing.billing_account (tenant_id, plan_id, created_at) values ($1, $2, now())', [
    tenantId,
    code,
  ]);
}

function used(tenant: Distinct, { tokens, toolCall }: { readonly tokens: number; readonly toolCall: string }) {
  const { at, episodeId, sessionId } = tenant;
  const finishedAt = at.toISOString();
  const modelCall = eventOf('model_call.finished', tenant, {
    modelCallId: newId(),
    episodeId,
    sessionId,
    routeDecisionId: newId(),
    tier: 'small',
    model: 'm',
    provider: 'simulator',
    status: 'ANSWERED',
    inputTokens: tokens,
    outputTokens: 0,
    estimated: false,
    billable: true,
    cost: '0.001',
    dearestCost: '0.01',
    currency: 'USD',
    startedAt: finishedAt,
    finishedAt,
  });
  const toolCalled = eventOf('tool_call.finished', tenant, {
    toolCallId: toolCall,
    episodeId,
    sessionId,
    tool: 't',
    status: 'SUCCEEDED',
    attempts: 1,
    compensates: null,
    finishedAt,
  });
  return [modelCall, toolCalled];
}
