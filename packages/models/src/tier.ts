/** One rung of the ladder of models, as the operator configured it; the list is ordered cheapest first. */
export type TierConfig = {
  readonly name: string;
  readonly provider: 'local' | 'simulator' | 'openai' | 'anthropic';
  readonly model: string;
  /** Ends in /v1 for `openai`. */
  readonly baseUrl: string | null;
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv: string | null;
  /** Decimal strings, in `currency` per million tokens. */
  readonly inputPricePerMillion: string;
  readonly outputPricePerMillion: string;
  readonly currency: string;
  /** Context window in tokens. */
  readonly contextTokens: number;
};
