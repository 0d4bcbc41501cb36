import type { JsonSchema, Passage } from '../model.ts';
import { fitsSchema } from '../schema-check.ts';
import type { Conversation } from './conversation.ts';
import { valuesIn } from './extract.ts';
import { type Property, propertiesOf } from './property-kind.ts';

export type Known = {
  readonly conversation: Conversation;
  readonly today: Date;
  /** The answer in words, and the passage that it was found in; null when there is none. */
  readonly answer: string | null;
  readonly passage: Passage | null;
  /** What a tool returned. */
  readonly fields: Readonly<Record<string, unknown>>;
};

const ANSWER = /^(answer|text|reply|response|result|message|summary|content|output)$/;
const SOURCES = /^(citations?|sources?|references?|links?|documents?)$/;
const CONFIDENCE = /^(confidence|score|certainty)$/;

/** The JSON that the schema asks for, from what is known; null when a required part of it is not known. */
export function fillSchema(schema: JsonSchema, known: Known): string | null {
  if (schema.type === 'string')
    return known.answer !== null && fitsSchema(schema, known.answer) ? JSON.stringify(known.answer) : null;
  const filled: Record<string, unknown> = {};
  let usesAnswer = false;
  for (const property of propertiesOf(schema)) {
    const value = valueFor(property, known);
    if (value === undefined) {
      if (property.required) return null;
      continue;
    }
    usesAnswer ||= value === known.answer;
    filled[property.name] = value;
  }
  // Without anything of the answer in it, the JSON would only repeat the question.
  const says = usesAnswer || Object.keys(filled).length > 0;
  return says && fitsSchema(schema, filled) ? JSON.stringify(filled) : null;
}

function valueFor(property: Property, known: Known): unknown {
  const { schema, name } = property;
  const candidates = [known.fields[name], ...ownKnowledge(property, known), ...said(property, known)];
  return candidates.find((value) => value !== undefined && value !== null && fitsSchema(schema, value));
}

function ownKnowledge({ name, words }: Property, { answer, passage }: Known): unknown[] {
  const last = words.at(-1) ?? name;
  if (ANSWER.test(last)) return [answer];
  if (passage === null) return [];
  if (SOURCES.test(last)) return [[passage.title], [passage.url], passage.title, passage.url];
  if (CONFIDENCE.test(last)) return [passage.score];
  if (/^(title)$/.test(last)) return [passage.title];
  if (/^(url|link)$/.test(last)) return [passage.url];
  return /^(found|answered|known)$/.test(last) ? [true] : [];
}

/** What the person said: newest message first. A property that only a reader could judge is not guessed. */
function said(property: Property, { conversation, today }: Known): unknown[] {
  if (property.kind === 'free-text' || property.kind === 'flag') return [];
  return conversation.userMessages.flatMap((text) => valuesIn(property, { text, today, answered: false }).slice(-1));
}
