import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { ExecutionResult } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventOf } from './test-support/event-streams.ts';
import { createHarness, createLocalHints, type Harness } from './test-support/harness.ts';

const SUBSCRIPTION = 'subscription { kpisChanged(windowMinutes: 5) { sessions } }';

describe('kpisChanged', () => {
  const hints = createLocalHints();
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(inject('adminUrl'), hints);
  });
  afterAll(async () => {
    await harness.close();
  });

  const started = (tenantId: TenantId, time = Date.now()) =>
    eventOf('session.started', { tenantId, time }, { sessionId: newId(), useCase: 'FAQ', endUserId: null });
  const open = async (tenantId: TenantId): Promise<AsyncIterableIterator<ExecutionResult>> => {
    const opened = await harness.subscribe({ tenantId, scopes: ['ANALYTICS_READ'] }, SUBSCRIPTION);
    if (!(Symbol.asyncIterator in opened)) throw new Error(JSON.stringify(opened.errors));
    return opened;
  };
  const next = async (events: AsyncIterator<ExecutionResult>) => (await events.next()).value?.data?.kpisChanged;

  it('begins with the figures as they are, and pushes within a second of the event', async () => {
    const tenantId = newId<TenantId>();
    await harness.deliver([started(tenantId)]);
    const events = await open(tenantId);
    expect(await next(events)).toEqual({ sessions: 1 });
    const pushed = next(events);
    const from = performance.now();
    await harness.deliver([started(tenantId)]);
    expect(await pushed).toEqual({ sessions: 2 });
    expect(performance.now() - from).toBeLessThan(1000);
    await events.return?.();
  });

  it('merges what comes together, and loses none of it', async () => {
    const tenantId = newId<TenantId>();
    const events = await open(tenantId);
    expect(await next(events)).toEqual({ sessions: 0 });
    for (let index = 0; index < 20; index += 1) await harness.deliver([started(tenantId)]);
    const seen: unknown[] = [];
    while ((seen.at(-1) as { sessions: number } | undefined)?.sessions !== 20) seen.push(await next(events));
    expect(seen.length).toBeLessThan(10);
    await events.return?.();
  });

  it('pushes nothing for another tenant, or for what lies before the window', async () => {
    const [tenantId, other] = [newId<TenantId>(), newId<TenantId>()];
    const events = await open(tenantId);
    expect(await next(events)).toEqual({ sessions: 0 });
    const pushed = next(events);
    await harness.deliver([started(other), started(tenantId, Date.now() - 3_600_000)]);
    const quiet = new Promise((resolve) => setTimeout(resolve, 700, 'quiet'));
    expect(await Promise.race([pushed, quiet])).toBe('quiet');
    await harness.deliver([started(tenantId)]);
    expect(await pushed).toEqual({ sessions: 1 });
    await events.return?.();
  });

  it('ends at once when its reader leaves, also in the middle of waiting, and stops listening', async () => {
    const events = await open(newId());
    await next(events);
    const waiting = events.next();
    expect(hints.listeners()).toBe(1);
    await events.return?.();
    expect(await waiting).toMatchObject({ done: true });
    expect(hints.listeners()).toBe(0);
  });

  it('is refused without the scope, and for a window that is none', async () => {
    const query = SUBSCRIPTION.replace('5', '0');
    const refused = async (scopes: readonly 'ANALYTICS_READ'[], text: string) =>
      ((await harness.subscribe({ tenantId: newId(), scopes }, text)) as ExecutionResult).errors?.[0]?.extensions.code;
    expect(await refused([], SUBSCRIPTION)).toBe('FORBIDDEN');
    expect(await refused(['ANALYTICS_READ'], query)).toBe('BAD_USER_INPUT');
  });
});
