/** Aimed-at length of a passage: a few paragraphs, enough to answer from, few enough to show a model several. */
const PASSAGE_CHARACTERS = 1000;

/**
 * Cuts a text into passages of at most 1,000 characters: between paragraphs where it can, else between sentences, else
 * between words, and in the middle of a word only when that word alone is longer. Nothing but white space is lost.
 */
export function cutIntoPassages(text: string): string[] {
  const pieces = text.split(/\n\s*\n/).flatMap((paragraph) => fit(paragraph.trim(), [/(?<=[.!?…])\s+/, /\s+/]));
  const passages: string[] = [];
  let open = '';
  for (const piece of pieces) {
    const joined = open === '' ? piece : `${open}\n\n${piece}`;
    if (joined.length <= PASSAGE_CHARACTERS) {
      open = joined;
    } else {
      passages.push(open);
      open = piece;
    }
  }
  return open === '' ? passages : [...passages, open];
}

/** The text whole where it fits, else packed piece by piece, split at the first of the separators that helps. */
function fit(text: string, separators: readonly RegExp[]): string[] {
  if (text === '') return [];
  if (text.length <= PASSAGE_CHARACTERS) return [text];
  const [separator, ...finer] = separators;
  if (separator === undefined) return hardCut(text);
  const packed: string[] = [];
  for (const piece of text.split(separator).flatMap((part) => fit(part, finer))) {
    const last = packed.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= PASSAGE_CHARACTERS)
      packed[packed.length - 1] = `${last} ${piece}`;
    else packed.push(piece);
  }
  return packed;
}

/** Never between the two halves of a surrogate pair: half a character is no text. */
function hardCut(word: string): string[] {
  const cuts: string[] = [];
  for (let from = 0; from < word.length; ) {
    const to = from + PASSAGE_CHARACTERS;
    const halved = to < word.length && /[\uD800-\uDBFF]/.test(word.charAt(to - 1));
    cuts.push(word.slice(from, halved ? to - 1 : to));
    from = halved ? to - 1 : to;
  }
  return cuts;
}
