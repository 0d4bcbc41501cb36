import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMAT_FEATURES, FORMAT_SIZE, formatFeatures } from './format-features.ts';
import { createScan, MAX_CHARACTERS, scanText } from './text-scan.ts';
import { createTerms, readTerms } from './text-terms.ts';

const scan = createScan();
const terms = createTerms();

function termsOf(text: string): number[] {
  scanText(text, scan);
  readTerms(scan, terms);
  return [...terms.buckets.subarray(0, terms.count)];
}

function formatOf(text: string) {
  const values = new Float32Array(FORMAT_SIZE);
  formatFeatures(text, scanText(text, scan), values);
  return Object.fromEntries(FORMAT_FEATURES.map((name, at) => [name, values[at]]));
}

describe('reading a text', () => {
  it('does not depend on what was read before', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, before) => {
        const alone = termsOf(text);
        termsOf(before);
        expect(termsOf(text)).toEqual(alone);
      }),
    );
  });

  it('takes each term once, capitals or not, and one number like another of its length', () => {
    expect(new Set(termsOf('again and again and AGAIN')).size).toBe(terms.count);
    expect(termsOf('Order 1234')).toEqual(termsOf('order 9876'));
    expect(termsOf('order 1234')).not.toEqual(termsOf('order 12'));
  });

  it('finds the options to choose from', () => {
    const text = 'Which is NOT even?\nA. 2\nB. 30\nC. seven\nD. 8\nAnswer:';
    expect(formatOf(text)).toMatchObject({ options: 4, negations: 1, optionsOfOneWord: 1, stemEnding: 4 });
    expect(formatOf(text).optionsWithDigits).toBeCloseTo(0.75);
    expect(scan.stemEnd).toBe(text.indexOf('A. 2'));
  });

  it('gives finite values for any text, of any length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        expect(Object.values(formatOf(text)).every(Number.isFinite)).toBe(true);
      }),
    );
    const long = 'word '.repeat(50_000);
    formatOf(long);
    expect(scan.length).toBe(MAX_CHARACTERS);
  });
});
