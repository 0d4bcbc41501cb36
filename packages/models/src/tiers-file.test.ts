import { describe, expect, it } from 'vitest';
import { defaultTiers } from './default-tiers.ts';
import { type Environment, parseTiers } from './tiers-file.ts';

const LOCAL = {
  name: 'local',
  provider: 'local',
  model: 'local',
  inputPricePerMillion: '0',
  outputPricePerMillion: '0',
  currency: 'EUR',
};
const VLLM = { ...LOCAL, name: 'small', provider: 'openai', baseUrl: 'http://vllm:8000/v1', inputPricePerMillion: '0.1' };

const faultsOf = (tiers: unknown, env: Environment = {}): readonly string[] => {
  const result = parseTiers(typeof tiers === 'string' ? tiers : JSON.stringify(tiers), env);
  return result.ok ? [] : result.error.faults;
};

describe('parseTiers', () => {
  it('reads a ladder, with defaults for what is left out', () => {
    expect(parseTiers(JSON.stringify([LOCAL, VLLM]), {})).toEqual({
      ok: true,
      value: [
        { ...LOCAL, baseUrl: null, apiKeyEnv: null, contextTokens: 8_000 },
        { ...VLLM, apiKeyEnv: null, contextTokens: 128_000 },
      ],
    });
  });

  it.each([
    ['{', /not JSON/],
    [[], /at least one tier/],
    [{}, /at least one tier/],
    [['x'], /Tier 1: must be an object/],
    [[{ ...LOCAL, name: 'a b' }], /Tier 1 \(a b\): "name" must be/],
    [[{ ...LOCAL, provider: 'gemini' }], /"provider" must be one of local, simulator, openai, anthropic/],
    [[{ ...LOCAL, inputPricePerMillion: 0.1 }], /"inputPricePerMillion" must be a decimal string/],
    [[{ ...LOCAL, outputPricePerMillion: '-1' }], /"outputPricePerMillion" must be a decimal string/],
    [[{ ...LOCAL, currency: 'euro' }], /"currency" must be an ISO 4217 code/],
    [[{ ...LOCAL, price: '1' }], /"price" is not a field of a tier/],
    [[{ ...LOCAL, baseUrl: 'http://x/v1' }], /"baseUrl" has no meaning for the provider local/],
    [[{ ...VLLM, baseUrl: 'http://vllm:8000' }], /"baseUrl" must end in \/v1/],
    [[{ ...VLLM, baseUrl: 'vllm' }], /"baseUrl" must be an http or https address/],
    [[{ ...VLLM, contextTokens: 12.5 }], /"contextTokens" must be a whole number/],
    [[{ ...VLLM, apiKeyEnv: 'VLLM_KEY' }], /VLLM_KEY, which is not set/],
    [[{ ...LOCAL, provider: 'anthropic' }], /ANTHROPIC_API_KEY, which is not set/],
    [[{ ...LOCAL, provider: 'openai' }], /OPENAI_API_KEY, which is not set/],
    [[LOCAL, LOCAL], /The name local stands for more than one tier/],
    [[LOCAL, { ...VLLM, currency: 'USD' }], /one currency; the file has EUR, USD/],
    [[VLLM, LOCAL], /cheapest first: local is cheaper than small/],
  ])('refuses %j', (tiers, sentence) => {
    expect(faultsOf(tiers)).toEqual([expect.stringMatching(sentence)]);
  });

  it('reports every fault at once', () => {
    expect(faultsOf([{ name: 'a' }, { ...LOCAL, provider: 'x', currency: '' }])).toHaveLength(7);
  });

  it('takes the key from the variable that the tier names', () => {
    const result = parseTiers(JSON.stringify([{ ...VLLM, apiKeyEnv: 'VLLM_KEY' }]), { VLLM_KEY: 'secret' });
    expect(result).toMatchObject({ ok: true, value: [{ apiKeyEnv: 'VLLM_KEY' }] });
  });
});

describe('defaultTiers', () => {
  it.each([
    [{}, 'simulator'],
    [{ ANTHROPIC_API_KEY: 'a' }, 'anthropic'],
    [{ OPENAI_API_KEY: 'o', ANTHROPIC_API_KEY: 'a' }, 'openai'],
  ])('with %j has local, then three tiers of %s, in an order that a TIERS_FILE could have', (env: Environment, provider) => {
    const tiers = defaultTiers(env);
    expect(tiers.map((tier) => [tier.name, tier.provider])).toEqual([
      ['local', 'local'],
      ['small', provider],
      ['medium', provider],
      ['large', provider],
    ]);
    expect(parseTiers(JSON.stringify(tiers), env)).toEqual({ ok: true, value: tiers });
  });
});
