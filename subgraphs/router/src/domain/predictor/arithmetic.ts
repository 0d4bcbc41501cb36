/**
 * The value of plain arithmetic: numbers, + − × ÷ ^, brackets, `%` as a hundredth, `$` and thousands' commas passed over.
 * Null for anything else.
 */
export function evaluate(expression: string): number | null {
  const tokens = expression
    .replaceAll('\\', '')
    .replace(/[$,£€]/g, '')
    .match(/\d+(?:\.\d+)?|\.\d+|[-+*/^()%x×÷−]|\S/g);
  if (tokens === null || tokens.length > MAX_TOKENS) return null;
  const reader: Reader = { tokens, at: 0, depth: 0 };
  const value = sum(reader);
  return value !== null && reader.at === tokens.length && Number.isFinite(value) ? value : null;
}

const MAX_TOKENS = 200;
const MAX_DEPTH = 20;

type Reader = { readonly tokens: readonly string[]; at: number; depth: number };

function sum(reader: Reader): number | null {
  let value = product(reader);
  while (value !== null && /^[-+−]$/.test(reader.tokens[reader.at] ?? '')) {
    const operator = reader.tokens[reader.at++];
    const next = product(reader);
    value = next === null ? null : operator === '+' ? value + next : value - next;
  }
  return value;
}

function product(reader: Reader): number | null {
  let value = power(reader);
  while (value !== null) {
    const operator = reader.tokens[reader.at] ?? '';
    const spelled = /^[*/x×÷]$/.test(operator);
    if (!spelled && operator !== '(') return value;
    if (spelled) reader.at += 1;
    const next = power(reader);
    value = next === null ? null : operator === '/' || operator === '÷' ? value / next : value * next;
  }
  return value;
}

function power(reader: Reader): number | null {
  const base = signed(reader);
  if (base === null || reader.tokens[reader.at] !== '^') return base;
  reader.at += 1;
  reader.depth += 1;
  const exponent = reader.depth > MAX_DEPTH ? null : power(reader);
  reader.depth -= 1;
  return exponent === null ? null : base ** exponent;
}

function signed(reader: Reader): number | null {
  const token = reader.tokens[reader.at] ?? '';
  if (token === '-' || token === '−') {
    reader.at += 1;
    reader.depth += 1;
    const value = reader.depth > MAX_DEPTH ? null : signed(reader);
    reader.depth -= 1;
    return value === null ? null : -value;
  }
  return hundredths(reader, token === '(' ? bracketed(reader) : literal(reader, token));
}

function bracketed(reader: Reader): number | null {
  reader.at += 1;
  reader.depth += 1;
  const value = reader.depth > MAX_DEPTH ? null : sum(reader);
  reader.depth -= 1;
  if (value === null || reader.tokens[reader.at] !== ')') return null;
  reader.at += 1;
  return value;
}

function literal(reader: Reader, token: string): number | null {
  if (!/^[\d.]/.test(token)) return null;
  reader.at += 1;
  return Number(token);
}

function hundredths(reader: Reader, value: number | null): number | null {
  if (value === null || reader.tokens[reader.at] !== '%') return value;
  reader.at += 1;
  return value / 100;
}
