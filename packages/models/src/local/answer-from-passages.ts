import type { ModelCitation, Passage } from '../model.ts';
import { sentencesOf, termsOf } from './words.ts';

export type FoundAnswer = { readonly text: string; readonly citation: ModelCitation; readonly passage: Passage };

const MOST_SENTENCES = 4;
/** A sentence that says this share of what the best one says belongs to the answer as well. */
const NEARLY_AS_GOOD = 0.6;
/** What a question word lets one expect in the sentence that answers it. */
const EXPECTED: readonly (readonly [RegExp, RegExp])[] = [
  [/\bhow (long|soon|fast|many)\b|\bwhen\b/i, /\d|\b(day|days|week|weeks|hours?|month|months|year|years|today|tomorrow)\b/i],
  [/\bhow much\b|\bcosts?\b|\bprices?\b|\bfrom what amount\b/i, /\d|\bfree\b/i],
  [/\bwhere\b/i, /\b(under|at|in|on)\b/i],
];

/** The sentences of the best passage that speak of what is asked; null when its score is below the threshold. */
export function answerFromPassages(question: string, passages: readonly Passage[], minimumScore: number): FoundAnswer | null {
  const passage = passages.reduce<Passage | null>(
    (best, other) => (best === null || other.score > best.score ? other : best),
    null,
  );
  if (passage === null || passage.score < minimumScore) return null;
  const text = mostRelevant(question, passage);
  const { documentId, title, score } = passage;
  return text === '' ? null : { text, citation: { documentId, title, score }, passage };
}

function mostRelevant(question: string, passage: Passage): string {
  const sentences = sentencesOf(passage.text).map((text, position) => ({ text, position, terms: termsOf(text) }));
  const asked = [...termsOf(question)];
  const worth = new Map(
    asked.map((term) => [term, rarity(sentences.filter(({ terms }) => terms.has(term)).length, sentences.length)]),
  );
  const expected = EXPECTED.filter(([asks]) => asks.test(question)).map(([, answers]) => answers);
  const worthOf = (terms: ReadonlySet<string>): number =>
    asked.reduce((sum, term) => sum + (terms.has(term) ? (worth.get(term) ?? 0) : 0), 0);
  const scored = sentences.map((sentence) => {
    const bonus = expected.some((pattern) => pattern.test(sentence.text)) ? 0.5 : 0;
    return { ...sentence, score: worthOf(sentence.terms) + bonus };
  });
  const ranked = scored.toSorted((a, b) => b.score - a.score || a.position - b.position);
  const top = ranked[0]?.score ?? 0;
  const chosen =
    top === 0 ? ranked.slice(0, 2) : ranked.filter(({ score }) => score >= top * NEARLY_AS_GOOD).slice(0, MOST_SENTENCES - 1);
  const covered = new Set(chosen.flatMap(({ terms }) => [...terms]));
  // A term that only one other sentence has is worth that sentence.
  const more = ranked.find(
    (sentence) => !chosen.includes(sentence) && asked.some((term) => sentence.terms.has(term) && !covered.has(term)),
  );
  const all = more === undefined ? chosen : [...chosen, more];
  return all
    .toSorted((a, b) => a.position - b.position)
    .map(({ text }) => text)
    .join(' ');
}

function rarity(containing: number, total: number): number {
  return containing === 0 ? 0 : Math.log(1 + total / containing);
}
