import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutIntoPassages } from './passages.ts';

const withoutSpace = (text: string) => text.replaceAll(/\s+/g, '');

describe('cutting a document into passages', () => {
  it('keeps a short document whole', () => {
    expect(cutIntoPassages('One.\n\nTwo.')).toEqual(['One.\n\nTwo.']);
    expect(cutIntoPassages('  \n\n ')).toEqual([]);
  });

  it('cuts between paragraphs, then sentences', () => {
    const paragraph = `${'Word '.repeat(119)}end.`;
    expect(cutIntoPassages(`${paragraph}\n\n${paragraph}`)).toEqual([paragraph, paragraph]);
    const passages = cutIntoPassages(`${paragraph} ${paragraph} ${paragraph}`);
    expect(passages.every((passage) => passage.endsWith('end.'))).toBe(true);
  });

  it('never exceeds 1,000 characters, loses no text and halves no character', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('. ', '\n\n', ' '),
      fc.integer({ min: 1, max: 1500 }).map((length) => '😀a'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = words.join('');
        const passages = cutIntoPassages(text);
        expect(Math.max(0, ...passages.map((passage) => passage.length))).toBeLessThanOrEqual(1000);
        expect(withoutSpace(passages.join(' '))).toBe(withoutSpace(text));
        expect(passages.every((passage) => passage.isWellFormed())).toBe(text.isWellFormed());
      }),
    );
  });
});
