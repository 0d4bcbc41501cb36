import type { JsonSchema } from '../model.ts';
import { fitsSchema } from '../schema-check.ts';
import { dateIn, numberOf } from './dates.ts';
import type { Property } from './property-kind.ts';
import { stemOf, wordsOf } from './words.ts';

/** What one message may hold for a property. */
type Source = {
  readonly text: string;
  readonly today: Date;
  /** The assistant had just asked for this property, so that a short message is its value. */
  readonly answered: boolean;
};

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const PHONE = /(?<![\w-])\+?\(?\d[\d\s()/.-]{5,18}\d(?![\w-])/g;
const MONEY = /(?:[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|\$|£|eur|usd|euros?|dollars?))/gi;
const CAPITALISED = String.raw`(?:\p{Lu}[\p{L}'’.-]*|van|von|de|der|da|di|la|le|bin|al)`;
const FULL_NAME = String.raw`(\p{Lu}[\p{L}'’-]*(?: ${CAPITALISED}){0,3})`;
const NOT_NAMES =
  /^(Interested|Looking|Not|Very|Just|Also|Still|Sorry|Happy|Here|Trying|Waiting|Calling|Writing|From|A|An|The|Sure|Afraid)$/;
const LONGEST_TOKEN = 64;
const MOST_TOKENS = 200;
const SHORT_ANSWER_WORDS = 8;

/** Every value that the message holds for the property and that its schema allows, in order of appearance. */
export function valuesIn(property: Property, source: Source): unknown[] {
  const found = candidatesIn(property, source).map((value) => asType(property.schema, value));
  const distinct = [...new Set(found)].filter((value) => value !== null && fitsSchema(property.schema, value));
  if (distinct.length > 0 || !source.answered) return distinct;
  const whole = asType(property.schema, shortAnswer(source.text) ?? '');
  return whole !== '' && whole !== null && fitsSchema(property.schema, whole) ? [whole] : [];
}

function candidatesIn(property: Property, source: Source): (string | number | boolean)[] {
  const { text, today } = source;
  const labelled = labelledValue(property, text);
  switch (property.kind) {
    case 'choice':
      return choicesIn(property.schema, text);
    case 'email':
      return [...text.matchAll(EMAIL)].map(([match]) => match.replace(/[.]$/, ''));
    case 'phone':
      return [...text.replaceAll(EMAIL, ' ').matchAll(PHONE)]
        .map(([match]) => match.trim())
        .filter((match) => match.replaceAll(/\D/g, '').length >= 7);
    case 'date': {
      const date = dateIn(text, today);
      if (date === null) return [];
      return [property.schema.format === 'date-time' ? `${date}T00:00:00Z` : date];
    }
    case 'number':
      return numbersIn(property, text, source.answered);
    case 'flag':
      return flagIn(property, source);
    case 'pattern':
      return tokensOf(text).filter((token) => fitsSchema(property.schema, token));
    case 'id':
      return idsIn(text);
    case 'person':
      return personsIn(source);
    case 'company':
      return labelled ?? companiesIn(text);
    case 'address':
      return labelled ?? addressesIn(text);
    default:
      return labelled ?? [];
  }
}

function asType(schema: JsonSchema, value: string | number | boolean): unknown {
  if (schema.type === 'integer' || schema.type === 'number') {
    const number = Number(value);
    return value === '' || Number.isNaN(number) ? null : number;
  }
  return typeof value === 'number' && schema.type === 'string' ? String(value) : value;
}

/** "company: Lovelace Ltd", "my company is Lovelace Ltd". */
function labelledValue({ words, kind }: Property, text: string): string[] | null {
  const label = words.filter((word) => word !== 'id').join('[ _-]?');
  if (label === '' || (kind === 'free-text' && label.length < 3)) return null;
  const value = new RegExp(`\\b${label}\\b(?: name)?\\s*(?::|=| is | are | to )\\s*([^\\n.;,!?]{1,120})`, 'iu').exec(text)?.[1];
  return value === undefined ? null : [value.trim()];
}

function choicesIn({ enum: choices }: JsonSchema, text: string): string[] {
  const stems = wordsOf(text).map(stemOf);
  const spoken = ` ${stems.join(' ')} `;
  const found = (choices as unknown[]).filter((choice): choice is string => typeof choice === 'string');
  return found.filter((choice) => spoken.includes(` ${wordsOf(choice).map(stemOf).join(' ')} `));
}

/** Words without the punctuation around them; "#A-1042" also without its mark, and in upper case, as patterns expect. */
function tokensOf(text: string): string[] {
  const tokens = text.split(/\s+/).slice(0, MOST_TOKENS);
  return tokens.flatMap((raw) => {
    const token = raw.replace(/^[^\p{L}\p{N}#+]+|[^\p{L}\p{N}]+$/gu, '').slice(0, LONGEST_TOKEN);
    const bare = token.replace(/^#/, '');
    const variants = [...new Set([token, bare, bare.toUpperCase(), ...bare.split(/[/,:=]/)])].filter((variant) => variant !== '');
    return variants;
  });
}

function idsIn(text: string): string[] {
  const plain = text
    .replaceAll(EMAIL, ' ')
    .replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, ' ')
    .replaceAll(MONEY, ' ');
  const marked = [...plain.matchAll(/#([\p{L}\p{N}][\p{L}\p{N}-]*)/gu)].map(([, id]) => id ?? '');
  const mixed = [...plain.matchAll(/(?<![\p{L}\p{N}+#-])(?=[\p{L}\d-]*\d)\p{L}{1,6}-?\d[\p{L}\d-]*(?![\p{L}\d])/gu)].map(([id]) =>
    id.toUpperCase(),
  );
  const numbered = [
    ...plain.matchAll(
      /(?:\b(?:number|no\.?|id|order|invoice|ticket|case|account|booking|reference)(?: is| was)?[\s:#]*|^\s*)(\d{3,})\b/giu,
    ),
  ].map(([, id]) => id ?? '');
  return [...marked, ...mixed, ...numbered].filter((id) => /\d/.test(id));
}

const COUNTABLE = /quantity|qty|count|number|people|seats|persons|guests|items|units|pieces|amount|size|users|employees|team/;
const MONEY_NAME = /amount|price|budget|total|cost/;
/** Numbers that belong to something else: identifiers, dates, spans of time, phone numbers, email addresses. */
const TAKEN: readonly RegExp[] = [
  EMAIL,
  /[\p{L}#]+-?\d[\p{L}\d-]*/gu,
  /\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b/g,
  /\b\d{1,2}(?:st|nd|rd|th)\b/gi,
  /\bin \w+ (?:day|week|month|year)s?\b/gi,
  PHONE,
];

function numbersIn({ words }: Property, text: string, answered: boolean): number[] {
  const plain = TAKEN.reduce((rest, taken) => rest.replaceAll(taken, ' '), text);
  const wantsMoney = words.some((word) => MONEY_NAME.test(word));
  const near = numberNear(words, plain);
  if (near !== null) return [near];
  if (!answered && !wantsMoney && !words.some((word) => COUNTABLE.test(word))) return [];
  const amounts = wantsMoney ? [...plain.matchAll(MONEY)].map(([match]) => match.replaceAll(/[^\d.]/g, '')) : [];
  const rest = wantsMoney ? plain : plain.replaceAll(MONEY, ' ');
  const spoken = amounts.length > 0 ? amounts : (rest.match(/\d+(?:\.\d+)?|\p{L}+/gu) ?? []);
  return spoken.filter((word) => !/^an?$/i.test(word)).flatMap((word) => numberOf(word) ?? []);
}

/** "12 people", "three new seats", "budget: 500". */
function numberNear(words: readonly string[], text: string): number | null {
  const name = words.join('|');
  const before = new RegExp(`(\\d+(?:\\.\\d+)?|\\p{L}+)\\s+(?:\\p{L}+\\s+)?(?:${name})\\b`, 'giu');
  for (const [, word] of text.matchAll(before)) {
    const number = /^an?$/i.test(word ?? '') ? null : numberOf(word ?? '');
    if (number !== null) return number;
  }
  const [, after] = new RegExp(`\\b(?:${name})\\s*(?:is|are|of|:|=)?\\s*(\\d+(?:\\.\\d+)?)`, 'iu').exec(text) ?? [];
  return after === undefined ? null : Number(after);
}

function flagIn({ words }: Property, { text, answered }: Source): boolean[] {
  if (answered && /^\W*(yes|yep|yeah|sure|please)\b/i.test(text)) return [true];
  if (answered && /^\W*(no|nope)\b/i.test(text)) return [false];
  const stems = wordsOf(text).map(stemOf);
  const at = stems.indexOf(stemOf(words.at(-1) ?? ''));
  if (at < 0) return [];
  return [!stems.slice(Math.max(0, at - 3), at).some((stem) => /^(no|not|without|never)$/.test(stem))];
}

function personsIn({ text, answered }: Source): string[] {
  const introductions = [
    String.raw`\b(?:[Mm]y (?:full )?name is|[Nn]ame(?: is|:)|[Tt]his is|[Ii]t is|[Ii]t's|[Cc]all me)\s+${FULL_NAME}`,
    String.raw`\b(?:I am|I'm|I’m|i am|i'm)\s+${FULL_NAME}`,
    String.raw`(?:^|\n)\s*(?:[Rr]egards|[Tt]hanks|[Cc]heers|[Bb]est),?\s*\n?\s*${FULL_NAME}\s*$`,
  ];
  for (const introduction of introductions) {
    const [, name] = new RegExp(introduction, 'u').exec(text) ?? [];
    if (name !== undefined && !NOT_NAMES.test(name.split(' ')[0] ?? '')) return [name.trim()];
  }
  const [, spoken] = /\bmy name is ([\p{L}'-]+(?: [\p{L}'-]+)?)(?=\s*(?:$|[.,;!]|\band\b|\bfrom\b))/iu.exec(text) ?? [];
  if (spoken !== undefined) return [spoken];
  // "Ada Byron, ada@example.com": an answer that leads with the name.
  const [, leading] = new RegExp(`^\\s*${FULL_NAME}\\s*(?:[,;\\n]|$|and )`, 'u').exec(answered ? text : '') ?? [];
  return leading === undefined || NOT_NAMES.test(leading) ? [] : [leading];
}

function companiesIn(text: string): string[] {
  const named =
    /\b(?:work(?:ing)? (?:for|at)|(?:company|firm|business) (?:is|called|named)|on behalf of|from|at|with)\s+((?:\p{Lu}[\p{L}\p{N}&'.-]*)(?:\s(?:\p{Lu}[\p{L}\p{N}&'.-]*|&|and|of))*)/u;
  const legal = /((?:\p{Lu}[\p{L}\p{N}&'-]*\s){1,4}(?:GmbH|AG|Inc|Ltd|LLC|Corp|SE|BV|SA|Oy|AB|plc)\b\.?)/u;
  const company = (legal.exec(text) ?? named.exec(text))?.[1]?.replace(/[.,]$/, '').replace(/\s(?:and|of)$/, '');
  return company === undefined ? [] : [company];
}

function addressesIn(text: string): string[] {
  const street = String.raw`\d{1,5}[a-z]?\s+\p{Lu}[\p{L}'.-]*(?:\s[\p{L}'.-]+){0,3}|\p{Lu}[\p{L}'.-]*(?:\s?(?:street|strasse|straße|str\.|road|lane|allee|platz|weg|gasse|avenue))\s*\d{1,5}[a-z]?`;
  const [address] = new RegExp(`(?:${street})(?:,\\s*[\\p{L}\\p{N}][\\p{L}\\p{N} .-]*){0,3}`, 'u').exec(text) ?? [];
  return address === undefined ? [] : [address.trim().replace(/[.]$/, '')];
}

function shortAnswer(text: string): string | null {
  const answer = text
    .trim()
    .replace(/[.!]$/, '')
    .replace(/^(it'?s|it is|that'?s|my|the|sure,?|ok,?|yes,?)\s+/i, '');
  const words = answer.split(/\s+/).length;
  return answer !== '' && words <= SHORT_ANSWER_WORDS && !answer.includes('?') ? answer : null;
}
