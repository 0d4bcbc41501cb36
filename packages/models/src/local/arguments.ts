import type { JsonSchema } from '../model.ts';
import { type Conversation, isQuestion } from './conversation.ts';
import { valuesIn } from './extract.ts';
import { type Property, phraseFor, propertiesOf } from './property-kind.ts';
import { wordsOf } from './words.ts';

/** What the conversation says for the properties of a schema. */
export type Extraction = {
  /** One set of arguments; more where the newest message names several things to do the same with ("A-1042 and A-1043"). */
  readonly argumentSets: readonly Readonly<Record<string, unknown>>[];
  /** Required, and not said, or said in more than one way. */
  readonly missing: readonly Property[];
};

type Look = {
  readonly conversation: Conversation;
  readonly today: Date /** A doubt is a reason to ask. */;
  readonly careful: boolean;
};

const CORRECTS = /\b(sorry|i mean|i meant|rather|actually|correction|instead|oops|wait)\b/i;
const JOINS = /\b(and|both|as well as|plus)\b|[,&]/i;
/** Beyond this many at once somebody is trying something out. */
const MOST_SETS = 3;

export function extractArguments(schema: JsonSchema, look: Look): Extraction {
  const known: Record<string, unknown> = {};
  const missing: Property[] = [];
  let several: { name: string; values: readonly unknown[] } | null = null;
  for (const property of propertiesOf(schema)) {
    const values = saidFor(property, look);
    const [value] = values;
    if (values.length > 1 && several === null && property.required) several = { name: property.name, values };
    if (value !== undefined && (values.length === 1 || property.required)) known[property.name] = value;
    if (value === undefined && property.required) missing.push(property);
  }
  if (several === null) return { argumentSets: [known], missing };
  const { name, values } = several;
  return { argumentSets: values.slice(0, MOST_SETS).map((value) => ({ ...known, [name]: value })), missing };
}

/** "Could you tell me your name and your email address?" */
export function questionFor(missing: readonly Property[]): string {
  const phrases = missing.map(phraseFor);
  const last = phrases.pop() ?? '';
  return `Could you tell me ${phrases.length === 0 ? last : `${phrases.join(', ')} and ${last}`}?`;
}

/** The newest message that says anything for the property wins; more than one value only when it means them all. */
function saidFor(property: Property, { conversation, today, careful }: Look): readonly unknown[] {
  if (property.schema.const !== undefined) return [property.schema.const];
  const { userMessages, saidBefore } = conversation;
  for (const [age, text] of userMessages.entries()) {
    const answered = isAskedFor(property, saidBefore[age] ?? null);
    const values = valuesIn(property, { text, today, answered }).filter((value) => !isRuledOut(text, value));
    if (values.length === 0) continue;
    if (values.length === 1) return values;
    if (age > 0) return careful ? [] : values.slice(-1);
    return isId(property) && JOINS.test(text) && !CORRECTS.test(text)
      ? values
      : values.slice(isId(property) ? -1 : 0).slice(0, 1);
  }
  return property.kind === 'free-text' && property.required ? [freeText(userMessages)] : optionalText(property, userMessages);
}

function isId({ kind }: Property): boolean {
  return kind === 'id' || kind === 'pattern';
}

/** "not A-1042 but A-1043". */
function isRuledOut(text: string, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const at = text.toLowerCase().indexOf(value.toLowerCase());
  return at > 0 && /\b(not|except|without|but not)\s+(order\s+|number\s+|#)*$/i.test(text.slice(Math.max(0, at - 24), at));
}

function isAskedFor(property: Property, said: string | null): boolean {
  if (!isQuestion(said)) return false;
  const question = said ?? '';
  if (question.includes(phraseFor(property))) return true;
  const asked = new Set(wordsOf(question.slice(question.lastIndexOf('. ') + 1)));
  return property.words.every((word) => asked.has(word === 'id' ? 'number' : word) || asked.has(word));
}

/** The newest message that says something of its own rather than giving what was asked for. */
function freeText(userMessages: readonly string[]): string {
  return (userMessages.find((text) => text.trim().split(/\s+/).length >= 4) ?? userMessages[0] ?? '').trim();
}

/** A text that need not be given is given when the person said what it is about. */
function optionalText(property: Property, userMessages: readonly string[]): readonly unknown[] {
  if (property.kind !== 'free-text') return [];
  if (property.words.includes('reason')) {
    const reason = userMessages
      .map((text) => /\b(?:because|since|as)\s+([^.!?\n]{4,200})/i.exec(text)?.[1])
      .find((found) => found !== undefined);
    return reason === undefined ? [] : [reason.trim()];
  }
  const text = freeText(userMessages);
  const limit = property.schema.maxLength;
  return typeof limit === 'number' && text.length > limit ? [] : [text];
}
