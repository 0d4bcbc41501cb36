import type { TenantId } from '@switchyard/kernel/ids';
import { createOpenAiProvider } from '@switchyard/models/openai';
import { type ModelServer, type ModelServerFault, startModelServer, wordsOf } from '@switchyard/testing/model-server';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { openStage, type Stage, tiersOf } from './test-support/stage.ts';

/** Episodes, each of one stream or more; 10,000 is the full size. */
const EPISODES = Number(process.env.CUT_STREAM_EPISODES ?? 150);
const ANSWER = 'The parcel left our shop on Monday and will be with you on Thursday.';

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

/** Two of five streams break, somewhere. */
function fault(): ModelServerFault | null {
  const afterChunks = random(wordsOf(ANSWER).length);
  const faults: (ModelServerFault | null)[] = [
    { kind: 'cut', afterChunks },
    { kind: 'end', afterChunks },
    { kind: 'malformed', afterChunks },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 503 },
  ];
  return random(5) < 2 ? (faults[random(faults.length)] ?? null) : null;
}

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
  server = await startModelServer(() => {
    const broken = fault();
    return { chunks: wordsOf(ANSWER), ...(broken === null ? {} : { fault: broken }) };
  });
  const provider = createOpenAiProvider({ apiKey: 'secret', baseUrl: server.baseUrl });
  const scripted = tiersOf({ models: { small: () => [] } });
  const tiers = new Map([...scripted].map(([name, { config }]) => [name, { config, provider }]));
  worker = await stage.work({ models: { small: () => [] }, limits: { retries: 30, firstRetryDelayMs: 1 }, more: { tiers } });
});
afterAll(async () => {
  await worker.stop(0);
  await server.close();
  await stage.close();
});

describe(`${EPISODES} answers from a provider of which two streams of five break at random`, () => {
  it('are whole, and every stream is billed as the provider counted it, or marked as an estimate', {
    timeout: 600_000,
  }, async () => {
    const ids: string[] = [];
    for (let n = 0; n < EPISODES; n++) ids.push(await stage.send(tenant, await stage.startSession(tenant), `Where is ${n}?`));
    const events = [];
    for (const id of ids) {
      const episode = await stage.ended(tenant, id);
      expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: ANSWER } });
      expect(await stage.shown(id)).toBe(ANSWER);
      events.push(...(await stage.logOf(id)).filter(({ type }) => type === 'model_call.finished').map(({ data }) => data));
    }
    expect(events).toHaveLength(server.ledger.length);
    const answered = server.ledger.filter(({ outcome }) => outcome === 'answered');
    const billed = events.filter(({ status }) => status === 'ANSWERED');
    expect(billed).toHaveLength(EPISODES);
    expect(answered.length).toBeLessThan(server.ledger.length);
    for (const kind of ['inputTokens', 'outputTokens'] as const) {
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(billed.map((event) => Number(event[kind])))).toBe(sum(answered.map((entry) => entry[kind])));
    }
    expect(billed.filter(({ estimated }) => estimated)).toEqual([]);
    // What broke off reported nothing: what was received of it is an estimate, and says so; a refusal cost nothing.
    for (const event of events.filter(({ status }) => status !== 'ANSWERED')) {
      expect(event.status).toBe('FAILED');
      expect(event.estimated === true || event.inputTokens === 0).toBe(true);
    }
  });
});
