import type { Tx } from '@switchyard/database/database';
import { KnowledgeDocumentEntity, type KnowledgeDocumentRow } from './entities/knowledge.ts';
import { SMALL_TALK, searchWords } from './knowledge-words.ts';

/** A part of a document that speaks of what was asked. */
export type Passage = {
  readonly documentId: string;
  readonly title: string;
  /** At most about 1,000 characters: the best passage of a long document. */
  readonly text: string;
  readonly url: string | null;
  /**
   * 0..1: how much of what the question asks for the passage speaks of, each word weighted by its rarity among the
   * tenant's documents, and a word in the title more than one in the text. On the demo's 60 questions those that nothing
   * answers end at 0.30, and from 0.55 on the first passage is the right one for 31 of 32.
   */
  readonly score: number;
};

/** Longer questions are cut: what they are about is said by then, and the work stays bounded. */
const MAX_QUESTION_CHARACTERS = 2000;

/**
 * What a word counts that stands once in the text, or in the title; ts_rank raises both with every further occurrence, by
 * less and less. Its own scale ends at pi² / 6.
 */
const WORTH_IN_TEXT = 0.7;
const WORTH_IN_TITLE = 0.9;
const SCALE = Math.PI ** 2 / 6;

/**
 * The best passage of each document that holds any of the question's words, with its score. One look at the tenant's
 * passages a word: under row-level security PostgreSQL evaluates @@, which it does not know to be leak-proof, only on rows
 * that the policy has let through, so that a GIN index would never be used (seen in the plans of 9,000 passages).
 */
const RANKED = `
  with asked as materialized (
    select lexeme, ('''' || lexeme || '''')::tsquery as query
      from unnest(${searchWords('$1::text', 'B')}) where lexeme <> all($2::text[]) and lexeme !~ '[''\\\\]'
  ), hit as materialized (
    select document_id, position, lexeme,
           least(1, ${SCALE} * ts_rank('{0, 0, ${WORTH_IN_TEXT}, ${WORTH_IN_TITLE}}', words, query)) as strength
      from asked join sessions.knowledge_passage on words @@ query
  ), found as (
    select lexeme, count(distinct document_id) as documents from hit group by lexeme
  ), rarity as (
    select lexeme, ln(1 + (total.documents - coalesce(found.documents, 0) + 0.5) / (coalesce(found.documents, 0) + 0.5)) as worth
      from asked left join found using (lexeme), (select count(*) as documents from sessions.knowledge_document) as total
  ), scored as (
    select document_id, position, sum(worth * strength) / (select sum(worth) from rarity) as score
      from hit join rarity using (lexeme)
     group by document_id, position
  ), ranked as (
    select distinct on (document_id) document_id, position, score::float8 as score
      from scored order by document_id, score desc, position
  )`;

/**
 * What the tenant's knowledge says on a question, best first, one passage a document. Nothing when no word of the question
 * is in it. A low score is there for a reader to judge, not an answer.
 */
export async function findPassages(tx: Tx, question: string, limit: number): Promise<Passage[]> {
  return await tx.query<Passage>(
    `${RANKED}
     select ranked.document_id as "documentId", passage.title, passage.text, document.url, ranked.score
       from ranked
       join sessions.knowledge_passage as passage using (document_id, position)
       join sessions.knowledge_document as document on document.id = ranked.document_id
      order by ranked.score desc, ranked.document_id limit $3`,
    [...asked(question), limit],
  );
}

/** Documents that speak of what is searched, best first. @param offset how many of them were seen. */
export async function searchDocuments(tx: Tx, search: string, limit: number, offset: number): Promise<KnowledgeDocumentRow[]> {
  const ranked = await tx.query<{ document_id: string }>(
    `${RANKED} select document_id from ranked order by score desc, document_id limit $3 offset $4`,
    [...asked(search), limit, offset],
  );
  const ids = ranked.map((row) => row.document_id);
  const documents = new Map((await tx.em.find(KnowledgeDocumentEntity, { id: { $in: ids } })).map((row) => [row.id, row]));
  return ids.flatMap((id) => documents.get(id) ?? []);
}

function asked(question: string): readonly unknown[] {
  return [question.slice(0, MAX_QUESTION_CHARACTERS).replaceAll('\0', ' '), SMALL_TALK];
}
