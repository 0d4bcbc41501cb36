import { evaluate } from './arithmetic.ts';

/**
 * What an answer gives away by itself. A model that lost the thread miscounts, leaves numbers of the question unused, takes in
 * numbers from nowhere, works out what it never uses, or breaks off without a final answer.
 */
export const ANSWER_FEATURES = [
  'hasFinal',
  'finalIsNumber',
  'finalIsWhole',
  'finalIsNegative',
  'finalHasWords',
  'finalEqualsLastResult',
  'finalIsSomeResult',
  'finalInQuestion',
  'finalAgainstQuestion',
  'wholeExpected',
  'equations',
  'annotated',
  'wrongEquations',
  'wrongAnnotated',
  'unreadable',
  'restatedDifferently',
  'fractions',
  'resultsUnused',
  'resultsUnusedShare',
  'questionNumbers',
  'questionNumbersUnused',
  'questionNumbersUnusedShare',
  'strangers',
  'additions',
  'subtractions',
  'multiplications',
  'divisions',
  'stepsPerNumber',
  'doubt',
  'assumptions',
  'unknowns',
  'rounding',
  'refusal',
  'characters',
  'lines',
  'sentences',
  'trailingLines',
  'trailingSpaces',
  'endsOpen',
  'repeatedLines',
  'wordsPerEquation',
  'emptyLines',
  'therefore',
  'largestRatio',
  'currencyMismatch',
  'listed',
] as const;

export const ANSWER_SIZE = ANSWER_FEATURES.length;

type Equation = {
  readonly operands: readonly number[];
  readonly operators: string;
  readonly claimed: number;
  /** Null: not plain arithmetic. */
  readonly value: number | null;
  readonly annotated: boolean;
};

/** Characters of an answer and of a question that are checked. */
const MAX_CHARACTERS = 8_000;
const ANNOTATION = /<<([^<>]{1,200}?)=([^<>=]{1,60})>>/g;
const FREE = /([-$(]?\d[\d.,$%()+*/x×÷^\\ −-]{0,120}?)\s*=\s*\$?(-?[\d,]*\.?\d+)/g;
const NUMBER = /\d[\d,]*(?:\.\d+)?|\.\d+/g;
const NUMBER_WORDS: Readonly<Record<string, number>> = {
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
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  hundred: 100,
  thousand: 1_000,
  half: 2,
  twice: 2,
  double: 2,
  doubled: 2,
  triple: 3,
  thrice: 3,
  third: 3,
  quarter: 4,
  fourth: 4,
  fifth: 5,
  dozen: 12,
  week: 7,
  weeks: 7,
  year: 12,
  hour: 60,
  hours: 60,
  day: 24,
  minute: 60,
  minutes: 60,
};
/** Numbers that are at home in any calculation. */
const USUAL = new Set([1, 2, 100, 0]);

/** Writes ANSWER_SIZE values. */
export function answerFeatures(question: string, whole: string): Float32Array {
  const answer = whole.slice(0, MAX_CHARACTERS);
  const equations = equationsOf(answer);
  const asked = numbersIn(question.slice(0, MAX_CHARACTERS));
  const final = finalOf(answer, equations);
  return Float32Array.from([
    ...finalFeatures(question, asked, { ...final, equations }),
    ...equationFeatures(equations),
    ...flowFeatures(question, asked, equations, final.value),
    ...wordingFeatures(answer, equations.length),
    ...closingFeatures(question, answer, asked, final.value),
  ]);
}

type Final = { readonly marked: boolean; readonly text: string; readonly value: number | null };

function finalOf(answer: string, equations: readonly Equation[]): Final {
  const marked = /####\s*(.+)/.exec(answer);
  if (marked !== null) return { marked: true, text: marked[1] ?? '', value: numbersIn(marked[1] ?? '').at(-1) ?? null };
  return { marked: false, text: '', value: numbersIn(answer.slice(-120)).at(-1) ?? equations.at(-1)?.claimed ?? null };
}

function finalFeatures(
  question: string,
  asked: readonly number[],
  { marked, text, value, equations }: Final & { readonly equations: readonly Equation[] },
): number[] {
  const results = equations.map(({ claimed }) => claimed);
  const whole = value !== null && Number.isInteger(value);
  const largest = Math.max(1, ...asked);
  return [
    Number(marked),
    Number(value !== null),
    Number(whole),
    Number(/^\s*\$?\s*-/.test(text)),
    Number(/[a-z]{2}/i.test(text)),
    Number(value !== null && near(value, results.at(-1))),
    Number(value !== null && results.some((result) => near(value, result))),
    Number(value !== null && asked.some((number) => near(value, number))),
    value === null ? 0 : Math.log((Math.abs(value) + 0.01) / largest),
    Number(/how many/i.test(question) && !whole),
  ];
}

function equationFeatures(equations: readonly Equation[]): number[] {
  const wrong = equations.filter(({ value, claimed }) => value !== null && !near(value, claimed));
  return [
    equations.length,
    equations.filter(({ annotated }) => annotated).length,
    wrong.filter(({ annotated }) => !annotated).length,
    wrong.filter(({ annotated }) => annotated).length,
    equations.filter(({ value }) => value === null).length,
    equations.filter(({ claimed }, at) => at > 0 && near(claimed, equations[at - 1]?.claimed)).length,
    equations.filter(({ claimed }) => !Number.isInteger(claimed)).length,
  ];
}

/** Where each number came from, and whether what was worked out was used. */
function flowFeatures(
  question: string,
  asked: readonly number[],
  equations: readonly Equation[],
  final: number | null,
): number[] {
  const operands = equations.flatMap((equation) => equation.operands);
  const words = question.toLowerCase().match(/[a-z]+/g) ?? [];
  const spelled = words.flatMap((word) => NUMBER_WORDS[word] ?? []);
  const unused = asked.filter((number) => !operands.some((operand) => related(operand, number)));
  let [strangers, idle] = [0, 0];
  equations.forEach((equation, at) => {
    const earlier = equations.slice(0, at).map(({ claimed }) => claimed);
    const known = [...asked, ...spelled, ...earlier];
    strangers += equation.operands.filter(
      (operand) => !USUAL.has(operand) && !known.some((number) => related(operand, number)),
    ).length;
    const later = equations.slice(at + 1).flatMap((next) => next.operands);
    const used = later.some((operand) => near(operand, equation.claimed)) || (final !== null && near(final, equation.claimed));
    if (!used) idle += 1;
  });
  const operators = equations.map((equation) => equation.operators).join('');
  const count = (pattern: RegExp) => operators.match(pattern)?.length ?? 0;
  return [
    idle,
    idle / Math.max(1, equations.length),
    asked.length,
    unused.length,
    unused.length / Math.max(1, asked.length),
    strangers,
    count(/\+/g),
    count(/[-−]/g),
    count(/[*x×]/g),
    count(/[/÷]/g),
    equations.length / Math.max(1, asked.length),
  ];
}

function wordingFeatures(answer: string, equations: number): number[] {
  const count = (pattern: RegExp) => answer.match(pattern)?.length ?? 0;
  const lines = answer.split('\n');
  const filled = lines.map((line) => line.trim()).filter(Boolean);
  return [
    count(/\b(?:however|but|wait|actually|mistake|instead|contradict\w*|error)\b/gi),
    count(/\b(?:assum\w+|suppose|let's say|possible|might|could|likely|probably)\b/gi),
    count(/\b[xyz]\b(?=\s*[-+*/=)])|\blet\b/gi),
    count(/\b(?:approximately|approx|about|round\w*)\b|≈|~/gi),
    count(/\b(?:cannot|can't|not possible|impossible|sorry|unable|not enough|unclear)\b/gi),
    Math.log1p(answer.length),
    filled.length,
    count(/[.!?](?:\s|$)/g),
    /\n*\s*$/.exec(answer)?.[0].split('\n').length ?? 1,
    answer.length - answer.trimEnd().length,
    Number(!/[.!?)\d]\s*$/.test(answer)),
    filled.length - new Set(filled).size,
    (answer.match(/[a-z]+/gi)?.length ?? 0) / Math.max(1, equations),
    lines.length - filled.length,
    count(/\b(?:therefore|so|thus|hence)\b/gi),
  ];
}

function closingFeatures(question: string, answer: string, asked: readonly number[], final: number | null): number[] {
  const largest = Math.max(1, ...numbersIn(answer));
  return [
    Math.log(largest / Math.max(1, ...asked)),
    Number(question.includes('$') !== answer.includes('$')) + Number(final === null),
    answer.match(/^\s*(?:[-*•]|\d+[.)])\s/gm)?.length ?? 0,
  ];
}

function equationsOf(answer: string): readonly Equation[] {
  const found: { readonly at: number; readonly equation: Equation }[] = [];
  const take = (match: RegExpExecArray, annotated: boolean) => {
    const claimed = numberOf(match[2] ?? '');
    const expression = match[1] ?? '';
    const operators = expression.replace(/[^-+*/x×÷−^]/g, '');
    if (claimed === null || operators === '') return;
    found.push({
      at: match.index,
      equation: { operands: numbersIn(expression), operators, claimed, value: evaluate(expression), annotated },
    });
  };
  for (const match of answer.matchAll(ANNOTATION)) take(match, true);
  const free = answer.replace(/=\s*\$?\s*<<[^<>]*>>/g, (annotation) => '·'.repeat(annotation.length));
  for (const match of free.matchAll(FREE)) take(match, false);
  return found.sort((a, b) => a.at - b.at).map(({ equation }) => equation);
}

function numbersIn(text: string): number[] {
  return (text.match(NUMBER) ?? []).map((number) => Number(number.replaceAll(',', ''))).filter(Number.isFinite);
}

function numberOf(text: string): number | null {
  const value = Number(text.replace(/[$,%\s]/g, ''));
  return text.trim() !== '' && Number.isFinite(value) ? value : null;
}

/** Equal but for rounding. */
function near(a: number, b: number | undefined): boolean {
  return b !== undefined && Math.abs(a - b) <= 0.011 * Math.max(0.1, Math.min(Math.abs(a), Math.abs(b)));
}

/** The same number, or the same as a share of a hundred, or what is left of the hundred. */
function related(operand: number, number: number): boolean {
  return near(operand, number) || near(operand * 100, number) || near(100 - operand, number) || near(1 - operand, number / 100);
}
