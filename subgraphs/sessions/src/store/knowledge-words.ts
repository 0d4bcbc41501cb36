/** How a text becomes the words it is found by; documents and questions go through the same. */

/** A number that a hyphen, slash or # ties to what stands before it ("SO-1042") is a word of its own, not minus 1042. */
const LOOSE_NUMBERS = String.raw`'([[:alnum:]])[-_/#]+(?=[0-9])', '\1 ', 'g'`;

/**
 * SQL for the words of a text expression: English stems without stop words; numbers, names and words of other languages
 * as they are, in lower case.
 */
export function searchWords(text: string, weight: 'A' | 'B'): string {
  return `setweight(to_tsvector('english', regexp_replace(${text}, ${LOOSE_NUMBERS})), '${weight}')`;
}

/** Stems of what people say around a question and what tells nothing of what it is about. */
export const SMALL_TALK: readonly string[] = [
  'abl',
  'also',
  'anyth',
  'ask',
  'could',
  'dear',
  'explain',
  'get',
  'go',
  'good',
  'got',
  'happen',
  'hello',
  'help',
  'hey',
  'hi',
  'know',
  'let',
  'like',
  'long',
  'look',
  'made',
  'make',
  'mani',
  'may',
  'might',
  'much',
  'must',
  'need',
  'okay',
  'pleas',
  'possibl',
  'question',
  'realli',
  'say',
  'shall',
  'someth',
  'tell',
  'thank',
  'thing',
  'us',
  'want',
  'wonder',
  'would',
  'yes',
];
