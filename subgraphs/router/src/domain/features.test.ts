import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainFlags } from './domain-flags.ts';
import { familiarity, historyOf, type PastDecision } from './history.ts';
import { jsonSchemaStrictness } from './schema-strictness.ts';
import { similarity, sketchOf } from './similarity.ts';

describe('jsonSchemaStrictness', () => {
  const strict = {
    type: 'object',
    properties: { name: { type: 'string', maxLength: 80 }, count: { type: 'integer', minimum: 0, maximum: 9 } },
    required: ['name', 'count'],
    additionalProperties: false,
  };

  it.each([
    ['nothing', null, 0],
    ['an empty schema', {}, 0],
    ['a closed schema, every property required, typed and bounded', strict, 1],
    ['the same, open', { ...strict, additionalProperties: true }, 2 / 3],
    ['the same, with one property optional', { ...strict, required: ['name'] }, 5 / 6],
    ['an unbounded string', { type: 'string' }, 0.5],
    ['an enum', { enum: ['a', 'b'] }, 1],
    ['a list of strict objects without an end', { type: 'array', items: strict }, 0.5],
    ['a list of strict objects with an end', { type: 'array', items: strict, maxItems: 5 }, 1],
    ['a choice of strict and free', { anyOf: [strict, { type: 'string' }] }, 0.5],
    ['a reference', { $ref: '#/$defs/a', $defs: { a: strict } }, 1],
    ['a reference to itself', { $ref: '#' }, 0.5],
  ])('of %s', (_what, schema, expected) => {
    expect(jsonSchemaStrictness(schema)).toBeCloseTo(expected, 10);
  });

  it('is between 0 and 1 for anything', () => {
    const keywords = fc.dictionary(
      fc.constantFrom(
        'type',
        'properties',
        'required',
        'items',
        'anyOf',
        'oneOf',
        'allOf',
        '$ref',
        'enum',
        'additionalProperties',
        'maxItems',
      ),
      fc.oneof(fc.jsonValue(), fc.constantFrom('object', 'array', 'string', '#', '#/properties/a')) as fc.Arbitrary<unknown>,
    );
    fc.assert(
      fc.property(fc.oneof(keywords, fc.jsonValue()), (schema) => {
        const score = jsonSchemaStrictness(schema);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('ends on a schema that branches without end', () => {
    const branching = { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }] };
    const began = performance.now();
    expect(jsonSchemaStrictness({ ...branching, $defs: { a: branching, b: branching } })).toBeLessThanOrEqual(1);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('domainFlags', () => {
  it.each([
    ['How long does shipping take?', ['faq']],
    ['Hi! What are your opening hours?', ['faq']],
    ['Where is my order 1042?', ['order']],
    ['Please cancel my order A-17', ['order']],
    ['Please call me back, my email is jo@example.com', ['lead']],
    ['We would like to book a demo for our team', ['lead']],
    ['Why does this TypeScript function throw a null pointer exception?', ['code', 'open-ended']],
    ['Solve for x: 3*x + 2 = 11', ['math']],
    ['Is this clause of the contract legal under GDPR?', ['legal']],
    ['What dosage of this medicine is safe for a patient?', ['medical']],
    ['Write a poem about the sea', ['open-ended']],
    ['Wie lange dauert die Lieferung und was kostet sie für mich?', ['other-language']],
    ['注文はどこにありますか', ['other-language']],
    ['hello', []],
  ])('of %j', (content, flags) => {
    expect(domainFlags(content, false)).toEqual(flags);
  });

  it('say when the answer has a schema', () => {
    expect(domainFlags('hello', true)).toEqual(['structured']);
  });

  it('take no longer on hostile text', () => {
    const began = performance.now();
    for (const piece of ['a@', 'return ', '1 ', 'order ', 'how many ', 'select ', '.'.repeat(100)]) {
      domainFlags(piece.repeat(Math.ceil(32_000 / piece.length)), true);
    }
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('a tenant knows', () => {
  const past = (content: string, outcome: PastDecision['outcome'] = null): PastDecision => ({
    sketch: sketchOf(content),
    tier: 'small',
    outcome,
    priorError: 0.2,
    listCost: 0,
    actualCost: null,
    callLatencyMs: null,
  });
  const repeat = (decision: PastDecision, count: number) => Array.from({ length: count }, () => decision);
  const question = 'How long does shipping to Norway take?';

  it('a text from itself, whatever its numbers and its case', () => {
    expect(similarity(sketchOf('Where is order 17?'), sketchOf('where is ORDER 99'))).toBe(1);
  });

  it('a text from its near copy, and not from another', () => {
    expect(similarity(sketchOf(question), sketchOf('How long does the shipping to Norway usually take?'))).toBeGreaterThan(0.6);
    expect(similarity(sketchOf(question), sketchOf('Please cancel my subscription and refund the last invoice'))).toBe(0);
  });

  it('nothing at first: all is new, and fails as often as is assumed', () => {
    expect(familiarity(historyOf([]), sketchOf(question))).toEqual({ noveltyScore: 1, historicalFailureRate: 0.1 });
  });

  it('what it has seen often as not new', () => {
    const seen = historyOf(repeat(past(question), 50));
    expect(familiarity(seen, sketchOf(question)).noveltyScore).toBeLessThan(0.02);
    expect(familiarity(seen, sketchOf('Please cancel my subscription and refund it')).noveltyScore).toBe(1);
  });

  it('what fails, apart from what does not', () => {
    const history = historyOf([...repeat(past(question, 'WRONG'), 20), ...repeat(past('Please cancel my order', 'CORRECT'), 60)]);
    expect(familiarity(history, sketchOf(question)).historicalFailureRate).toBeGreaterThan(0.8);
    expect(familiarity(history, sketchOf('Please cancel my order')).historicalFailureRate).toBeLessThan(0.05);
  });

  it('every text, in bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string({ unit: 'binary' }), (contents, content) => {
        const { noveltyScore, historicalFailureRate } = familiarity(
          historyOf(contents.map((text) => past(text, 'WRONG'))),
          sketchOf(content),
        );
        expect(noveltyScore).toBeGreaterThan(0);
        expect(noveltyScore).toBeLessThanOrEqual(1);
        expect(historicalFailureRate).toBeGreaterThan(0);
        expect(historicalFailureRate).toBeLessThan(1);
      }),
    );
  });
});
