import type { JsonSchema } from '../model.ts';
import { wordsOf } from './words.ts';

export type PropertyKind =
  | 'choice'
  | 'email'
  | 'phone'
  | 'date'
  | 'number'
  | 'flag'
  | 'pattern'
  | 'id'
  | 'person'
  | 'company'
  | 'address'
  | 'free-text'
  | 'labelled';

/** A property of a tool's arguments or of an answer's schema, and what it asks for. */
export type Property = {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly kind: PropertyKind;
  /** The words of its name. */
  readonly words: readonly string[];
  readonly required: boolean;
};

export function propertiesOf(schema: JsonSchema): Property[] {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).map(([name, property]) => ({
    name,
    schema: property,
    kind: kindOf(name, property),
    words: wordsOf(name),
    required: required.has(name),
  }));
}

/** Formats and types are certain; names come next; descriptions are only asked where the name says nothing. */
function kindOf(name: string, schema: JsonSchema): PropertyKind {
  const { type, format, pattern, enum: choices } = schema;
  if (Array.isArray(choices)) return 'choice';
  if (type === 'boolean') return 'flag';
  if (format === 'email') return 'email';
  if (format === 'date' || format === 'date-time') return 'date';
  if (type === 'integer' || type === 'number') return 'number';
  const named = kindOfWords(wordsOf(name).join(' '));
  if (named === 'email' || named === 'phone') return named;
  if (typeof pattern === 'string') return 'pattern';
  if (named !== null) return named;
  const description = typeof schema.description === 'string' ? schema.description.toLowerCase() : '';
  return kindOfWords(description.split(/[.,;:(]/)[0] ?? '') ?? 'labelled';
}

const KINDS: readonly (readonly [RegExp, PropertyKind])[] = [
  [/\be ?mail\b/, 'email'],
  [/\b(phone|telephone|mobile|tel)\b/, 'phone'],
  [/\b(company|organi[sz]ation|employer|business|firm)\b/, 'company'],
  [
    /\b(message|note|notes|reason|details?|comment|question|query|text|subject|interest|interests|need|needs|topic|summary|description|request|inquiry|requirements?)\b/,
    'free-text',
  ],
  [
    /\b(id|ids|reference|ref|sku|code|tracking)\b|\b(order|invoice|customer|account|ticket|case|booking) (no|number)\b|\bnumber of the (order|invoice|ticket|account|booking)\b|^(order|number)$/,
    'id',
  ],
  [/\b(street|address)\b/, 'address'],
  [/\b(first|last|full|your|contact|person|customer|person s) ?name\b|^name$|\bname of the (person|customer|lead)\b/, 'person'],
  [/\b(date|day|deadline|due)\b/, 'date'],
];

function kindOfWords(words: string): PropertyKind | null {
  return KINDS.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

const PHRASES: Partial<Record<PropertyKind, string>> = {
  email: 'your email address',
  phone: 'your phone number',
  person: 'your name',
  company: 'your company',
};

/** How a person is asked for the property: "the order number, such as A-1042". */
export function phraseFor(property: Property): string {
  const words = property.words.map((word, index) => (word === 'id' ? (index === 0 ? 'number' : 'number') : word)).join(' ');
  const phrase = PHRASES[property.kind] ?? (property.kind === 'address' ? `the ${words} in full` : `the ${words}`);
  const choices = property.schema.enum;
  if (Array.isArray(choices)) return `${phrase} (${choices.join(', ')})`;
  const example = exampleOf(property.schema);
  return example === null ? phrase : `${phrase}, such as ${example}`;
}

function exampleOf({ examples, description }: JsonSchema): string | null {
  if (Array.isArray(examples) && examples.length > 0) return String(examples[0]);
  const [, example] =
    typeof description === 'string'
      ? (/\b(?:such as|e\.g\.|for example|like) ["'“]?([\w#/-]*\d[\w#/-]*)/i.exec(description) ?? [])
      : [];
  return example ?? null;
}
