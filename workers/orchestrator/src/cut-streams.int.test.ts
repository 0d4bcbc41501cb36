import { setTimeout as pause } from 'node:timers/promises';
import type { TenantId } from '@switchyard/kernel/ids';
import { createAnthropicProvider } from '@switchyard/models/anthropic';
import { createOpenAiProvider } from '@switchyard/models/openai';
import { countTokens } from '@switchyard/models/tokens';
import {
  type LedgerEntry,
  type ModelServer,
  type ModelServerFault,
  startModelServer,
  wordsOf,
} from '@switchyard/testing/model-server';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { openStage, type Stage, tiersOf } from './test-support/stage.ts';

/** Streams, one or more an episode; 10,000 is the full size. */
const STREAMS = Number(process.env.CUT_STREAMS ?? 300);
/** Episodes that are under way at once. */
const AT_ONCE = 16;
const ANSWER = 'The parcel left our shop on Monday and will be with you on Thursday.';
/** A little more than the longest stream has. */
const MOST_BYTES = 4_000;

let stage: Stage;
let tenant: TenantId;
let server: ModelServer;
let worker: Orchestrator;

let state = 11;
/** Numbers below `below`, the same in each run. */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

/** Every second stream breaks, somewhere; every tenth waits in the middle for its end user to cancel. */
function faultOfNext(): ModelServerFault | null {
  const afterChunks = random(wordsOf(ANSWER).length);
  const kind = random(20);
  if (kind < 6) return { kind: 'cut-bytes', afterBytes: random(MOST_BYTES), reset: random(2) === 0 };
  if (kind === 6) return { kind: 'end', afterChunks };
  if (kind === 7) return { kind: 'malformed', afterChunks };
  if (kind === 8) return { kind: 'status', status: 429, headers: { 'retry-after-ms': '1' } };
  if (kind === 9) return { kind: 'status', status: 529, type: 'overloaded_error' };
  if (kind === 10) return { kind: 'error', afterChunks, type: 'overloaded_error' };
  if (kind < 13) return { kind: 'hang', afterChunks };
  return null;
}

/** The text after which each hanging stream waits to be cancelled, by its request's number. */
const hanging = new Map<number, string>();
/** The numbers of the requests that were answered with a status and nothing else. */
const refused = new Set<number>();

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
  const script = ({ number }: { number: number }) => {
    const fault = faultOfNext();
    if (fault?.kind === 'hang') hanging.set(number, wordsOf(ANSWER).slice(0, fault.afterChunks).join(''));
    if (fault?.kind === 'status') refused.add(number);
    return { chunks: wordsOf(ANSWER), ...(fault === null ? {} : { fault }) };
  };
  server = await startModelServer(script, { tokensOf: countTokens });
  const scripted = tiersOf({ models: { small: () => [], large: () => [] } });
  const providers = {
    small: createOpenAiProvider({ apiKey: 'secret', baseUrl: server.baseUrl }),
    large: createAnthropicProvider({ apiKey: 'secret', baseUrl: server.origin }),
  };
  const tiers = new Map(
    (['small', 'large'] as const).map((name) => {
      const config = scripted.get(name)?.config;
      if (config === undefined) throw new Error(`there is no tier ${name}`);
      return [name, { config, provider: providers[name] }];
    }),
  );
  const limits = { retries: 50, firstRetryDelayMs: 1 };
  worker = await stage.work({
    models: { small: () => [], large: () => [] },
    limits,
    more: { tiers, concurrency: AT_ONCE, leaseMs: 600_000 },
  });
});
afterAll(async () => {
  await worker.stop(0);
  await server.close();
  await stage.close();
});

/** The streams of one episode, in order. */
function streamsOf(question: string): LedgerEntry[] {
  return server.ledger.filter(({ request }) => request.messages.some(({ content }) => content === question));
}

/** Cancels an episode whose stream waits for that, once all that was sent of it has been shown. */
async function cancelWhereItHangs(id: string, question: string): Promise<void> {
  for (;;) {
    const last = streamsOf(question).at(-1);
    const sent = last === undefined ? undefined : hanging.get(last.request.number);
    if (sent !== undefined && (await stage.shown(id)).startsWith(sent)) {
      await pause(20);
      await stage.ask(tenant, `mutation { cancelEpisode(id: "${id}") { id } }`);
    }
    const { status } = await stage.episode(tenant, id);
    if (status !== 'QUEUED' && status !== 'RUNNING') return;
    await pause(20);
  }
}

async function expectBilledAsCounted(n: number): Promise<void> {
  const question = `Where is parcel ${n}?`;
  const tier = n % 2 === 0 ? 'small' : 'large';
  const id = await stage.send(tenant, await stage.startSession(tenant), question, { tier });
  await cancelWhereItHangs(id, question);
  const episode = await stage.episode(tenant, id);
  const streams = streamsOf(question);
  const wasCancelled = hanging.has(streams.at(-1)?.request.number ?? 0);
  expect(episode.status).toBe(wasCancelled ? 'CANCELLED' : 'SUCCEEDED');
  // No torn answer: what was shown is the answer, or as far as it came.
  const shown = await stage.shown(id);
  if (wasCancelled) expect(ANSWER.startsWith(shown)).toBe(true);
  else expect([episode.answer?.content, shown]).toEqual([ANSWER, ANSWER]);
  const told = (await stage.logOf(id)).filter(({ type }) => type === 'model_call.finished').map(({ data }) => data);
  const billed = told.map(({ inputTokens, outputTokens, estimated, billable }) => ({
    inputTokens,
    outputTokens,
    estimated,
    billable,
  }));
  expect(billed).toEqual(streams.map(countedOf));
}

/** A refused request counts nothing; what the provider did not come to report is an estimate. */
function countedOf({ inputTokens, outputTokens, reported, request }: LedgerEntry) {
  if (refused.has(request.number)) return { inputTokens: 0, outputTokens: 0, estimated: false, billable: true };
  return { inputTokens, outputTokens, estimated: !reported, billable: true };
}

describe(`${STREAMS} streams of two providers, of which every second breaks at random and every tenth is cancelled`, () => {
  it('are each billed once, as the provider counted them, or as an estimate that says so and is the same', {
    timeout: 3_600_000,
  }, async () => {
    let next = 0;
    const work = async (): Promise<void> => {
      while (server.ledger.length < STREAMS) await expectBilledAsCounted(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const outcomes = new Set(server.ledger.map(({ outcome }) => outcome));
    expect(outcomes).toEqual(new Set(['answered', 'failed', 'aborted']));
  });
});
