import type { Subjects } from '../domain/predictor/subjects.ts';
import { TERM_BUCKETS } from '../domain/predictor/text-terms.ts';
import type { SparseRows } from './linear.ts';

/** Terms of the whole collection that each subject is taken to have had besides its own. */
const BACKGROUND = 1_000;
/** Rows that each subject's rates are pulled toward the overall rate with. */
const RATE_WEIGHT = 8;
/** Terms that are kept: those that tell most. More of them would fall out of the processor's cache, and tell little. */
const KEPT = 6_000;
const STEP = 8 / 127;

/** @param subjectOf index into `names`, or -1. */
export function fitSubjects(
  rows: SparseRows,
  members: Int32Array,
  about: { readonly names: readonly string[]; readonly subjectOf: Int32Array; readonly targets: readonly Float32Array[] },
): Subjects {
  const size = about.names.length;
  const counts = new Float32Array(TERM_BUCKETS * size);
  const everywhere = new Float32Array(TERM_BUCKETS);
  const [terms, documents] = [new Float64Array(size), new Float64Array(size)];
  let all = 0;
  for (const row of members) {
    const subject = about.subjectOf[row] as number;
    if (subject < 0) continue;
    documents[subject] = (documents[subject] as number) + 1;
    for (let at = rows.start[row] as number; at < (rows.start[row + 1] as number); at += 1) {
      const term = rows.terms[at] as number;
      counts[term * size + subject] = (counts[term * size + subject] as number) + 1;
      everywhere[term] = (everywhere[term] as number) + 1;
      terms[subject] = (terms[subject] as number) + 1;
      all += 1;
    }
  }
  const usual = everywhere.map((count) => count / all);
  const share = (term: number, subject: number) =>
    ((counts[term * size + subject] as number) + BACKGROUND * (usual[term] as number)) /
    ((terms[subject] as number) + BACKGROUND);
  const weights = new Int8Array(TERM_BUCKETS * size);
  for (const term of mostTelling(counts, everywhere, { size, terms, all })) {
    for (let subject = 0; subject < size; subject += 1) {
      const odds = Math.log(share(term, subject) / (usual[term] as number));
      weights[term * size + subject] = Math.max(-127, Math.min(127, Math.round(odds / STEP)));
    }
  }
  return {
    names: about.names,
    weights,
    step: STEP,
    priors: Float32Array.from(documents, (n) => Math.log(n + 1)),
    rates: ratesOf(members, about, documents),
  };
}

/** By the log-likelihood ratio of a term's spread over the subjects against its being spread like all terms. */
function mostTelling(
  counts: Float32Array,
  everywhere: Float32Array,
  { size, terms, all }: { readonly size: number; readonly terms: Float64Array; readonly all: number },
): Int32Array {
  const tells = Float64Array.from(everywhere, (count, term) => {
    let ratio = 0;
    for (let subject = 0; subject < size; subject += 1) {
      const own = counts[term * size + subject] as number;
      if (own > 0) ratio += own * Math.log((own * all) / (count * (terms[subject] as number)));
    }
    return ratio;
  });
  const order = Int32Array.from(tells.keys()).sort((a, b) => (tells[b] as number) - (tells[a] as number) || a - b);
  return order.subarray(0, KEPT).filter((term) => (tells[term] as number) > 0);
}

function ratesOf(
  members: Int32Array,
  { subjectOf, targets }: { readonly subjectOf: Int32Array; readonly targets: readonly Float32Array[] },
  documents: Float64Array,
): Float32Array {
  const heads = targets.length;
  const rates = new Float32Array(documents.length * heads);
  targets.forEach((target, head) => {
    let mean = 0;
    for (const row of members) {
      mean += (target[row] as number) / members.length;
      const subject = subjectOf[row] as number;
      if (subject >= 0) rates[subject * heads + head] = (rates[subject * heads + head] as number) + (target[row] as number);
    }
    documents.forEach((rows, subject) => {
      const at = subject * heads + head;
      rates[at] = ((rates[at] as number) + RATE_WEIGHT * mean) / (rows + RATE_WEIGHT);
    });
  });
  return rates;
}
