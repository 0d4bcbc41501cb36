import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChargeFact, type Collection, DUNNING_MS, evolve } from './collection.ts';

const now = new Date('2026-11-20T12:00:00Z');
const open: Collection = {
  state: 'OPEN',
  providerReference: null,
  attempts: 0,
  nextAttemptAt: now,
  failure: null,
  paidAt: null,
  asOf: new Date('2026-11-20'),
};
const fact = (status: ChargeFact['status'], reference = 'c1', at = now): ChargeFact => ({
  status,
  reference,
  failure: status === 'FAILED' ? 'no' : null,
  at,
});
const facts = fc.array(
  fc.record({
    status: fc.constantFrom('PAID' as const, 'PENDING' as const, 'FAILED' as const),
    reference: fc.constantFrom('c1', 'c2', 'c3'),
    failure: fc.constant(null),
    at: fc.date({ min: new Date('2026-11-20'), max: new Date('2026-11-23'), noInvalidDate: true }),
  }),
);

describe('a collection', () => {
  it('is paid as soon as one fact says so, in whatever order and however often the facts come', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (told, seed) => {
        const paid = fact('PAID');
        const all = [...told.slice(0, seed % (told.length + 1)), paid, ...told, paid];
        expect(all.reduce((state, each) => evolve(state, each, now), open)).toMatchObject({ state: 'PAID', nextAttemptAt: null });
      }),
    );
  });

  it('does not count a failure twice, nor one that is older than what is known', () => {
    const failed = evolve(open, fact('FAILED'), now);
    expect(evolve(failed, fact('FAILED'), now)).toEqual(failed);
    const older = new Date(now.getTime() - 1_000);
    const pending = evolve(open, fact('PENDING', 'c2'), now);
    expect(evolve(pending, fact('FAILED', 'c1', older), now)).toEqual(pending);
  });

  it('is tried again by the schedule, and then no more', () => {
    let state = open;
    for (const [index, waitMs] of DUNNING_MS.entries()) {
      state = evolve(state, fact('FAILED', `c${index}`), now);
      expect(state).toMatchObject({
        state: 'PAYMENT_FAILED',
        attempts: index + 1,
        nextAttemptAt: new Date(now.getTime() + waitMs),
      });
    }
    expect(evolve(state, fact('FAILED', 'last'), now)).toMatchObject({ state: 'PAYMENT_FAILED', nextAttemptAt: null });
  });

  it('that is void stays void unless it turns out to be paid', () => {
    const gone: Collection = { ...open, state: 'VOID' };
    expect(evolve(gone, fact('FAILED'), now)).toEqual(gone);
    expect(evolve(gone, fact('PENDING'), now)).toEqual(gone);
    expect(evolve(gone, fact('PAID'), now).state).toBe('PAID');
  });
});
