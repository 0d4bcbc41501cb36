import { readFile } from 'node:fs/promises';
import { createAnthropicProvider } from '@switchyard/models/anthropic';
import { defaultTiers } from '@switchyard/models/default-tiers';
import { createLocalProvider } from '@switchyard/models/local';
import type { ModelProvider } from '@switchyard/models/model';
import { createOpenAiProvider } from '@switchyard/models/openai';
import { createSimulatorProvider } from '@switchyard/models/simulator';
import type { TierConfig } from '@switchyard/models/tier';
import { parseTiers } from '@switchyard/models/tiers-file';
import { StartError } from './start-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws StartError with every fault of the file. */
export async function readTiers(file: string | undefined, environment: Environment): Promise<TierConfig[]> {
  if (file === undefined) return defaultTiers(environment);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StartError(`TIERS_FILE ${file} cannot be read: check the path, or unset it for the default tiers.`, cause);
  });
  const tiers = parseTiers(text, environment);
  if (!tiers.ok) throw new StartError(`TIERS_FILE ${file} does not fit: ${tiers.error.faults.join(' ')}`);
  return tiers.value;
}

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
