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
