import { type Decimal, parseDecimal, ZERO } from '@switchyard/kernel/decimal';
import { err, ok, type Result } from '@switchyard/kernel/result';
import type { TierConfig } from './tier.ts';

/** The environment's variables, as the platform read them. */
export type Environment = Readonly<Record<string, string | undefined>>;
export type InvalidTiers = {
  readonly kind: 'invalid-tiers' /** Sentences, each with the place and what to do. */;
  readonly faults: readonly string[];
};

const PROVIDERS = ['local', 'simulator', 'openai', 'anthropic'] as const;
const FIELDS = new Set([
  'name',
  'provider',
  'model',
  'baseUrl',
  'apiKeyEnv',
  'inputPricePerMillion',
  'outputPricePerMillion',
  'currency',
  'contextTokens',
]);
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const DEFAULT_CONTEXT_TOKENS = 128_000;
const LOCAL_CONTEXT_TOKENS = 8_000;
const MIN_CONTEXT_TOKENS = 1_000;
const KEY_VARIABLES = { openai: 'OPENAI_API_KEY', anthropic: 'ANTHROPIC_API_KEY' } as const;

/** Reads the text of TIERS_FILE; all faults at once. */
export function parseTiers(text: string, env: Environment): Result<TierConfig[], InvalidTiers> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return err({ kind: 'invalid-tiers', faults: [`The file is not JSON: ${(error as Error).message}.`] });
  }
  if (!Array.isArray(parsed) || parsed.length === 0) {
    return err({ kind: 'invalid-tiers', faults: ['The file must hold a JSON array with at least one tier.'] });
  }
  const faults: string[] = [];
  const tiers = parsed.flatMap((entry: unknown, index) => {
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
      return readTier(entry as Record<string, unknown>, index, env, faults);
    }
    faults.push(`Tier ${index + 1}: must be an object.`);
    return [];
  });
  faults.push(...faultsOfLadder(tiers));
  return faults.length === 0 ? ok(tiers) : err({ kind: 'invalid-tiers', faults });
}

function readTier(fields: Record<string, unknown>, index: number, env: Environment, faults: string[]): TierConfig {
  const place = typeof fields.name === 'string' ? `Tier ${index + 1} (${fields.name})` : `Tier ${index + 1}`;
  const fault = (sentence: string): void => void faults.push(`${place}: ${sentence}.`);
  for (const field of Object.keys(fields)) if (!FIELDS.has(field)) fault(`"${field}" is not a field of a tier`);

  const text = (field: string, pattern: RegExp, wanted: string): string => {
    const value = fields[field];
    if (typeof value === 'string' && pattern.test(value)) return value;
    fault(`"${field}" must be ${wanted}`);
    return '';
  };
  const price = (field: string): string => {
    const value = fields[field];
    const parsed = typeof value === 'string' ? parseDecimal(value) : null;
    if (parsed === null || parsed.isNegative()) fault(`"${field}" must be a decimal string of at least 0, such as "0.15"`);
    return typeof value === 'string' ? value : '0';
  };
  const provider = PROVIDERS.find((known) => known === fields.provider) ?? null;
  if (provider === null) fault(`"provider" must be one of ${PROVIDERS.join(', ')}`);
  return {
    name: text('name', NAME, '1 to 64 letters, digits, ".", "_" or "-"'),
    provider: provider ?? 'local',
    model: text('model', /\S/, "the provider's name of the model"),
    baseUrl: readBaseUrl(fields.baseUrl, provider, fault),
    apiKeyEnv: readKeyVariable(fields, provider, env, fault),
    inputPricePerMillion: price('inputPricePerMillion'),
    outputPricePerMillion: price('outputPricePerMillion'),
    currency: text('currency', /^[A-Z]{3}$/, 'an ISO 4217 code, such as "USD"'),
    contextTokens: readContext(fields.contextTokens, provider, fault),
  };
}

type Fault = (sentence: string) => void;

function readBaseUrl(value: unknown, provider: TierConfig['provider'] | null, fault: Fault): string | null {
  if (value === undefined || value === null) return null;
  if (provider === 'local' || provider === 'simulator') {
    fault(`"baseUrl" has no meaning for the provider ${provider}; leave it out`);
    return null;
  }
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) fault('"baseUrl" must be an http or https address');
  else if (provider === 'openai' && !/\/v1$/.test(url.href)) fault('"baseUrl" must end in /v1');
  return String(value);
}

function readKeyVariable(
  fields: Record<string, unknown>,
  provider: TierConfig['provider'] | null,
  env: Environment,
  fault: Fault,
): string | null {
  const { apiKeyEnv, baseUrl } = fields;
  if (apiKeyEnv !== undefined && apiKeyEnv !== null && (typeof apiKeyEnv !== 'string' || !/^[A-Za-z_]\w*$/.test(apiKeyEnv))) {
    fault('"apiKeyEnv" must be the name of an environment variable');
    return null;
  }
  if (provider !== 'openai' && provider !== 'anthropic') return null;
  // A compatible server of one's own may ask for no key; the providers' own always do.
  const needsKey = provider === 'anthropic' || baseUrl === undefined || baseUrl === null;
  const variable = typeof apiKeyEnv === 'string' ? apiKeyEnv : needsKey ? KEY_VARIABLES[provider] : null;
  if (variable !== null && !env[variable]) fault(`its key is read from the environment variable ${variable}, which is not set`);
  return variable;
}

function readContext(value: unknown, provider: TierConfig['provider'] | null, fault: Fault): number {
  if (value === undefined || value === null) return provider === 'local' ? LOCAL_CONTEXT_TOKENS : DEFAULT_CONTEXT_TOKENS;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= MIN_CONTEXT_TOKENS) return value;
  fault(`"contextTokens" must be a whole number of at least ${MIN_CONTEXT_TOKENS}`);
  return DEFAULT_CONTEXT_TOKENS;
}

/** What holds between tiers, as far as they could be read. */
function faultsOfLadder(tiers: readonly TierConfig[]): string[] {
  const faults: string[] = [];
  const names = tiers.flatMap(({ name }) => name || []);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    faults.push(`The name ${name} stands for more than one tier; give each its own.`);
  }
  const currencies = [...new Set(tiers.flatMap(({ currency }) => currency || []))];
  if (currencies.length > 1) faults.push(`All prices must be in one currency; the file has ${currencies.join(', ')}.`);
  for (const [index, tier] of tiers.entries()) {
    const before = tiers[index - 1];
    if (before !== undefined && isCheaper(tier, before)) {
      faults.push(`Tiers must come cheapest first: ${tier.name} is cheaper than ${before.name} before it.`);
    }
  }
  return faults;
}

/** Cheaper in one price and no dearer in the other; where the two disagree the operator's order stands. */
function isCheaper(tier: TierConfig, other: TierConfig): boolean {
  const price = (text: string): Decimal => parseDecimal(text) ?? ZERO;
  const input = price(tier.inputPricePerMillion).comparedTo(price(other.inputPricePerMillion));
  const output = price(tier.outputPricePerMillion).comparedTo(price(other.outputPricePerMillion));
  return input <= 0 && output <= 0 && input + output < 0;
}
