const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  dozen: 12,
};

/** A number as people write it: digits or a word up to twelve. */
export function numberOf(word: string): number | null {
  const spoken = NUMBERS[word.toLowerCase()];
  if (spoken !== undefined) return spoken;
  return /^\d{1,12}(\.\d+)?$/.test(word) ? Number(word) : null;
}

/** The first day that the text names, as YYYY-MM-DD: written out, in digits (day first, as 03.04.2026 is the third of April), or relative to `today`. */
export function dateIn(text: string, today: Date): string | null {
  const lower = text.toLowerCase();
  return isoDate(lower) ?? digitDate(lower) ?? writtenDate(lower, today) ?? relativeDate(lower, today);
}

function isoDate(text: string): string | null {
  const [, year, month, day] = /\b(\d{4})-(\d{2})-(\d{2})\b/.exec(text) ?? [];
  return year === undefined ? null : dayOf(Number(year), Number(month), Number(day));
}

function digitDate(text: string): string | null {
  const [, day, month, year] = /\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b/.exec(text) ?? [];
  return year === undefined ? null : dayOf(Number(year), Number(month), Number(day));
}

/** "3 March", "March 3rd, 2026"; without a year the next one that comes. */
function writtenDate(text: string, today: Date): string | null {
  const dayFirst = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${MONTH}\\b,? ?(\\d{4})?`).exec(text);
  const monthFirst = new RegExp(`\\b${MONTH} (\\d{1,2})(?:st|nd|rd|th)?\\b,? ?(\\d{4})?`).exec(text);
  const [day, name, year] = dayFirst ? dayFirst.slice(1) : monthFirst ? [monthFirst[2], monthFirst[1], monthFirst[3]] : [];
  if (day === undefined || name === undefined) return null;
  const month = MONTHS.findIndex((full) => full.startsWith(name)) + 1;
  if (year !== undefined) return dayOf(Number(year), month, Number(day));
  const thisYear = dayOf(today.getUTCFullYear(), month, Number(day));
  return thisYear !== null && thisYear < isoOf(today) ? dayOf(today.getUTCFullYear() + 1, month, Number(day)) : thisYear;
}

function relativeDate(text: string, today: Date): string | null {
  if (/\bday after tomorrow\b/.test(text)) return inDays(today, 2);
  if (/\btomorrow\b/.test(text)) return inDays(today, 1);
  if (/\b(today|tonight)\b/.test(text)) return inDays(today, 0);
  if (/\byesterday\b/.test(text)) return inDays(today, -1);
  const [, count, unit] = /\bin (\w+) (day|week)s?\b/.exec(text) ?? [];
  const amount = count === undefined ? null : numberOf(count);
  if (amount !== null) return inDays(today, unit === 'week' ? amount * 7 : amount);
  const [, name] = new RegExp(`\\b(?:on|next|this|by|until|for) (${DAYS.join('|')})\\b`).exec(text) ?? [];
  if (name === undefined) return null;
  return inDays(today, (DAYS.indexOf(name) - today.getUTCDay() + 7) % 7 || 7);
}

function inDays(today: Date, days: number): string {
  return isoOf(new Date(today.getTime() + days * 86_400_000));
}

/** Null for a day that no calendar has. */
function dayOf(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? isoOf(date) : null;
}

function isoOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
