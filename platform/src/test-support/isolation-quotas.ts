import type { BillingModule } from '@switchyard/billing/module';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { byId, type IsolationCase, listing } from './isolation.ts';

const ENDPOINT =
  'mutation ($key: String) { createNotificationEndpoint(input: {url: "https://t.example/", idempotencyKey: $key}) { endpoint { id } } }';

/** What a tenant may use, and where it is told when it has: ways into those rows. */
export const QUOTA_CASES: readonly IsolationCase[] = [
  listing('Query.billing', '{ billing { quotas { remaining } } }', 'left'),
  listing('Query.billing', '{ billing { budget { amount { amount } } } }', 'budget'),
  listing('Subscription.quotaCrossed', 'subscription { quotaCrossed { remaining } }', 'left'),
  listing('Query.notificationEndpoints', '{ notificationEndpoints { id } }', 'endpoint'),
  {
    field: 'Mutation.createNotificationEndpoint',
    operation: ENDPOINT,
    variables: ({ endpointKey }) => ({ key: endpointKey }),
    shows: (owned) => owned.endpoint ?? '',
  },
  byId('Mutation.deleteNotificationEndpoint', 'mutation ($id: ID!) { deleteNotificationEndpoint(id: $id) }', 'oldEndpoint'),
];

export const QUOTA_UNREAD = {
  quota_crossing: 'who subscribes is told of what is reached after that alone',
  quota_usage: 'it is of one API key, and each call here has another',
  notification: 'it is sent, and no field reads it',
};

export const QUOTA_UNSEEN = {
  ...QUOTA_UNREAD,
  quota_hold: 'its rows are also asked for by the caller’s tenant',
  budget: 'its row is also asked for by the caller’s tenant',
};

/** Quotas of a plan that no other tenant has; some are reached by what the tenant uses. */
export function quotasOf(number: number): readonly unknown[] {
  const rule = { period: 'BILLING_PERIOD', enforcement: 'HARD', per: 'TENANT' };
  return [
    { ...rule, meter: 'custom_units', limit: String(1_000_000 + number) },
    { ...rule, meter: 'custom_units', limit: '7777777', per: 'API_KEY' },
    { ...rule, meter: 'input_tokens', limit: '10', enforcement: 'SOFT' },
  ];
}

type Asking = { ask(tenantId: TenantId, query: string, variables?: Record<string, unknown>): Promise<string> };

/** To be told before anything is used: only then there is something to tell. */
export async function endpointsOf(tenantId: TenantId, { ask }: Asking): Promise<Record<string, string>> {
  const endpointKey = newId();
  const made = async (variables: Record<string, unknown>): Promise<string> =>
    /"id":"([^"]+)"/.exec(await ask(tenantId, ENDPOINT, variables))?.[1] ?? '';
  return { endpointKey, endpoint: await made({ key: endpointKey }), oldEndpoint: await made({}) };
}

/** Holds a part of a limit, and sets a budget of its own. */
export async function heldBy(
  tenant: { readonly tenantId: TenantId; readonly number: number },
  { ask, quotas }: Asking & Pick<BillingModule, 'quotas'>,
): Promise<Record<string, string>> {
  const { tenantId, number } = tenant;
  const budget = String(5_000 + number);
  await ask(
    tenantId,
    'mutation ($amount: Decimal!) { setBudget(input: {amount: $amount, enforcement: SOFT}) { budget { enforcement } } }',
    {
      amount: budget,
    },
  );
  await quotas.reserve({ tenantId, key: `tool:${newId()}`, amounts: { custom_units: 7 } });
  const quotasNow = await ask(tenantId, '{ billing { quotas { remaining } } }');
  return { budget, left: /"remaining":"(\d{6,})"/.exec(quotasNow)?.[1] ?? '' };
}
