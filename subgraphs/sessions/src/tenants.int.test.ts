import { createHash } from 'node:crypto';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createCredentialReader } from './module.ts';
import { adminOf, OPERATOR, openTestGraph, type TestGraph } from './test-support/tenant-graph.ts';

const CREATE_TENANT = `mutation ($input: CreateTenantInput!) {
  createTenant(input: $input) { tenant { id name createdAt } apiKey { id name prefix scopes expiresAt } secret } }`;
const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id name prefix scopes createdAt lastUsedAt expiresAt revokedAt } secret } }`;
const REVOKE = 'mutation ($id: ID!) { revokeApiKey(id: $id) { id revokedAt } }';

type CreatedTenant = {
  createTenant: { tenant: { id: TenantId; name: string }; apiKey: { id: string; prefix: string }; secret: string };
};
type CreatedKey = { createApiKey: { apiKey: { id: string; prefix: string; scopes: Scope[] }; secret: string } };

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let graph: TestGraph;
beforeAll(async () => {
  graph = await openTestGraph(inject('adminUrl'));
});
afterAll(() => graph.close());

describe('creating a tenant', () => {
  it('makes the tenant, its ADMIN key, its four assistants and the event, for the operator alone', async () => {
    const made = await graph.ask<CreatedTenant>(OPERATOR, CREATE_TENANT, { input: { name: 'Acme' } });
    expect(made.data?.createTenant).toMatchObject({
      tenant: { name: 'Acme', createdAt: '2026-03-01T10:00:00.000Z' },
      apiKey: { scopes: ['ADMIN'], expiresAt: null },
    });
    const { tenant, secret, apiKey } = made.data?.createTenant ?? expect.fail();
    expect(secret).toMatch(/^sk_live_[0-9a-f]{8}_[0-9a-f]{64}$/);
    expect(secret.startsWith(`${apiKey.prefix}_`)).toBe(true);
    const assistants = await graph.ask(adminOf(tenant.id), '{ assistants { useCase tools version } }');
    expect(assistants.data).toEqual({
      assistants: ['FAQ', 'ORDER', 'LEAD', 'GENERAL'].map((useCase) => ({ useCase, tools: [], version: 1 })),
    });
    const events = await graph.admin.query('select * from log.event where tenant_id = $1', [tenant.id]);
    expect(events.rows).toHaveLength(1);
    expect(JSON.stringify(events.rows)).toContain('tenant.created');
    const refused = await graph.ask(adminOf(tenant.id), CREATE_TENANT, { input: { name: 'Mine' } });
    expect(refused.codes).toEqual(['FORBIDDEN']);
  });

  it('returns the same tenant and the same secret to a repeated key, and keeps the secret readable nowhere', async () => {
    const input = { name: 'Twice', idempotencyKey: 'twice' };
    const both = await Promise.all([1, 2].map(() => graph.ask<CreatedTenant>(OPERATOR, CREATE_TENANT, { input })));
    expect(both[1]?.data).toEqual(both[0]?.data);
    const secret = both[0]?.data?.createTenant.secret ?? expect.fail();
    const { rows } = await graph.admin.query(
      `select (select json_agg(k)::text from sessions.api_key k) as keys, (select string_agg(coalesce(result, '') || encode(sealed, 'escape'), '') from sessions.idempotency_key) as kept`,
    );
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(rows[0].keys).toContain(sha256(secret));
    expect(rows[0].kept.length).toBeGreaterThan(0);
    const other = await graph.ask(OPERATOR, CREATE_TENANT, { input: { ...input, name: 'Other' } });
    expect(other.codes).toEqual(['IDEMPOTENCY_CONFLICT']);
  });

  it.each([' ', '', 'x'.repeat(201), 'a\0b'])('refuses the name %j', async (name) => {
    expect((await graph.ask(OPERATOR, CREATE_TENANT, { input: { name } })).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('tenants', () => {
  it('are listed for the operator, newest first, in pages', async () => {
    const ids = [await graph.makeTenant('One'), await graph.makeTenant('Two'), await graph.makeTenant('Three')];
    const list =
      'query ($after: String) { tenants(first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }';
    type Page = { tenants: { edges: { node: { id: string } }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } };
    const first = await graph.ask<Page>(OPERATOR, list);
    expect(first.data?.tenants.edges.map((edge) => edge.node.id)).toEqual([ids[2], ids[1]]);
    const second = await graph.ask<Page>(OPERATOR, list, { after: first.data?.tenants.pageInfo.endCursor });
    expect(second.data?.tenants.edges[0]?.node.id).toBe(ids[0]);
    const forged = Buffer.from(JSON.stringify(['tenants', 'no id'])).toString('base64url');
    expect((await graph.ask(OPERATOR, list, { after: forged })).codes).toEqual(['BAD_USER_INPUT']);
    expect((await graph.ask(adminOf(newId<TenantId>()), list)).codes).toEqual(['FORBIDDEN']);
  });

  it('see themselves as viewer; the operator has no tenant, and cannot use what belongs to one', async () => {
    const tenantId = await graph.makeTenant('Viewer');
    const viewer = '{ viewer { tenant { id name } scopes credential } }';
    expect((await graph.ask({ tenantId, scopes: ['ROUTER_READ'] }, viewer)).data).toEqual({
      viewer: { tenant: { id: tenantId, name: 'Viewer' }, scopes: ['ROUTER_READ'], credential: 'API_KEY' },
    });
    expect((await graph.ask(OPERATOR, viewer)).data).toEqual({
      viewer: { tenant: null, scopes: ['OPERATOR'], credential: 'API_KEY' },
    });
    for (const field of ['apiKeys { id }', 'assistants { version }', 'tools { name }', 'knowledge { edges { cursor } }']) {
      expect((await graph.ask(OPERATOR, `{ ${field} }`)).codes, field).toEqual(['FORBIDDEN']);
      expect((await graph.ask({ tenantId, scopes: ['BILLING_READ'] }, `{ ${field} }`)).codes, field).toEqual(['FORBIDDEN']);
    }
  });

  it('resolve references in order and in one unit of work: null for an unknown id', async () => {
    const ids = [await graph.makeTenant('A'), await graph.makeTenant('B'), newId(), 'no id'];
    const entities = 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { id name } } }';
    const all = [...ids, ...ids].map((id) => ({ __typename: 'Tenant', id }));
    const before = graph.unitsOfWork();
    const answer = await graph.ask<{ _entities: unknown[] }>(OPERATOR, entities, { all });
    expect(answer.data?._entities.map((entity) => entity !== null)).toEqual([true, true, false, false, true, true, false, false]);
    expect(graph.unitsOfWork() - before).toBe(1);
  });
});

describe('API keys', () => {
  it('hold what they were given and never more than their tenant', async () => {
    const admin = adminOf(await graph.makeTenant('Keys'));
    const input = { name: 'Support', scopes: ['SESSIONS_READ', 'SESSIONS_READ'], expiresAt: '2026-03-02T00:00:00+01:00' };
    const made = await graph.ask<CreatedKey>(admin, CREATE_KEY, { input });
    expect(made.data?.createApiKey.apiKey).toMatchObject({
      name: 'Support',
      scopes: ['SESSIONS_READ'],
      expiresAt: '2026-03-01T23:00:00.000Z',
      lastUsedAt: null,
      revokedAt: null,
    });
    const refused = [
      { ...input, scopes: [] },
      { ...input, scopes: ['OPERATOR'] },
      { ...input, expiresAt: '2026-03-01T10:00:00Z' },
      { ...input, name: '' },
    ];
    for (const bad of refused) expect((await graph.ask(admin, CREATE_KEY, { input: bad })).codes).toEqual(['BAD_USER_INPUT']);
    const weak = { ...admin, scopes: ['SESSIONS_WRITE', 'BILLING_WRITE'] as const };
    expect((await graph.ask(weak, CREATE_KEY, { input })).codes).toEqual(['FORBIDDEN']);
    const listed = await graph.ask<{ apiKeys: { name: string }[] }>(admin, '{ apiKeys { name } }');
    expect(listed.data?.apiKeys.map((key) => key.name)).toEqual(['Support', 'First key']);
  });

  it('are revoked once, by their own tenant alone', async () => {
    const admin = adminOf(await graph.makeTenant('Revoking'));
    const made = await graph.ask<CreatedKey>(admin, CREATE_KEY, { input: { name: 'k', scopes: ['ADMIN'] } });
    const id = made.data?.createApiKey.apiKey.id;
    const stranger = adminOf(await graph.makeTenant('Stranger'));
    expect((await graph.ask(stranger, REVOKE, { id })).codes).toEqual(['NOT_FOUND']);
    expect((await graph.ask(admin, REVOKE, { id: 'no id' })).codes).toEqual(['NOT_FOUND']);
    const revoked = await graph.ask(admin, REVOKE, { id });
    expect(revoked.data).toEqual({ revokeApiKey: { id, revokedAt: graph.clock.now().toISOString() } });
    graph.clock.advance(5000);
    expect((await graph.ask(admin, REVOKE, { id })).data).toEqual(revoked.data);
  });
});

describe('reading credentials', () => {
  it('finds a key of any tenant by the hash of its secret, with what decides whether it still counts', async () => {
    const tenantId = await graph.makeTenant('Authenticated');
    const credentials = createCredentialReader({ database: graph.database });
    const input = { name: 'k', scopes: ['ROUTER_READ'], expiresAt: '2027-01-01T00:00:00Z' };
    const made = await graph.ask<CreatedKey>(adminOf(tenantId), CREATE_KEY, { input });
    const { secret, apiKey } = made.data?.createApiKey ?? expect.fail();
    const found = { id: apiKey.id, tenantId, scopes: ['ROUTER_READ'], expiresAt: new Date(input.expiresAt), revokedAt: null };
    expect(await credentials.byHash(sha256(secret))).toEqual(found);
    expect(await credentials.byHash(sha256(`${secret}x`))).toBeNull();
    await graph.ask(adminOf(tenantId), REVOKE, { id: apiKey.id });
    expect(await credentials.byHash(sha256(secret))).toEqual({ ...found, revokedAt: graph.clock.now() });
  });

  it('writes the time of the last use at most once a minute, over all processes', async () => {
    const tenantId = await graph.makeTenant('Used');
    const [one, two] = [
      createCredentialReader({ database: graph.database }),
      createCredentialReader({ database: graph.database }),
    ];
    const { rows } = await graph.admin.query<{ id: string }>('select id from sessions.api_key where tenant_id = $1', [tenantId]);
    const id = rows[0]?.id ?? expect.fail();
    const row = async () =>
      (
        await graph.admin.query<{ used: Date; version: string }>(
          'select last_used_at as used, xmin::text as version from sessions.api_key where id = $1',
          [id],
        )
      ).rows[0];
    const at = (seconds: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + seconds * 1000);
    const use = async (seconds: number) => {
      for (const reader of [one, two]) reader.used(id, at(seconds));
      await Promise.all([one.settled(), two.settled()]);
      return await row();
    };
    const first = await use(0);
    expect(first?.used).toEqual(at(0));
    expect(await use(1)).toEqual(first);
    expect(await use(59)).toEqual(first);
    expect((await use(60))?.used).toEqual(at(60));
  });

  it('tells of a use that could not be written, and goes on', async () => {
    const failures: unknown[] = [];
    const credentials = createCredentialReader({ database: graph.database, onError: (error) => void failures.push(error) });
    credentials.used('no id', graph.clock.now());
    await credentials.settled();
    expect(failures).toHaveLength(1);
  });
});
