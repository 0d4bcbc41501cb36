import { createHash } from 'node:crypto';
import type { Artefact, HeadQuality } from '../artefact/artefact.ts';
import { type Calibration, calibrated, UNCALIBRATED } from '../domain/predictor/calibration.ts';
import type { OutcomeRow } from './outcome-rows.ts';
import { brier, calibrationCurve, expectedCalibrationError } from './scores.ts';
import { type Corpus, corpusOf, type Trained, train } from './train.ts';
import { trainAfterAnswer } from './train-after.ts';

/** The weak model first: its answers are what `after` learns from. */
export function buildArtefact(
  rows: readonly OutcomeRow[],
  heads: readonly string[],
  progress: (note: string) => void = () => undefined,
): Artefact {
  const corpus = corpusOf(rows, heads);
  const members = Int32Array.from(rows, (_, at) => at);
  const { trained, model } = trainWhole(rows, corpus, members, progress);
  return {
    model,
    provenance: { dataFingerprint: fingerprintOf(rows, heads), rows: rows.length, quality: qualityOf(corpus, trained) },
  };
}

/** Both steps, on some of the rows. */
export function trainWhole(
  rows: readonly OutcomeRow[],
  corpus: Corpus,
  members: Int32Array,
  progress: (note: string) => void = () => undefined,
): { readonly trained: Trained; readonly model: Artefact['model'] } {
  const trained = train(corpus, members, progress);
  const weak = corpus.heads[0] ?? '';
  const answered = members.map((row, at) => (rows[row]?.answers[weak] === undefined ? -1 : at)).filter((at) => at >= 0);
  if (answered.length > 0) progress('answer checks');
  const rowOf = (at: number) => rows[members[at] ?? 0];
  const after = trainAfterAnswer(
    {
      prompts: Array.from(answered, (at) => rowOf(at)?.prompt ?? ''),
      answers: Array.from(answered, (at) => rowOf(at)?.answers[weak] ?? ''),
      targets: Float32Array.from(answered, (at) => rowOf(at)?.scores[weak] ?? 0),
      members: answered,
    },
    trained,
  );
  return { trained, model: { ...trained.model, after } };
}

/** The same rows in the same order, the same fingerprint. */
function fingerprintOf(rows: readonly OutcomeRow[], heads: readonly string[]): string {
  const hash = createHash('sha256');
  for (const { id, prompt, subject, scores, answers } of rows) {
    hash.update(JSON.stringify([id, prompt, subject, heads.map((head) => scores[head]), answers[heads[0] ?? ''] ?? null]));
  }
  return hash.digest('hex');
}

/** From what was said of rows by parts that had not seen them; the calibration itself has. */
function qualityOf(corpus: Corpus, trained: Trained): HeadQuality[] {
  return trained.outOfFold.map(({ logits, calibration }, head) => {
    const targets = corpus.targets[head] ?? new Float32Array();
    const said = (by: Calibration) => Float64Array.from(logits, (logit) => calibrated(by, logit));
    const measured = (p: Float64Array) => ({ ece: expectedCalibrationError(p, targets), brier: brier(p, targets) });
    const after = said(calibration);
    return {
      head: corpus.heads[head] ?? '',
      rows: logits.length,
      calibration: calibration.method,
      before: measured(said(UNCALIBRATED)),
      after: measured(after),
      curve: calibrationCurve(after, targets),
    };
  });
}
