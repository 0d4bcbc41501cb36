import type { TenantId } from '@switchyard/kernel/ids';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Death, EPISODE_WRITES } from './test-support/killer.ts';
import { type EpisodeSeen, openStage, type Stage } from './test-support/stage.ts';
import { ANSWER, APPROVED, ORDER, TOOLS, UNDONE, UNSURE } from './test-support/stories.ts';
import { deathsIn, pairsOfDeathsIn, type Story, Survivor } from './test-support/survivor.ts';

let stage: Stage;
let tenant: TenantId;
let survivor: Survivor;

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
  survivor = new Survivor(stage, tenant);
  await stage.giveTool(tenant, 'pay', { sideEffect: true, idempotent: true, requiresApproval: true });
});
afterEach(async () => {
  await survivor.stop();
  stage.tools.reset();
});
afterAll(() => stage.close());

describe('the write points', () => {
  beforeAll(() => giveTools({ idempotent: true }));

  it.each([
    ['ORDER', ORDER],
    ['UNDONE', UNDONE],
    ['UNSURE', UNSURE],
    ['APPROVED', APPROVED],
  ])('of %s are those that are killed below', async (_name, story) => {
    await survivor.survive(story, []);
    const made = survivor.writes;
    const writes = made.filter((point, index) => point !== 'showText' || made[index - 1] !== 'showText');
    // Short answers may be shown only when the turn ends.
    expect(story === APPROVED ? writes.filter((point) => point !== 'showText') : writes).toEqual(story.writes);
  });

  it('are all among them', () => {
    expect(new Set([ORDER, UNDONE, UNSURE, APPROVED].flatMap(({ writes }) => writes))).toEqual(new Set(EPISODE_WRITES));
  });
});

/** `CRASH_PAIRS=all`: each way in which the next worker can die too, after each first death; else one of them, in turn. */
const pairsIn = (story: Story) => pairsOfDeathsIn(story, process.env.CRASH_PAIRS === 'all');

describe('an episode whose worker is killed', () => {
  beforeAll(() => giveTools({ idempotent: true }));

  it.each(deathsIn(ORDER))('$when $point $nth has each effect once and one answer', async (death) => {
    expectEachEffectOnce(await expectOneAnswer(await survivor.survive(ORDER, [death])));
  });

  it.each(pairsIn(ORDER))('$0.when $0.point $0.nth, and again $1.when write $1.nth of the next, does too', async (...deaths) => {
    expectEachEffectOnce(await expectOneAnswer(await survivor.survive(ORDER, deaths)));
  });

  it.each(deathsIn(UNDONE))('$when $point $nth has each effect undone once when it fails', async (death) => {
    await expectAllUndone(await survivor.survive(UNDONE, [death]));
  });

  it.each(pairsIn(UNDONE))('$0.when $0.point $0.nth, and again $1.when write $1.nth of the next, has too', async (...deaths) => {
    await expectAllUndone(await survivor.survive(UNDONE, deaths));
  });

  it.each(deathsIn(UNSURE))('$when $point $nth still gets the last word of an unsure model, once', async (death) => {
    const episode = await survivor.survive(UNSURE, [death]);
    expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'I do not know that.' } });
    expect(await stage.shown(episode.id)).toBe('I do not know that.');
  });

  it.each([...deathsIn(APPROVED).map((death) => [death, null] as const), ...pairsIn(APPROVED)])(
    '$0.when $0.point $0.nth, and again $1.when write $1.nth of the next, is asked once for an approval, and acts once',
    async (first, second) => {
      const episode = await survivor.survive(APPROVED, second === null ? [first] : [first, second]);
      expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'Paid.' } });
      expect(stage.tools.effects).toEqual(episode.toolCalls.map(({ idempotencyKey }) => idempotencyKey));
      await expectLogAgrees(episode);
    },
  );
});

describe('an episode with tools that could act twice, whose worker is killed', () => {
  beforeAll(() => giveTools({ idempotent: false }));

  /** Which call, counted from 0, is the one whose answer is lost by this death; null: none. */
  const lostBy = ({ point, nth, when }: Death): number | null => {
    const lost = point === 'startToolAttempt' ? when === 'after' : point === 'finishToolCall' && when === 'before';
    return lost ? nth - 1 : null;
  };

  it.each(deathsIn(ORDER))('$when $point $nth never repeats a call', async (death) => {
    const episode = await expectOneAnswer(await survivor.survive(ORDER, [death]));
    const statuses = TOOLS.map((_tool, index) => (index === lostBy(death) ? 'UNKNOWN' : 'SUCCEEDED'));
    expect(episode.toolCalls.map(({ status }) => status)).toEqual(statuses);
    expect(stage.tools.requests).toHaveLength(new Set(stage.tools.effects).size);
  });

  it.each([...pairsIn(ORDER).map((pair) => [ORDER, pair] as const), ...pairsIn(UNDONE).map((pair) => [UNDONE, pair] as const)])(
    'and that of the next one too (%#), never repeats a call, and says UNKNOWN of what may have been done',
    async (story, deaths) => {
      const episode = await survivor.survive(story, deaths);
      expect(stage.tools.requests).toHaveLength(new Set(stage.tools.effects).size);
      for (const { status, idempotencyKey, compensatedBy } of episode.toolCalls) {
        const acted = stage.tools.effects.includes(idempotencyKey);
        const undone = stage.tools.effects.includes(compensatedBy?.idempotencyKey ?? '');
        if (status === 'SUCCEEDED') expect([acted, undone]).toEqual([true, false]);
        if (status === 'COMPENSATED') expect([acted, undone]).toEqual([true, true]);
        if (status === 'COMPENSATION_FAILED') expect(compensatedBy?.status).toBe('UNKNOWN');
        expect(['SUCCEEDED', 'COMPENSATED', 'COMPENSATION_FAILED', 'UNKNOWN']).toContain(status);
      }
      expect(episode.status === 'COMPENSATED').toBe(episode.toolCalls.every(({ status }) => status === 'COMPENSATED'));
    },
  );

  it.each(deathsIn(UNDONE))(
    '$when $point $nth never repeats a call that undoes either, and says which is not undone',
    async (death) => {
      const episode = await survivor.survive(UNDONE, [death]);
      const lost = lostBy(death);
      const statuses = TOOLS.map((_tool, index) => {
        if (index === lost) return 'UNKNOWN';
        // The last effect is undone first.
        return lost !== null && index === 5 - lost ? 'COMPENSATION_FAILED' : 'COMPENSATED';
      });
      expect(episode.toolCalls.map(({ status }) => status)).toEqual(statuses);
      expect(episode.status).toBe(lost === null ? 'COMPENSATED' : 'FAILED');
      expect(stage.tools.requests).toHaveLength(new Set(stage.tools.effects).size);
    },
  );
});

function expectEachEffectOnce(episode: EpisodeSeen): void {
  expect(episode.toolCalls.map(({ tool, status }) => [tool, status])).toEqual(TOOLS.map((tool) => [tool, 'SUCCEEDED']));
  expect(stage.tools.effects).toEqual(episode.toolCalls.map(({ idempotencyKey }) => idempotencyKey));
}

async function expectAllUndone(episode: EpisodeSeen): Promise<void> {
  expect(episode.status).toBe('COMPENSATED');
  expect(episode.toolCalls.map(({ status }) => status)).toEqual(TOOLS.map(() => 'COMPENSATED'));
  // Each effect once, and then what undoes it once, the last one first: the world is as it was.
  expect(effectTools()).toEqual([...TOOLS, ...TOOLS.toReversed().map((tool) => `undo_${tool}`)]);
  await expectLogAgrees(episode);
}

/** Tools of the effects, in order. */
function effectTools(): (string | undefined)[] {
  const { effects, requests } = stage.tools;
  return effects.map((key) => requests.find(({ idempotencyKey }) => idempotencyKey === key)?.tool);
}

/** The event log tells of the same effects as the ledger, each call asked for and ended once, the episode begun and ended once. */
async function expectLogAgrees(episode: EpisodeSeen): Promise<void> {
  const log = await stage.logOf(episode.id);
  const of = (type: string) => log.filter((event) => event.type === type).map(({ data }) => data);
  expect(of('episode.started')).toHaveLength(1);
  expect(of('episode.completed').map(({ status }) => status)).toEqual([episode.status]);
  const requested = of('tool_call.requested').map(({ toolCallId }) => String(toolCallId));
  const finished = of('tool_call.finished');
  expect(new Set(requested).size).toBe(requested.length);
  expect(finished).toHaveLength(requested.length);
  expect(new Set(finished.map(({ toolCallId }) => String(toolCallId)))).toEqual(new Set(requested));
  expect(finished.filter(({ status }) => status === 'SUCCEEDED').map(({ tool }) => tool)).toEqual(effectTools());
}

async function expectOneAnswer(episode: EpisodeSeen): Promise<EpisodeSeen> {
  expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: ANSWER } });
  expect(await stage.shown(episode.id)).toBe(ANSWER);
  const log = await stage.logOf(episode.id);
  const count = (type: string) => log.filter((event) => event.type === type).length;
  expect(count('episode.started')).toBe(1);
  expect(count('episode.completed')).toBe(1);
  expect(count('tool_call.requested')).toBe(TOOLS.length);
  expect(count('tool_call.finished')).toBe(TOOLS.length);
  const calls = log.filter(({ type }) => type === 'model_call.finished').map(({ data }) => data);
  expect(calls.filter(({ status }) => status === 'ANSWERED')).toHaveLength(2);
  for (const lost of calls.filter(({ status }) => status !== 'ANSWERED')) {
    expect(lost).toMatchObject({ status: 'LOST', billable: false, estimated: true });
  }
  const { rows } = await stage.admin.query<{ calls: string; messages: string }>(
    `select (select count(*) from sessions.model_call where episode_id = $1 and status <> 'STARTED') as calls,
            (select count(*) from sessions.message m join sessions.episode e on e.answer_id = m.id where e.id = $1) as messages`,
    [episode.id],
  );
  expect(rows[0]).toEqual({ calls: String(calls.length), messages: '1' });
  return episode;
}

async function giveTools({ idempotent }: { idempotent: boolean }): Promise<void> {
  for (const name of TOOLS) {
    await stage.giveTool(tenant, `undo_${name}`, { sideEffect: true, idempotent });
    await stage.giveTool(tenant, name, { sideEffect: true, idempotent, compensation: `undo_${name}` });
  }
}
