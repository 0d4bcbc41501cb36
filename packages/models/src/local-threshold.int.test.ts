import { readFileSync } from 'node:fs';
import { openDatabase } from '@switchyard/database/database';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { listDocuments, type NewDocument, saveDocuments } from '../../../subgraphs/sessions/src/store/knowledge.ts';
import { findPassages } from '../../../subgraphs/sessions/src/store/knowledge-search.ts';
import { SCHEMA } from '../../../subgraphs/sessions/src/store/schema.ts';
import { replyTo, requestOf, user } from '../test-support/local-conversations.ts';

type Question = { readonly question: string; readonly externalId: string | null };

function demo<T>(file: string): T[] {
  return JSON.parse(readFileSync(new URL(`../../../platform/src/demo/${file}`, import.meta.url), 'utf8')) as T[];
}

/**
 * The measurement behind the default threshold: the demo's knowledge, its own question set (40 questions that it answers,
 * 20 that it does not), and the real ranking.
 *
 * | threshold | right | wrong | silent | of 20: made up |
 * |-----------|-------|-------|--------|----------------|
 * | 0.30      | 35    | 5     | 0      | 0              |
 * | 0.40      | 34    | 5     | 1      | 0              |
 * | 0.50      | 32    | 4     | 4      | 0              |
 * | 0.55      | 31    | 1     | 8      | 0              |
 * | 0.60      | 29    | 1     | 10     | 0              |
 * | 0.70      | 27    | 1     | 12     | 0              |
 *
 * A wrong answer reaches a person, silence only the next tier: 0.55.
 */
describe('the local provider on the demo shop’s questions', () => {
  const asked: { question: string; externalId: string | null; answer: Awaited<ReturnType<typeof replyTo>> }[] = [];
  const externalIds = new Map<string, string>();
  const said = ({ answer }: (typeof asked)[number]): boolean => answer.reason !== 'abstained';
  const source = ({ answer }: (typeof asked)[number]): string | undefined =>
    externalIds.get(answer.finished.citations[0]?.documentId ?? '');

  beforeAll(async () => {
    const test = await createTestDatabase(inject('adminUrl'), [SCHEMA]);
    const database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
    const tenantId = newId<TenantId>();
    await database.tenant(tenantId, (tx) => saveDocuments(tx, tenantId, demo<NewDocument>('knowledge.json'), new Date()));
    const documents = await database.tenant(tenantId, (tx) => listDocuments(tx, 100, null));
    for (const { id, externalId } of documents) externalIds.set(id, externalId);
    for (const { question, externalId } of demo<Question>('questions.json')) {
      const passages = await database.tenant(tenantId, (tx) => findPassages(tx, question, 3));
      const answer = await replyTo(requestOf([user(question)], { useCase: 'FAQ', tools: [], passages }));
      asked.push({ question, externalId, answer });
    }
    await database.close();
    await test.drop();
  });

  it('answers at least three of four questions that the knowledge answers, from the right document', () => {
    const right = asked.filter((one) => one.externalId !== null && said(one) && source(one) === one.externalId);
    expect(right.length).toBeGreaterThanOrEqual(30);
  });

  it('answers at most one of twenty from another document', () => {
    const wrong = asked.filter((one) => one.externalId !== null && said(one) && source(one) !== one.externalId);
    expect(wrong.length, JSON.stringify(wrong.map(({ question }) => question))).toBeLessThanOrEqual(2);
  });

  it('is silent on what the knowledge does not answer', () => {
    const madeUp = asked.filter((one) => one.externalId === null && said(one));
    expect(madeUp.length, JSON.stringify(madeUp.map(({ question }) => question))).toBeLessThanOrEqual(1);
  });
});
