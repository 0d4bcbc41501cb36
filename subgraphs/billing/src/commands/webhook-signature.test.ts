import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { isSigned, type SignedMessage } from './webhook-signature.ts';

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const NOW = new Date('2026-11-20T12:00:00.700Z');
const BODY = Buffer.from('{"events":[{"id":"a","meter":"custom_units","quantity":"1","occurredAt":"2026-11-20T11:00:00Z"}]}');

/** As the reference library signs. */
function valid(id = 'msg_1'): SignedMessage {
  const timestamp = String(Math.floor(NOW.getTime() / 1000));
  return { id, timestamp, signature: new Webhook(SECRET).sign(id, NOW, BODY.toString()), body: BODY };
}

it('takes what the reference library signs, alone or among other signatures', () => {
  expect(isSigned(valid(), [SECRET], NOW)).toBe(true);
  expect(isSigned(valid(), ['whsec_b3RoZXI=', SECRET], NOW)).toBe(true);
  const message = valid();
  expect(isSigned({ ...message, signature: `v1,AAAA ${message.signature} v1a,BBBB` }, [SECRET], NOW)).toBe(true);
});

it('takes nothing when there is no secret, or a part is missing', () => {
  expect(isSigned(valid(), [], NOW)).toBe(false);
  for (const part of ['id', 'timestamp', 'signature'] as const) {
    expect(isSigned({ ...valid(), [part]: undefined }, [SECRET], NOW)).toBe(false);
    expect(isSigned({ ...valid(), [part]: '' }, [SECRET], NOW)).toBe(false);
  }
});

const RUNS = 100_000;

it('takes none of 100,000 random mutations of a valid message', () => {
  const change = fc.record({
    part: fc.constantFrom('id', 'timestamp', 'signature', 'body'),
    kind: fc.constantFrom('flip', 'insert', 'delete', 'swap', 'truncate', 'repeat'),
    at: fc.nat(),
    byte: fc.integer({ min: 1, max: 255 }),
  });
  const message = valid();
  let tried = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const parts = { id: message.id ?? '', timestamp: message.timestamp ?? '', signature: message.signature ?? '' };
      const mutated = { ...parts, body: message.body };
      for (const { part, ...how } of changes) {
        const bytes = mutate(Buffer.from(mutated[part]), how);
        if (part === 'body') mutated.body = bytes;
        else mutated[part] = bytes.toString('latin1');
      }
      const isSame =
        mutated.body.equals(BODY) && (['id', 'timestamp', 'signature'] as const).every((part) => mutated[part] === parts[part]);
      fc.pre(!isSame);
      tried++;
      expect(isSigned(mutated, [SECRET], NOW)).toBe(false);
    }),
    { numRuns: RUNS },
  );
  expect(tried).toBe(RUNS);
}, 60_000);

function mutate(bytes: Buffer, { kind, at, byte }: { kind: string; at: number; byte: number }): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, rest] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), rest]);
    case 'delete':
      return Buffer.concat([before, rest.subarray(1)]);
    case 'truncate':
      return before;
    case 'repeat':
      return Buffer.concat([bytes, rest]);
    case 'swap':
      return Buffer.concat([before, rest.subarray(1, 2), rest.subarray(0, 1), rest.subarray(2)]);
    default:
      return Buffer.concat([before, Buffer.from([(rest[0] ?? 0) ^ byte]), rest.subarray(1)]);
  }
}
