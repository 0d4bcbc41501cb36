import type { Predictor } from '../domain/predictor/predictor.ts';

const MAX_WORDS = 200;
const SHOWN = 8;

/** What each model's probability would be without a word: those words whose absence moves the predictions most. */
export function wordInfluence(
  predictor: Predictor,
  prompt: string,
): readonly { readonly word: string; readonly change: readonly number[] }[] {
  const room = new Float64Array(predictor.names.length);
  predictor.predict(prompt, room);
  const whole = [...room];
  const words = [...new Set(prompt.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, MAX_WORDS);
  const moved = words.map((word) => {
    predictor.predict(prompt.split(new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'u')).join(''), room);
    return { word, change: whole.map((p, head) => (room[head] ?? p) - p) };
  });
  const size = ({ change }: { readonly change: readonly number[] }) => Math.max(...change.map(Math.abs));
  return moved.sort((a, b) => size(b) - size(a)).slice(0, SHOWN);
}
