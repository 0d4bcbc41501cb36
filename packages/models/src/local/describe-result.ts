import { wordsOf } from './words.ts';

type Fields = Readonly<Record<string, unknown>>;

const MOST_FIELDS = 8;
const MOST_ITEMS = 5;
const LABELS: Readonly<Record<string, string>> = { eta: 'Expected arrival', qty: 'Quantity', url: 'Link', sku: 'Article' };

/** What a tool answered, and whether it did what it was asked for. */
export type DescribedResult = { readonly text: string; readonly failed: boolean };

/** Turns the result of a tool into sentences that a person reads; null when it is JSON that was cut, which only a reader can use. */
export function describeResult(content: string, sideEffect: boolean): DescribedResult | null {
  const value = parsed(content);
  if (value === undefined) return /^\s*[[{"]/.test(content) ? null : describeText(content);
  const outcome = unwrapped(value);
  if (outcome.status === 'UNKNOWN') return UNCERTAIN;
  if (outcome.status === 'FAILED' || outcome.status === 'REJECTED' || outcome.error !== null) return failure(outcome.error ?? '');
  const described = describe(outcome.value);
  if (described === '') return { text: sideEffect ? 'Done.' : 'Nothing is on record for that.', failed: false };
  return { text: sideEffect ? `Done. ${described}` : described, failed: false };
}

const UNCERTAIN: DescribedResult = {
  text: 'It is not certain whether this was done. Please do not ask for it again until it was checked.',
  failed: true,
};

/** What the platform tells a model about a call that has no result. */
function describeText(content: string): DescribedResult {
  if (/^It is not known whether/.test(content)) return UNCERTAIN;
  const [, error] = /^Error:\s*(.*)/s.exec(content) ?? [];
  if (error !== undefined) return failure(error);
  return content.startsWith('The call was not made') ? failure('') : { text: sentence(content.trim()), failed: false };
}

/** A tool's own refusal (4xx) is told in its words; what broke on the way there means nothing to the person who asked. */
function failure(error: string): DescribedResult {
  const [, status, reason = ''] = /^(?:(\d{3}):\s*)?(.*)$/s.exec(error.trim()) ?? [];
  const isTechnical =
    status === undefined ? /connect|timed? ?out|socket|endpoint|E[A-Z]{4,}/.test(reason) : !status.startsWith('4');
  const told = isTechnical ? 'the system that does this cannot be reached just now' : reason.replace(/[.!\s]+$/, '');
  return { text: told === '' ? 'I could not do that.' : `I could not do that: ${told}.`, failed: true };
}

/** The fields of a tool's result, for an answer that must be JSON. */
export function fieldsOfResult(content: string): Fields {
  const { value } = unwrapped(parsed(content));
  return isFields(value) ? value : {};
}

/** Undefined when it is no JSON. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

/** A tool's own body, or the platform's record of the call around it: its status, its result, its error. */
function unwrapped(content: unknown): { status: string | null; value: unknown; error: string | null } {
  if (!isFields(content)) return { status: null, value: content, error: null };
  const { error } = content;
  const message = typeof error === 'string' ? error : isFields(error) && typeof error.message === 'string' ? error.message : null;
  const isRecord =
    'result' in content &&
    (content.result === null || Object.keys(content).every((key) => /^(status|result|error|ok|success)$/.test(key)));
  const isOutcome = typeof content.status === 'string' && /^(SUCCEEDED|FAILED|UNKNOWN|REJECTED)$/.test(content.status);
  return {
    status: isOutcome ? String(content.status) : null,
    value: isRecord ? content.result : content,
    // A call that succeeded may carry a remark in `error`: the body was no JSON.
    error: content.status === 'SUCCEEDED' ? null : message,
  };
}

function describe(value: unknown): string {
  if (value === null || value === undefined || value === true || value === '') return '';
  if (Array.isArray(value)) return describeList(value);
  if (!isFields(value)) return sentence(textOf(value));
  const entries = Object.entries(value).filter(([key, field]) => field !== null && field !== '' && !/^(ok|success)$/.test(key));
  const subject = entries.find(([key]) => /(^|_|[a-z])(id|number|no|reference)$/i.test(key));
  const status = entries.find(([key]) => /^(status|state)$/i.test(key));
  const rest = entries.filter((entry) => entry !== subject && entry !== status).slice(0, MOST_FIELDS);
  const sentences = [head(subject, status), ...rest.map(([key, field]) => `${labelOf(key)}: ${textOf(field)}.`)];
  return sentences.filter((text) => text !== '').join(' ');
}

function head(subject: [string, unknown] | undefined, status: [string, unknown] | undefined): string {
  const name = subject === undefined ? null : nameOf(subject);
  if (status === undefined) return name === null ? '' : `${name}.`;
  const state = textOf(status[1]).replaceAll('_', ' ').toLowerCase();
  return name === null ? `The status is ${state}.` : `${name} is ${state}.`;
}

/** order_id: A-1042 → "Order A-1042"; id: 7 → "Number 7". */
function nameOf([key, value]: [string, unknown]): string {
  const kind = wordsOf(key).slice(0, -1).join(' ');
  return `${capitalised(kind === '' ? 'number' : kind)} ${textOf(value)}`;
}

function describeList(items: readonly unknown[]): string {
  if (items.length === 0) return '';
  if (items.every((item) => !isFields(item))) return sentence(joined(items.map(textOf)));
  const shown = items.slice(0, MOST_ITEMS).map((item) => describe(item));
  const more = items.length > MOST_ITEMS ? ` And ${items.length - MOST_ITEMS} more.` : '';
  return `${shown.join(' ')}${more}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : joined(value.slice(0, MOST_ITEMS).map(textOf));
  if (isFields(value)) {
    if ('amount' in value && 'currency' in value) return `${textOf(value.amount)} ${textOf(value.currency)}`;
    const known = Object.entries(value).filter(([, field]) => field !== null);
    return known.map(([key, field]) => `${labelOf(key).toLowerCase()} ${textOf(field)}`).join(', ');
  }
  const text = String(value);
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : text.trim();
}

function labelOf(key: string): string {
  const words = wordsOf(key).join(' ');
  return LABELS[words] ?? capitalised(words);
}

function joined(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
