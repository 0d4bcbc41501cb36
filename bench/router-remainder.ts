/** What a router could know at best of recorded outcomes, and what no router can. */
import { foldsOf } from '../subgraphs/router/src/training/folds.ts';
import type { OutcomeRow } from '../subgraphs/router/src/training/outcome-rows.ts';
import { routingIntervals } from '../subgraphs/router/src/training/scores.ts';

type Pair = readonly [weak: string, strong: string];

const FOLDS = 5;
/** Rows that a subject's mean is pulled toward the overall mean with. */
const PULL = 8;
const OPENING = 60;
/** More questions with one opening are a template, not copies. */
const TEMPLATE = 15;

const scoreOf = (row: OutcomeRow, head: string) => row.scores[head] ?? 0;
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Shares of questions by who is right. */
export function outcomeShares(rows: readonly OutcomeRow[], [weak, strong]: Pair) {
  const share = (ofWeak: number, ofStrong: number) =>
    average(rows.map((row) => Number(scoreOf(row, weak) === ofWeak && scoreOf(row, strong) === ofStrong)));
  return { both: share(1, 1), neither: share(0, 0), strongOnly: share(0, 1), weakOnly: share(1, 0) };
}

/** Routing by nothing but the mean gap, in the other folds, of the subject that the data names. */
export function routingBySubject(rows: readonly OutcomeRow[], [weak, strong]: Pair) {
  const folds = foldsOf(
    rows.map(({ prompt }) => prompt),
    FOLDS,
  );
  const gap = (row: OutcomeRow) => scoreOf(row, strong) - scoreOf(row, weak);
  const score = new Float64Array(rows.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const others = rows.filter((_, at) => folds[at] !== fold);
    const mean = average(others.map(gap));
    const bySubject = new Map(
      [...Map.groupBy(others, ({ subject }) => subject)].map(([subject, own]) => {
        const sum = own.reduce((total, row) => total + gap(row), 0);
        return [subject, (sum + PULL * mean) / (own.length + PULL)] as const;
      }),
    );
    rows.forEach((row, at) => {
      if (folds[at] === fold) score[at] = bySubject.get(row.subject) ?? mean;
    });
  }
  const of = (head: string) => Float32Array.from(rows, (row) => scoreOf(row, head));
  return routingIntervals(score, of(weak), of(strong));
}

/** Of questions that open alike: how often the strong model alone is right on one, given that it is on the other. */
export function needGivenSibling(rows: readonly OutcomeRow[], [weak, strong]: Pair) {
  const opening = ({ prompt }: OutcomeRow) =>
    prompt
      .slice(0, 4 * OPENING)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
      .slice(0, OPENING);
  const needs = (row: OutcomeRow) => Number(scoreOf(row, strong) > scoreOf(row, weak));
  const pairs = [...Map.groupBy(rows, opening).values()]
    .filter((group) => group.length > 1 && group.length <= TEMPLATE)
    .flatMap((group) =>
      group.flatMap((row, at) => group.filter((_, other) => other !== at).map((other) => [row, other] as const)),
    );
  return {
    pairs: pairs.length / 2,
    base: average(pairs.map(([, other]) => needs(other))),
    given: average(pairs.filter(([row]) => needs(row) === 1).map(([, other]) => needs(other))),
  };
}
