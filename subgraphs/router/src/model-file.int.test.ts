import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { encodeArtefact } from './artefact/artefact.ts';
import { simulatedOutcomes } from './test-support/outcomes.ts';
import { requestOf, startRouter } from './test-support/platform.ts';
import { buildArtefact } from './training/build-artefact.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'router-model-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

const EASY = 'colour sky: apple garden river bread window summer music chair?';
const HARD = 'integral lemma: integral manifold enzyme tort tensor eigenvalue statute isotope?';

/** What a router with this model file expects and says of an easy and of a hard message. */
async function decided(modelFile: string) {
  const router = await startRouter(inject('adminUrl'), { freshForMs: 0, staleForMs: 0, modelFile, predictionBudgetMs: 60_000 });
  const tenantId = newId<TenantId>();
  const errorOf = async (content: string) => {
    const { id, reason, explanation } = await router.router.decide(requestOf(tenantId, { content }));
    const { data } = await router.ask(tenantId, `{ routeDecision(id: "${id}") { candidates { tier expectedError } } }`);
    const { candidates } = data.routeDecision as { candidates: { tier: string; expectedError: number }[] };
    return { reason, explanation, small: candidates.find(({ tier }) => tier === 'small')?.expectedError ?? Number.NaN };
  };
  const seen = { easy: await errorOf(EASY), hard: await errorOf(HARD), metrics: await router.registry.metrics() };
  await router.stop();
  return seen;
}

describe('a trained model', () => {
  it('says what the tiers that it knows are expected to get wrong', async () => {
    const rows = simulatedOutcomes(600, 1).map(({ scores, answers: _, ...row }) => ({
      ...row,
      scores: { small: scores.weak, large: scores.strong },
      answers: {},
    }));
    const file = join(folder, 'model.json');
    await writeFile(file, encodeArtefact(buildArtefact(rows, ['small', 'large'])));
    const { easy, hard } = await decided(file);
    expect(easy.small).toBeLessThan(0.25);
    expect(hard.small).toBeGreaterThan(0.65);
    expect(easy.reason).toBe('POLICY');
  });

  it.each([
    ['missing', null],
    ['corrupt', '{"format":"switchyard-router-model","version":2,"checksum":"0","body":{}}'],
  ])('that is %s leaves the decision to the prior, and says and counts it', async (name, text) => {
    const file = join(folder, `${name}.json`);
    if (text !== null) await writeFile(file, text);
    const { easy, hard, metrics } = await decided(file);
    expect([easy.reason, hard.reason]).toEqual(['FALLBACK', 'FALLBACK']);
    expect(easy.explanation).toContain('could not be read');
    expect(metrics).toContain('router_prediction_fallbacks_total{fault="unreadable"} 2');
  });
});

const WRONG = '31 + 11 = <<31+11=49>>42\n#### 42';

describe('an answer of the tier that the model has learnt to check', () => {
  it('ends the matter, unless its sums do not add up and errors are dear', async () => {
    const rows = simulatedOutcomes(900, 2).map(({ scores, answers, ...row }) => ({
      ...row,
      scores: { small: scores.weak, large: scores.strong },
      answers: { small: answers.weak },
    }));
    const modelFile = join(folder, 'checking.json');
    await writeFile(modelFile, encodeArtefact(buildArtefact(rows, ['small', 'large'])));
    const router = await startRouter(inject('adminUrl'), { freshForMs: 0, staleForMs: 0, modelFile, predictionBudgetMs: 60_000 });
    const tenantId = newId<TenantId>();
    await router.ask(
      tenantId,
      'mutation { updateRoutingPolicy(input: { errorCost: "0.001", tiers: ["small", "large"], expectedVersion: 1 }) { version } }',
    );
    const request = requestOf(tenantId, { content: EASY });
    const decision = await router.router.decide(request);
    expect(decision).toMatchObject({ tier: 'small', checksAnswer: true });
    expect(await router.router.decide({ ...request, requestKey: newId(), pinnedTier: 'small' })).toMatchObject({
      checksAnswer: false,
    });
    const review = async (answer: string) => await router.router.review(request, { tier: 'small', answer });
    expect((await review(WRONG)).verdict).toBe('ACCEPT');
    await router.ask(tenantId, 'mutation { updateRoutingPolicy(input: { errorCost: "0.05", expectedVersion: 2 }) { version } }');
    const [right, wrong] = [await review('31 + 11 = <<31+11=42>>42\n#### 42'), await review(WRONG)];
    expect([right.verdict, wrong.verdict]).toEqual(['ACCEPT', 'ESCALATE']);
    expect(right.probability ?? 0).toBeGreaterThan(wrong.probability ?? 1);
    expect(await router.router.review(request, { tier: 'large', answer: 'x' })).toEqual({ verdict: 'ACCEPT', probability: null });
    expect(await router.registry.getSingleMetricAsString('router_answer_reviews_total')).toContain('{verdict="ESCALATE"} 1');
    await router.stop();
  });
});
