import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { ExecutionResult } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requestOf, startRouter, type TestRouter } from './test-support/platform.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'));
});
afterAll(() => router.stop());

async function events(tenantId: TenantId, query: string): Promise<AsyncIterableIterator<ExecutionResult>> {
  const stream = await router.watch(tenantId, query);
  if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream));
  return stream;
}

async function next<T>(stream: AsyncIterableIterator<ExecutionResult>, field: string): Promise<T> {
  const { value } = await stream.next();
  return JSON.parse(JSON.stringify(value.data))[field];
}

describe('routeDecided', () => {
  const WATCH = 'subscription { routeDecided { id tier } }';

  it('shows the last decision, then every one as it is made, each once, and none of another tenant', async () => {
    const tenantId = newId<TenantId>();
    await router.router.decide(requestOf(tenantId));
    const last = await router.router.decide(requestOf(tenantId));
    const stream = await events(tenantId, WATCH);
    expect(await next(stream, 'routeDecided')).toMatchObject({ id: last.id });
    await router.router.decide(requestOf(newId<TenantId>()));
    const made = await Promise.all(Array.from({ length: 130 }, () => router.router.decide(requestOf(tenantId))));
    const seen = new Set<string>();
    while (seen.size < made.length) {
      const { id } = await next<{ id: string }>(stream, 'routeDecided');
      expect(seen.has(id)).toBe(false);
      seen.add(id);
    }
    expect(seen).toEqual(new Set(made.map(({ id }) => id)));
    await stream.return?.();
  });

  it('waits for the first decision of a tenant that has none, and ends when it is told to', async () => {
    const tenantId = newId<TenantId>();
    const stream = await events(tenantId, WATCH);
    const first = next<{ id: string }>(stream, 'routeDecided');
    const { id } = await router.router.decide(requestOf(tenantId));
    expect(await first).toMatchObject({ id });
    const waiting = stream.next();
    await stream.return?.();
    expect(await waiting).toMatchObject({ done: true });
  });

  it('asks for ROUTER_READ', async () => {
    expect(await router.watch(newId<TenantId>(), WATCH, ['SESSIONS_READ'])).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

describe('canaryChanged', () => {
  it('shows the canary as it is, its figures as they change, and its end', async () => {
    const tenantId = newId<TenantId>();
    await router.ask(
      tenantId,
      'mutation { startCanary(input: { policy: { errorCost: "1", expectedVersion: 1 }, share: 0.1 }) { id } }',
    );
    type Seen = { id: string; status: string; stable: { requests: number } };
    const stream = await events(tenantId, 'subscription { canaryChanged { id status stable { requests } } }');
    const first = await next<Seen>(stream, 'canaryChanged');
    expect(first).toMatchObject({ status: 'RUNNING', stable: { requests: 0 } });
    for (let n = 0; n < 10; n += 1) {
      const { id } = await router.router.decide(requestOf(tenantId));
      await router.ask(tenantId, `mutation { reportOutcome(input: { routeDecisionId: "${id}", outcome: CORRECT }) { id } }`);
    }
    expect((await next<Seen>(stream, 'canaryChanged')).stable.requests).toBeGreaterThan(0);
    await router.ask(tenantId, `mutation { rollBackCanary(id: "${first.id}") { id } }`);
    let seen = await next<Seen>(stream, 'canaryChanged');
    while (seen.status === 'RUNNING') seen = await next<Seen>(stream, 'canaryChanged');
    expect(seen).toMatchObject({ id: first.id, status: 'ROLLED_BACK' });
    await stream.return?.();
  });
});
