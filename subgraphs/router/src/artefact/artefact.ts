import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Calibration } from '../domain/predictor/calibration.ts';
import type { Ensemble } from '../domain/predictor/ensemble.ts';
import { type Forest, TREE_DEPTH } from '../domain/predictor/forest.ts';
import { AFTER_SIZE, type AfterAnswer, denseSize, type Head, type Model } from '../domain/predictor/predictor.ts';
import type { Subjects } from '../domain/predictor/subjects.ts';
import { TERM_BUCKETS } from '../domain/predictor/text-terms.ts';
import { pack, unpackBytes, unpackFloats, unpackIntegers } from './packed.ts';

/** Raised whenever a model of another version would be read differently: features, hashing, arithmetic. */
export const ARTEFACT_VERSION = 2;
const FORMAT = 'switchyard-router-model';

/** How well a head predicted what it had not seen, before and after calibration. */
export type HeadQuality = {
  readonly head: string;
  readonly rows: number;
  readonly calibration: Calibration['method'];
  readonly before: { readonly ece: number; readonly brier: number };
  readonly after: { readonly ece: number; readonly brier: number };
  readonly curve: readonly { readonly count: number; readonly predicted: number; readonly observed: number }[];
};

/** Where a model comes from, and what it can. */
export type Provenance = {
  /** SHA-256 over the training rows' ids, prompts and scores, in order. */
  readonly dataFingerprint: string;
  readonly rows: number;
  readonly quality: readonly HeadQuality[];
};

export type Artefact = { readonly model: Model; readonly provenance: Provenance };

/** JSON in which the arrays are packed and a checksum covers it all. */
export function encodeArtefact({ model, provenance }: Artefact): string {
  const body = JSON.stringify({
    provenance,
    heads: model.heads.map((head) => ({ ...head, forest: encodedForest(head.forest) })),
    weights: pack(model.weights),
    subjects: model.subjects === null ? null : encodedSubjects(model.subjects),
    after:
      model.after === null
        ? null
        : { ...model.after, weights: pack(model.after.weights), ensemble: encodedEnsemble(model.after.ensemble) },
  });
  return `${JSON.stringify({ format: FORMAT, version: ARTEFACT_VERSION, checksum: checksumOf(body), body: JSON.parse(body) })}\n`;
}

/**
 * @throws Error that says what is wrong: not such a file, of another version, or damaged. A model that is read back predicts
 *   exactly what it did.
 */
export function decodeArtefact(text: string): Artefact {
  const file = JSON.parse(text) as { format?: unknown; version?: unknown; checksum?: unknown; body?: unknown };
  if (file.format !== FORMAT) throw new Error('not a router model');
  if (file.version !== ARTEFACT_VERSION) throw new Error(`a model of version ${String(file.version)}, not ${ARTEFACT_VERSION}`);
  if (file.checksum !== checksumOf(JSON.stringify(file.body)))
    throw new Error('the checksum does not match: the model is damaged');
  // What follows was written by `encodeArtefact`, as the checksum shows; sizes are checked, as they are indexed by.
  const body = file.body as Encoded;
  const heads = body.heads.map(
    (head): Head => ({
      ...head,
      forest: decodedForest(head.forest, denseSize(body.heads.length, body.subjects?.names.length ?? 0)),
    }),
  );
  const weights = sized(unpackFloats(body.weights), TERM_BUCKETS * heads.length);
  const subjects = body.subjects === null ? null : decodedSubjects(body.subjects, heads.length);
  const after = body.after === null ? null : decodedAfter(body.after);
  return { model: { heads, weights, subjects, after }, provenance: body.provenance };
}

/** @throws Error when the file cannot be read, or as `decodeArtefact`. */
export function readArtefact(path: string): Artefact {
  return decodeArtefact(readFileSync(path, 'utf8'));
}

type EncodedForest = { readonly start: number } & Readonly<Record<'features' | 'thresholds' | 'leaves', unknown>>;
type EncodedEnsemble = {
  readonly forest: EncodedForest;
  readonly ridge: { readonly bias: number } & Readonly<Record<'means' | 'scales' | 'weights', unknown>>;
  readonly forestShare: number;
};
type EncodedSubjects = { readonly names: readonly string[]; readonly step: number } & Readonly<
  Record<'weights' | 'priors' | 'rates', unknown>
>;
type EncodedAfter = {
  readonly weights: unknown;
  readonly bias: number;
  readonly ensemble: EncodedEnsemble;
  readonly calibration: Calibration;
};
type Encoded = {
  readonly provenance: Provenance;
  readonly heads: readonly (Omit<Head, 'forest'> & { readonly forest: EncodedForest })[];
  readonly weights: unknown;
  readonly subjects: EncodedSubjects | null;
  readonly after: EncodedAfter | null;
};

function encodedForest(forest: Forest): EncodedForest {
  return { ...forest, features: pack(forest.features), thresholds: pack(forest.thresholds), leaves: pack(forest.leaves) };
}

function decodedForest({ start, ...arrays }: EncodedForest, width: number): Forest {
  const features = unpackIntegers(arrays.features);
  if (features.some((feature) => feature < 0 || feature >= width)) throw new Error('a tree asks for a feature that is not there');
  const trees = features.length / TREE_DEPTH;
  return {
    start,
    features,
    thresholds: sized(unpackFloats(arrays.thresholds), features.length),
    leaves: sized(unpackFloats(arrays.leaves), trees << TREE_DEPTH),
  };
}

function encodedEnsemble({ forest, ridge, forestShare }: Ensemble): EncodedEnsemble {
  return {
    forestShare,
    forest: encodedForest(forest),
    ridge: { ...ridge, means: pack(ridge.means), scales: pack(ridge.scales), weights: pack(ridge.weights) },
  };
}

function decodedEnsemble({ forest, ridge, forestShare }: EncodedEnsemble, width: number): Ensemble {
  return {
    forestShare,
    forest: decodedForest(forest, width),
    ridge: {
      bias: ridge.bias,
      means: unpackFloats(ridge.means),
      scales: unpackFloats(ridge.scales),
      weights: unpackFloats(ridge.weights),
    },
  };
}

function encodedSubjects(subjects: Subjects): EncodedSubjects {
  return { ...subjects, weights: pack(subjects.weights), priors: pack(subjects.priors), rates: pack(subjects.rates) };
}

function decodedSubjects({ names, step, weights, priors, rates }: EncodedSubjects, heads: number): Subjects {
  return {
    names,
    step,
    weights: sized(unpackBytes(weights), TERM_BUCKETS * names.length),
    priors: sized(unpackFloats(priors), names.length),
    rates: sized(unpackFloats(rates), names.length * heads),
  };
}

function decodedAfter({ weights, bias, ensemble, calibration }: EncodedAfter): AfterAnswer {
  return {
    weights: sized(unpackFloats(weights), TERM_BUCKETS),
    bias,
    ensemble: decodedEnsemble(ensemble, AFTER_SIZE),
    calibration,
  };
}

function sized<T extends { readonly length: number }>(values: T, length: number): T {
  if (values.length !== length) throw new Error('an array of the model has the wrong size');
  return values;
}

function checksumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
