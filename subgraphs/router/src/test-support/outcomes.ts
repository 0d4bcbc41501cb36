import type { OutcomeRow } from '../training/outcome-rows.ts';
import { randomOf } from '../training/random.ts';

const EASY = 'colour sky apple garden river bread window summer music chair'.split(' ');
const HARD = 'integral manifold enzyme tort tensor eigenvalue statute isotope lemma torque'.split(' ');

type SimulatedRow = OutcomeRow & {
  readonly scores: { readonly weak: number; readonly strong: number };
  readonly answers: { readonly weak: string };
};

/**
 * Questions of two kinds: the weak model answers 9 of 10 easy ones and 2 of 10 hard ones, the strong one 19 of 20 of either.
 * Right answers of the weak model have their sums right.
 */
export function simulatedOutcomes(size: number, seed: number): SimulatedRow[] {
  const random = randomOf(seed);
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
  return Array.from({ length: size }, (_, at) => {
    const hard = random() < 0.5;
    const words = Array.from({ length: 8 }, () => pick(hard ? HARD : EASY)).join(' ');
    const weak = Number(random() < (hard ? 0.2 : 0.9));
    const [a, b] = [Math.floor(random() * 90) + 10, Math.floor(random() * 90) + 10];
    return {
      id: `row-${at}`,
      prompt: `${pick(EASY)} ${pick(HARD)} ${at}: ${words}?`,
      subject: hard ? 'science' : 'everyday',
      scores: { weak, strong: Number(random() < 0.95) },
      answers: { weak: `${a} + ${b} = <<${a}+${b}=${a + b + (weak === 1 ? 0 : 7)}>>${a + b}\n#### ${a + b}` },
    };
  });
}
