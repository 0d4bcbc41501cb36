import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_FEATURES, ANSWER_SIZE, answerFeatures } from './answer-checks.ts';
import { evaluate } from './arithmetic.ts';

const checks = (question: string, answer: string) => {
  const values = answerFeatures(question, answer);
  return Object.fromEntries(ANSWER_FEATURES.map((name, at) => [name, values[at]]));
};

describe('arithmetic', () => {
  it.each([
    ['2+3*4', 14],
    ['(2+3)*4', 20],
    ['$1,200 / 4', 300],
    ['50 * 20%', 10],
    ['2^3^1', 8],
    ['3 x 4 × 2', 24],
    ['-(2 - 5)', 3],
    ['12(3)', 36],
    ['10 \\* 2', 20],
  ])('%s = %d', (expression, value) => {
    expect(evaluate(expression)).toBeCloseTo(value, 10);
  });

  it.each(['', '2+', '(2', '2)', 'x=3', '1/0', '5 apples'])('%j has no value', (expression) => {
    expect(evaluate(expression)).toBeNull();
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.+-*/()^%x$ ,=') }), (text) => void evaluate(text)));
  });
});

describe('answer checks', () => {
  const question = 'Ann has 12 boxes of 5 pens and gives away 7 pens. How many pens are left?';

  it('find nothing wrong with a sound answer', () => {
    const found = checks(question, 'She has 12 * 5 = <<12*5=60>>60 pens.\nThen 60 - 7 = <<60-7=53>>53 are left.\n#### 53');
    expect(found).toMatchObject({
      hasFinal: 1,
      finalIsWhole: 1,
      finalEqualsLastResult: 1,
      wrongAnnotated: 0,
      wrongEquations: 0,
      resultsUnused: 0,
      questionNumbersUnused: 0,
      strangers: 0,
    });
  });

  it('find a sum that does not add up, annotated or not', () => {
    expect(checks(question, '<<12*5=70>>70').wrongAnnotated).toBe(1);
    expect(checks(question, 'That is 12 * 5 = 70 pens.').wrongEquations).toBe(1);
  });

  it('find a number of the question that was not used, and one from nowhere', () => {
    const found = checks(question, '12 * 9 = <<12*9=108>>108\n#### 108');
    expect(found).toMatchObject({ questionNumbersUnused: 2, strangers: 1 });
  });

  it('find an answer that breaks off, contradicts its last sum, or is no whole number', () => {
    expect(checks(question, 'First we multiply 12 by').hasFinal).toBe(0);
    expect(checks(question, '<<12*5=60>>60\n#### 55').finalEqualsLastResult).toBe(0);
    expect(checks(question, '#### 52.5').wholeExpected).toBe(1);
  });

  it('give the same number of finite values for any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (anyQuestion, anyAnswer) => {
        const values = answerFeatures(anyQuestion, anyAnswer);
        expect(values).toHaveLength(ANSWER_SIZE);
        expect(values.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
