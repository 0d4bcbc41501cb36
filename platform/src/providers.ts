import { createAnthropicProvider } from '@switchyard/models/anthropic';
import { createLocalProvider } from '@switchyard/models/local';
import type { ModelProvider } from '@switchyard/models/model';
import { createOpenAiProvider } from '@switchyard/models/openai';
import { createSimulatorProvider } from '@switchyard/models/simulator';
import type { TierConfig } from '@switchyard/models/tier';
import type { Environment } from '@switchyard/models/tiers-file';

/** The adapter that speaks to the tier's provider. */
export function providerOf(tier: TierConfig, environment: Environment): ModelProvider {
  const apiKey = tier.apiKeyEnv === null ? null : (environment[tier.apiKeyEnv] ?? null);
  switch (tier.provider) {
    case 'local':
      return createLocalProvider();
    case 'simulator':
      return createSimulatorProvider();
    case 'openai':
      return createOpenAiProvider({ baseUrl: tier.baseUrl, apiKey });
    case 'anthropic':
      return createAnthropicProvider({ baseUrl: tier.baseUrl, apiKey: apiKey ?? '' });
  }
}
