import type { TierConfig } from './tier.ts';
import type { Environment } from './tiers-file.ts';

type Rung = readonly [model: string, inputPricePerMillion: string, outputPricePerMillion: string];
type Ladder = Pick<TierConfig, 'provider' | 'apiKeyEnv' | 'contextTokens'> & { readonly rungs: readonly [Rung, Rung, Rung] };

// Models and prices are examples to begin with: list prices in USD change, and a contract of your own has others. TIERS_FILE is the place for the real ones.
const OPENAI: Ladder = {
  provider: 'openai',
  apiKeyEnv: 'OPENAI_API_KEY',
  contextTokens: 400_000,
  rungs: [
    ['gpt-5-nano', '0.05', '0.40'],
    ['gpt-5-mini', '0.25', '2.00'],
    ['gpt-5', '1.25', '10.00'],
  ],
};
const ANTHROPIC: Ladder = {
  provider: 'anthropic',
  apiKeyEnv: 'ANTHROPIC_API_KEY',
  contextTokens: 200_000,
  rungs: [
    ['claude-haiku-4-5', '1.00', '5.00'],
    ['claude-sonnet-4-6', '3.00', '15.00'],
    ['claude-opus-4-8', '5.00', '25.00'],
  ],
};
const SIMULATOR: Ladder = {
  provider: 'simulator',
  apiKeyEnv: null,
  contextTokens: 128_000,
  rungs: [
    ['small', '0.15', '0.60'],
    ['medium', '1.00', '4.00'],
    ['large', '5.00', '20.00'],
  ],
};

const LOCAL: TierConfig = {
  name: 'local',
  provider: 'local',
  model: 'local',
  baseUrl: null,
  apiKeyEnv: null,
  inputPricePerMillion: '0',
  outputPricePerMillion: '0',
  currency: 'USD',
  contextTokens: 8_000,
};

/**
 * The ladder when no TIERS_FILE is given: local, then small, medium and large of OpenAI when its key is set, else of
 * Anthropic when its key is set, else simulated.
 */
export function defaultTiers(env: Environment): TierConfig[] {
  const { rungs, ...ladder } = env.OPENAI_API_KEY ? OPENAI : env.ANTHROPIC_API_KEY ? ANTHROPIC : SIMULATOR;
  const [small, medium, large] = rungs;
  const tier = (name: string, [model, inputPricePerMillion, outputPricePerMillion]: Rung): TierConfig => ({
    name,
    model,
    baseUrl: null,
    inputPricePerMillion,
    outputPricePerMillion,
    currency: 'USD',
    ...ladder,
  });
  return [LOCAL, tier('small', small), tier('medium', medium), tier('large', large)];
}
