import { type DomainFlag, domainFlags } from './domain-flags.ts';
import { familiarity, type History } from './history.ts';
import { jsonSchemaStrictness } from './schema-strictness.ts';
import { type Sketch, sketchOf } from './similarity.ts';

export type UseCase = 'FAQ' | 'ORDER' | 'LEAD' | 'GENERAL';

/** What a decision is made from; the first five stand on the graph. */
export type RouteFeatures = {
  /** Of the message itself. */
  readonly tokenCount: number;
  /** 0 (free text) to 1 (a closed schema: every property required, typed and bounded). */
  readonly jsonSchemaStrictness: number;
  readonly domainFlags: readonly DomainFlag[];
  /** 0 (seen many times) to 1 (unlike anything this tenant has sent). */
  readonly noveltyScore: number;
  /** Share of similar recent requests that failed, shrunk toward the tenant's overall rate. */
  readonly historicalFailureRate: number;
  /** Of all that the model will read. */
  readonly inputTokens: number;
  readonly useCase: UseCase | null;
};

export type FeatureInput = {
  readonly content: string;
  readonly responseSchema: unknown;
  /** Null: the message is all that the model will read. */
  readonly inputTokens: number | null;
  readonly useCase: UseCase | null;
};

/** @param countTokens a tokenizer. */
export function featuresOf(
  input: FeatureInput,
  history: History,
  countTokens: (text: string) => number,
): { readonly features: RouteFeatures; readonly sketch: Sketch } {
  const sketch = sketchOf(input.content);
  const tokenCount = countTokens(input.content);
  const structured = input.responseSchema !== null && input.responseSchema !== undefined;
  const features = {
    tokenCount,
    jsonSchemaStrictness: jsonSchemaStrictness(input.responseSchema),
    domainFlags: domainFlags(input.content, structured),
    ...familiarity(history, sketch),
    inputTokens: input.inputTokens ?? tokenCount,
    useCase: input.useCase,
  };
  return { features, sketch };
}
