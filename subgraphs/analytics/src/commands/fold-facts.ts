import type { Tx } from '@switchyard/database/database';
import { contributions } from '../domain/contributions.ts';
import { type Closed, createTally } from '../domain/tally.ts';
import { closedBefore } from '../domain/time-range.ts';
import { closeAllBuckets } from '../store/closing-store.ts';
import { pageOfFacts, type SubjectKey } from '../store/facts-store.ts';
import type { ReadModel } from '../store/read-model.ts';
import { applyBuckets, applyRollups } from '../store/rollup-store.ts';

/** Memory is bounded by it: about a kilobyte a subject. */
const SUBJECTS_A_PAGE = 10_000;

/**
 * Makes the figures of a read model that has facts and no figures yet. A subject counts once, as it is known in the end, and
 * without the corrections on the way there: a third of the work of projecting its events one batch after the other.
 */
export async function foldFacts(tx: Tx, model: ReadModel, goOn: () => void): Promise<void> {
  for (let after: SubjectKey | undefined; ; ) {
    goOn();
    const page = await pageOfFacts(tx, model, { after, limit: SUBJECTS_A_PAGE });
    const tally = createTally();
    for (const { tenantId, facts } of page) {
      for (const contribution of contributions(facts)) tally.add(tenantId, contribution, 1);
    }
    await applyRollups(tx, model, tally.rollups(minutesAlone));
    await applyBuckets(tx, model, tally.buckets(minutesAlone));
    after = page.at(-1);
    if (after === undefined) break;
  }
  await closeAllBuckets(tx, model);
}

const minutesAlone: Closed = (_tenantId, granularity) => closedBefore(granularity, null);
