import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mode, PrefixJoiner, separated } from './shown-text.ts';

/** Pushes the pieces of a stream and returns what is new of it, or null when it diverged. */
function join(mode: Mode, prefix: string, pieces: readonly string[]): string | null {
  const joiner = new PrefixJoiner(mode, prefix);
  let fresh = '';
  for (const piece of [...pieces, null]) {
    const joined = piece === null ? joiner.end() : joiner.push(piece);
    if (joined.diverged) return null;
    fresh += joined.fresh;
  }
  return fresh;
}

/** A text, cut anywhere into pieces, and a cut at which it was torn off. */
const torn = fc
  .array(fc.string({ maxLength: 5 }), { maxLength: 12 })
  .chain((pieces) => fc.record({ pieces: fc.constant(pieces), cut: fc.nat({ max: pieces.join('').length }) }));

describe('a turn of which a prefix was shown', () => {
  it('is whole again when the same text is repeated, wherever it was torn and however it comes', () => {
    fc.assert(
      fc.property(torn, ({ pieces, cut }) => {
        const whole = pieces.join('');
        const prefix = whole.slice(0, cut);
        for (const mode of ['REPEAT', 'CONTINUE'] as const) expect(prefix + join(mode, prefix, pieces)).toBe(whole);
      }),
    );
  });

  it('takes a continuation as it is when it does not repeat the prefix', () => {
    expect(join('CONTINUE', 'The parcel left ', ['our ', 'shop.'])).toBe('our shop.');
    expect(join('CONTINUE', 'The parcel left ', ['The', 'ir shop.'])).toBe('Their shop.');
  });

  it('has diverged when a repetition says something else, or stops before the prefix ends', () => {
    expect(join('REPEAT', 'The parcel', ['The ', 'letter'])).toBeNull();
    expect(join('REPEAT', 'The parcel', ['The '])).toBeNull();
  });

  it('is separated from earlier turns once, at its first text', () => {
    expect(separated({ before: 'One.', prefix: '' }, 'Two.')).toBe('\n\nTwo.');
    expect(separated({ before: 'One.', prefix: 'Tw' }, 'o.')).toBe('o.');
    expect(separated({ before: '', prefix: '' }, 'One.')).toBe('One.');
  });
});
