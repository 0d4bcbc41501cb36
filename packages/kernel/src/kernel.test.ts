import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, formatDecimal, parseDecimal, sum } from './decimal.ts';
import type { PlatformError } from './errors.ts';
import { newId, parseId, type TenantId } from './ids.ts';
import { addMoney, money } from './money.ts';
import { holdsScope, type RequestContext, requireTenant, SCOPES } from './request-context.ts';
import { decrypt, deriveKey, encrypt } from './secrets.ts';

const context = (over: Partial<RequestContext>): RequestContext => ({
  requestId: 'r',
  tenantId: newId<TenantId>(),
  scopes: [],
  credential: { kind: 'API_KEY', id: 'k' },
  ...over,
});

describe('a decimal', () => {
  const amounts = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n }).map((units) => new Decimal(units.toString()).div('1e18'));

  it('comes back from the wire as it went out', () => {
    fc.assert(fc.property(amounts, (amount) => parseDecimal(formatDecimal(amount))?.equals(amount) === true));
  });

  it('adds up to the same in any order', () => {
    fc.assert(fc.property(fc.array(amounts, { maxLength: 50 }), (list) => sum(list).equals(sum([...list].reverse()))));
  });

  it.each(['', '1e3', '.5', '5.', '+1', '01', '1,5', 'NaN', 'Infinity', `1.${'0'.repeat(19)}`, '1'.repeat(29)])(
    'refuses %s',
    (text) => {
      expect(parseDecimal(text)).toBeNull();
    },
  );

  it('is never added across currencies', () => {
    expect(() => addMoney(money('1', 'USD'), money('1', 'EUR'))).toThrow(RangeError);
  });
});

describe('an id', () => {
  it('is ordered by the time it was made', () => {
    const ids = Array.from({ length: 200 }, () => newId());
    for (const [index, id] of ids.entries()) expect(id > (ids[index - 1] ?? '')).toBe(true);
  });

  it.each(['', 'x', '0193', "' or 1=1 --", '00000000-0000-0000-0000-00000000000g'])('is not read from %s', (text) => {
    expect(parseId(text)).toBeNull();
  });
});

describe('a scope', () => {
  it('of the tenant is held by ADMIN, and OPERATOR is not', () => {
    const admin = context({ scopes: ['ADMIN'] });
    expect(SCOPES.filter((scope) => !holdsScope(admin, scope))).toEqual(['OPERATOR']);
  });

  it('that is missing is FORBIDDEN, and so is the operator where a tenant is asked for', () => {
    for (const caller of [context({ scopes: ['ROUTER_READ'] }), context({ tenantId: null, scopes: ['OPERATOR'] })]) {
      expect(() => requireTenant(caller, 'SESSIONS_READ')).toThrow(
        expect.objectContaining({ code: 'FORBIDDEN' }) as PlatformError,
      );
    }
  });
});

describe('a stored secret', () => {
  const master = Buffer.alloc(32, 7);

  it('is read with the key of its purpose alone, and only unchanged', () => {
    const box = encrypt(deriveKey(master, 'stored-secrets'), 'whsec_abc');
    expect(decrypt(deriveKey(master, 'stored-secrets'), box)).toBe('whsec_abc');
    expect(() => decrypt(deriveKey(master, 'request-context'), box)).toThrow();
    const changed = Buffer.from(box);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(() => decrypt(deriveKey(master, 'stored-secrets'), changed)).toThrow();
  });
});
