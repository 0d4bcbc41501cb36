import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTEXT_HEADER, signContext } from '@switchyard/runtime/context-token';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningGateway, startGateway, TENANT, until } from '../test-support/running-gateway.ts';

const VIEWER = { query: '{ viewer { tenant } }' };
const ISSUER = 'https://login.example.com/';
const identityProvider = generateKeyPairSync('ed25519');

let running: RunningGateway;
beforeAll(async () => {
  const jwks = join(await mkdtemp(join(tmpdir(), 'jwks-')), 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [await exportJWK(identityProvider.publicKey)] }));
  running = await startGateway('over HTTP', { jwt: { jwks, issuer: ISSUER, audience: 'switchyard' } });
});
afterAll(() => running.stop());

function token(
  claims: Record<string, unknown> = {},
  expires: string | Date = '1m',
  key = identityProvider.privateKey,
): Promise<string> {
  return new SignJWT({ tenant: TENANT, scope: 'SESSIONS_READ', ...claims })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject('user-1')
    .setIssuer(ISSUER)
    .setAudience('switchyard')
    .setExpirationTime(expires)
    .sign(key);
}

/** Resolves to the close code and reason of a socket that connects with `payload`. */
function closeOf(payload: Record<string, unknown>): Promise<{ code: number; reason: string }> {
  const socket = new WebSocket(`${running.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  return new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })));
}

describe('a credential that is', () => {
  const refused: readonly (readonly [string, () => Promise<string>])[] = [
    ['missing', async () => ''],
    ['of another scheme', async () => `Basic ${running.key}`],
    ['unknown', async () => `Bearer sk_${'a'.repeat(32)}`],
    ['expired', async () => `Bearer ${running.keys.issue({ tenantId: TENANT, expiresAt: new Date(Date.now() - 1) })}`],
    ['revoked', async () => `Bearer ${running.keys.issue({ tenantId: TENANT, revokedAt: new Date() })}`],
    ['a token of a stranger', async () => `Bearer ${await token({}, '1m', generateKeyPairSync('ed25519').privateKey)}`],
    ['a token without a tenant', async () => `Bearer ${await token({ tenant: null })}`],
  ];

  test.each(refused)('%s is answered with 401 over HTTP and SSE, and closes a socket with 4403', async (_, authorization) => {
    const header = await authorization();
    for (const accept of ['application/json', 'text/event-stream']) {
      const response = await running.post(VIEWER, { authorization: header, accept });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    expect(await closeOf({ authorization: header })).toMatchObject({ code: 4403 });
  });
});

test('a token of the identity provider acts for its tenant, with its scopes and never as the operator', async () => {
  const bearer = { authorization: `Bearer ${await token({ scope: 'SESSIONS_READ OPERATOR' })}` };
  expect(await (await running.post(VIEWER, bearer)).json()).toEqual({ data: { viewer: { tenant: TENANT } } });
  const write = await running.post({ query: 'mutation { rename(id: "a", title: "x") { id } }' }, bearer);
  expect(write.status).toBe(403);
});

test('explorers may send the key among headers, in any case', async () => {
  const client = running.socket(null, { connectionParams: { headers: { Authorization: `Bearer ${running.key}` } } });
  const { value } = await client.iterate(VIEWER).next();
  expect(value).toEqual({ data: { viewer: { tenant: TENANT } } });
});

type Ending = { readonly bearer: string; end(): void };
const inTwoSeconds = () => new Date(Date.now() + 2_000);

test.each<[string, () => Promise<Ending>]>([
  [
    'a key that is revoked',
    async () => {
      const bearer = running.keys.issue({ tenantId: TENANT });
      return { bearer, end: () => running.keys.revoke(bearer) };
    },
  ],
  [
    'a key that expires',
    async () => ({ bearer: running.keys.issue({ tenantId: TENANT, expiresAt: inTwoSeconds() }), end: () => {} }),
  ],
  ['a token that expires', async () => ({ bearer: await token({}, inTwoSeconds()), end: () => {} })],
])('%s is refused, and its socket and event stream end', async (name, open) => {
  const { bearer, end } = await open();
  const [authorization, talkId] = [`Bearer ${bearer}`, name];
  const query = `subscription { events(talkId: "${talkId}") { id } }`;
  const closed = Promise.withResolvers<number>();
  const client = running.socket(authorization, { on: { closed: (event) => closed.resolve((event as { code: number }).code) } });
  client
    .iterate({ query })
    .next()
    .catch(() => {});
  const stream = await running.post({ query }, { authorization, accept: 'text/event-stream' });
  await until(() => running.graph.watchers(talkId) === 2);

  end();
  const endedAt = Date.now();
  expect(await closed.promise).toBe(4403);
  expect(await stream.text()).not.toContain('event: complete');
  // The contract's bound for a revocation, on the process that was asked; the two seconds are until the others expire.
  expect(Date.now() - endedAt).toBeLessThan(5_000 + 2_000);
  expect((await running.post(VIEWER, { authorization })).status).toBe(401);
  await until(() => running.graph.watchers(talkId) === 0);
});

test('the store is told of each use of a key', async () => {
  const secret = running.keys.issue({ tenantId: TENANT, id: 'told' });
  await running.post(VIEWER, { authorization: `Bearer ${secret}` });
  expect(running.keys.used).toContain('told');
});

test('a subgraph’s own server takes contexts of the gateway alone, on a socket too', async () => {
  const url = running.servers[0]?.url ?? '';
  const ask = async (token: string | null) => {
    const headers = { 'content-type': 'application/json', ...(token === null ? {} : { [CONTEXT_HEADER]: token }) };
    return await fetch(url, { method: 'POST', headers, body: JSON.stringify(VIEWER) });
  };
  const asker = { requestId: 'r', tenantId: TENANT, scopes: ['ADMIN'], credential: { kind: 'API_KEY', id: 'k' } } as const;
  expect((await ask(null)).status).toBe(401);
  expect((await ask(await signContext(asker, Buffer.alloc(32)))).status).toBe(401);
  expect((await ask(await signContext(asker, running.contextKey))).status).toBe(200);

  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: {} })));
  const code = await new Promise((resolve) => socket.once('close', resolve));
  expect(code).toBe(4403);
});

test('a socket that is not introduced in time is closed', async () => {
  const socket = new WebSocket(`${running.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4408);
});
