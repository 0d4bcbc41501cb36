import { Decimal, sum } from '@switchyard/kernel/decimal';

/** A pricing idea that the engine does not have, or a case that does not say enough. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/**
 * What a case says, read tolerantly: every value may stand under several names, as a number or as text, with `_cents` for
 * hundredths. A number that nobody asked for is a rule that was not followed, and makes the case unsupported; text that
 * nobody asked for only explains.
 */
export class Parameters {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #seen = new Set<string>();
  readonly #where: string;

  constructor(values: unknown, where: string) {
    const record = isRecord(values) ? values : {};
    this.#values = Object.fromEntries(Object.entries(record).map(([key, value]) => [nameOf(key), value]));
    this.#where = where;
  }

  raw(...names: readonly string[]): unknown {
    const name = names.find((each) => this.#values[each] !== undefined && this.#values[each] !== null);
    for (const each of names) this.#seen.add(each);
    return name === undefined ? undefined : this.#values[name];
  }

  decimal(...names: readonly string[]): Decimal | null {
    const value = this.raw(...names);
    if (value !== undefined) return this.#number(value, names[0] ?? '');
    const cents = this.raw(...names.map((each) => `${each}_cents`));
    return cents === undefined ? null : this.#number(cents, names[0] ?? '').div(100);
  }

  needed(...names: readonly string[]): Decimal {
    const value = this.decimal(...names);
    if (value === null) throw new Unsupported(`${this.#where} says no ${names[0]}`);
    return value;
  }

  /** One number or several, added up. */
  total(...names: readonly string[]): Decimal | null {
    const value = this.raw(...names);
    return Array.isArray(value) ? sum(value.map((each) => this.#number(each, names[0] ?? ''))) : this.decimal(...names);
  }

  list(...names: readonly string[]): readonly unknown[] | null {
    const value = this.raw(...names);
    return Array.isArray(value) ? value : null;
  }

  text(...names: readonly string[]): string | null {
    const value = this.raw(...names);
    return typeof value === 'string' || typeof value === 'boolean' ? String(value).toLowerCase() : null;
  }

  date(...names: readonly string[]): Date | null {
    const value = this.raw(...names);
    if (value === undefined) return null;
    const date = new Date(String(value));
    if (Number.isNaN(date.getTime())) throw new Unsupported(`${names[0]} is not a time: ${String(value)}`);
    return date;
  }

  /** @throws Unsupported when a number was left unread. */
  refuseUnread(): void {
    for (const [name, value] of Object.entries(this.#values)) {
      if (this.#seen.has(name) || value === null || (typeof value === 'string' && readDecimal(value) === null)) continue;
      if (value === false || (readDecimal(value)?.isZero() ?? false) || (Array.isArray(value) && value.length === 0)) continue;
      throw new Unsupported(`${this.#where} has a rule that the engine does not know: ${name}`);
    }
  }

  #number(value: unknown, name: string): Decimal {
    const number = readDecimal(value);
    if (number === null) throw new Unsupported(`${this.#where}: ${name} is not a number: ${JSON.stringify(value)}`);
    return number;
  }
}

/** "1,234.50 USD", "$5", "2.5%", 3: the number in it; null when there is none. */
export function readDecimal(value: unknown): Decimal | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const text = String(value)
    .replace(/[\s,_$€£%]|usd|eur|gbp/gi, '')
    .trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? new Decimal(text) : null;
}

/** An upper bound: null, "inf", "∞" and the like stand for none. */
export function readBound(value: unknown): Decimal | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && /^(\+?inf(inity)?|∞|null|none|unlimited|max|)$/i.test(value.trim())) return null;
  const bound = readDecimal(value);
  if (bound === null) throw new Unsupported(`a tier's bound is not a number: ${JSON.stringify(value)}`);
  return bound;
}

/** camelCase, kebab-case and words become snake_case. */
export function nameOf(text: string): string {
  return text
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
