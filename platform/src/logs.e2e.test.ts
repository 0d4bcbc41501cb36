import { createHmac } from 'node:crypto';
import { APP_ROLE, OWNER_ROLE } from '@switchyard/database/roles';
import { createGraphCaller } from '@switchyard/testing/graph-caller';
import { startTopology, type Topology } from '@switchyard/testing/topology';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ask,
  makeScriptedTenant,
  type ScriptedTenant,
  type ScriptedWorld,
  startScriptedWorld,
} from './test-support/scripted-tenant.ts';

/** What a running platform writes at its most talkative: everything that an operator may read, and no secret. */
const SECRET_KEY = 'ab'.repeat(32);
const SAID = 'confidential-4711';

let world: ScriptedWorld;
let platform: Topology;
let tenant: ScriptedTenant;
const made: string[] = [];

beforeAll(async () => {
  world = await startScriptedWorld();
  platform = await startTopology('all', { ...world.env, SECRET_KEY, LOG_LEVEL: 'trace' });
  tenant = await makeScriptedTenant(platform, world.tools);
  await ask(tenant.caller, `call look_up {"id": "${SAID}"}`);
  const { createApiKey } = await tenant.caller.graph<{ createApiKey: { secret: string } }>(
    'mutation { createApiKey(input: { name: "k", scopes: [SESSIONS_READ] }) { secret } }',
  );
  made.push(createApiKey.secret);
  // What goes wrong is logged in more words.
  const stranger = `sk_${'s'.repeat(43)}`;
  made.push(stranger);
  await createGraphCaller(platform.url, stranger).ask('{ viewer { tenant { id } } }');
  await createGraphCaller(platform.url, createApiKey.secret).ask('mutation { startSession(input: { useCase: FAQ }) { id } }');
  world.models.script(() => ({ fault: { kind: 'status', status: 500 } }));
  await ask(tenant.caller, SAID).catch(() => undefined);
  await platform.crashAndRestart();
  await tenant.caller.graph('{ viewer { tenant { id } } }');
  await platform.stop();
});
afterAll(() => world.close());

it('holds no secret', () => {
  const password = (role: string) =>
    createHmac('sha256', Buffer.from(SECRET_KEY, 'hex')).update(`database/${role}`).digest('base64url');
  const secrets = {
    operatorKey: platform.operatorKey,
    apiKey: tenant.secret,
    otherKeys: made,
    signingSecret: tenant.signingSecret,
    providerKey: world.providerKey,
    secretKey: SECRET_KEY,
    passwordOfApp: password(APP_ROLE),
    passwordOfOwner: password(OWNER_ROLE),
    said: SAID,
  };
  const output = platform.output();
  expect(output.length).toBeGreaterThan(1_000);
  for (const [name, secret] of Object.entries(secrets))
    for (const each of [secret].flat()) expect(output, name).not.toContain(each);
  expect(JSON.stringify(linesOf(output))).not.toMatch(/bearer /i);
});

it('tells of each line which request, tenant and trace it belongs to', async () => {
  const answered = linesOf(platform.output()).filter((line) => line.msg === 'answered' && line.tenantId === tenant.id);
  expect(answered.length).toBeGreaterThan(3);
  for (const line of answered) {
    expect(line).toMatchObject({
      level: 'debug',
      requestId: expect.stringMatching(/\S/),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  }
  expect(new Set(answered.map((line) => line.requestId)).size).toBe(answered.length);
});

type Line = { readonly msg?: string; readonly tenantId?: string; readonly requestId?: string };

function linesOf(output: string): Line[] {
  return output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []));
}
