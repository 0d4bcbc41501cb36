import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from './envelope.ts';
import { readEvent } from './read-event.ts';
import { type UpCasters, upCast } from './upcast.ts';

const ID = '0193e2a0-0000-7000-8000-000000000001';
const event = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: ID,
  source: 'switchyard/test',
  type: 'session.ended',
  subject: ID,
  time: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  schemaversion: 1,
  tenantid: ID,
  data: { sessionId: ID },
  ...change,
});
const read = (change: Record<string, unknown>) => readEvent(JSON.stringify(event(change)));

describe('an event that comes out of a log', () => {
  it('is handed on with all its fields, those of a later version too', () => {
    const later = event({ schemaversion: 7, shade: 'blue', data: { sessionId: ID, mood: { is: 'good' } } });
    expect(readEvent(JSON.stringify(later))).toEqual({ kind: 'event', event: later });
  });

  it.each([
    ['no JSON', '{"a":', 'UNREADABLE', 'not JSON'],
    ['no envelope', '{}', 'UNREADABLE', 'specversion'],
    ['an unknown type', JSON.stringify(event({ type: 'session.forgotten' })), 'UNKNOWN_TYPE', 'session.forgotten'],
    ['data that do not fit', JSON.stringify(event({ data: { sessionId: 'x' } })), 'INVALID_DATA', 'sessionId'],
    ['data of a missing field', JSON.stringify(event({ data: {} })), 'INVALID_DATA', 'sessionId'],
  ])('is refused with the reason when it has %s', (_, text, reason, detail) => {
    expect(readEvent(text)).toEqual({ kind: 'misfit', reason, detail: expect.stringContaining(detail) });
  });

  it.each([
    ['2026-01-01T00:00:00+02:00', 'event'],
    ['2026-02-30T00:00:00.000Z', 'misfit'],
    ['2026-01-01T25:00:00.000Z', 'misfit'],
    ['2026-13-01T00:00:00.000Z', 'misfit'],
    ['yesterday', 'misfit'],
  ])('that happened at %s is a %s', (time, kind) => {
    expect(read({ time }).kind).toBe(kind);
  });

  it('says where it does not fit, never what stood there', () => {
    expect(JSON.stringify(read({ data: { sessionId: 'secret' } }))).not.toContain('secret');
  });
});

describe('an event of an old version', () => {
  // A shipment once had a weight in pounds, then in kilograms, then as a string with its unit.
  const casters: UpCasters = {
    'shipment.sent': {
      1: ({ pounds, ...rest }) => ({ ...rest, kilograms: Number(pounds) * 0.5 }),
      2: ({ kilograms, ...rest }) => ({ ...rest, weight: `${kilograms} kg` }),
    },
  };
  const contracts = { casters, versionOf: () => 3 };
  const old = (schemaversion: number, data: object) =>
    event({ type: 'shipment.sent', schemaversion, data }) as unknown as EventEnvelope;

  it('is cast up step by step, and keeps what no version knows', () => {
    const today = { schemaversion: 3, data: { weight: '4 kg', note: 'kept' } };
    expect(upCast(old(1, { pounds: 8, note: 'kept' }), contracts)).toMatchObject(today);
    expect(upCast(old(2, { kilograms: 4, note: 'kept' }), contracts)).toMatchObject(today);
  });

  it('is left alone when it is of today, or later', () => {
    for (const version of [3, 4])
      expect(upCast(old(version, { weight: '1 kg' }), contracts)).toEqual(old(version, { weight: '1 kg' }));
  });

  it('is refused when a step is missing', () => {
    expect(() => upCast(old(1, {}), { casters: {}, versionOf: () => 2 })).toThrow('no up-caster leads from version 1');
  });
});
