import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earlier, parseSnapshot, sees } from './snapshot.ts';

/** Transactions start in the order of their ids and end in any order; a snapshot is taken after each step. */
const histories = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }).map((choices) => {
  const running: bigint[] = [];
  const ended = new Set<bigint>();
  let next = 10n;
  return choices.map((choice) => {
    const ending = choice === 0 ? undefined : running.splice(choice % Math.max(running.length, 1), 1)[0];
    if (ending === undefined) {
      running.push(next);
      next += 1n;
    } else ended.add(ending);
    const xip = running.toSorted((a, b) => Number(a - b));
    return { text: `${xip[0] ?? next}:${next}:${xip.join(',')}`, ended: new Set(ended) };
  });
});

describe('a snapshot', () => {
  it('sees exactly the transactions that had ended', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { text, ended } of history) {
          const snapshot = parseSnapshot(text);
          for (let xid = 10n; xid < 60n; xid += 1n) expect(sees(snapshot, xid)).toBe(ended.has(xid));
        }
      }),
    );
  });

  it('is earlier than another one exactly when it sees less', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), (history, i, j) => {
        const a = history[Math.min(i % history.length, j % history.length)];
        const b = history[Math.max(i % history.length, j % history.length)];
        if (a === undefined || b === undefined) throw new Error('empty history');
        const first = earlier(parseSnapshot(b.text), parseSnapshot(a.text));
        for (const xid of a.ended) expect(sees(first, xid)).toBe(true);
        for (let xid = 10n; xid < 60n; xid += 1n) if (sees(first, xid)) expect(a.ended.has(xid)).toBe(true);
      }),
    );
  });
});
