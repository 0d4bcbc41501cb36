import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { Citation } from './episode.ts';

/**
 * STARTED → ANSWERED (the model said all it had to say) | FAILED (the provider broke off) | CANCELLED (we broke off)
 * | LOST (our process died: nobody knows what came of it).
 */
export const MODEL_CALL_STATUSES = ['STARTED', 'ANSWERED', 'FAILED', 'CANCELLED', 'LOST'] as const;
export type ModelCallStatus = (typeof MODEL_CALL_STATUSES)[number];

/** Per million tokens, as they were when the call began. */
export type TierPrices = {
  readonly input: string;
  readonly output: string;
  readonly dearestInput: string;
  readonly dearestOutput: string;
  readonly currency: string;
};

/** A call that a model asked for. `refusal`: why it is not made, told to the model. */
export type AskedToolCall = {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly refusal: string | null;
};

/** All that a model said in one turn, and what we make of it. */
export type ModelTurn = {
  readonly verdict: 'ANSWER' | 'TOOLS' | 'ABSTAINED' | 'INVALID';
  readonly text: string;
  readonly toolCalls: readonly AskedToolCall[];
  readonly citations: readonly Citation[];
};

export type CallUsage = { readonly inputTokens: number; readonly outputTokens: number; readonly estimated: boolean };

const MILLION = new Decimal(1_000_000);

/** What the tokens cost on the tier that was asked, and what they would have cost on the dearest; decimal strings. */
export function costOf(prices: TierPrices, usage: CallUsage): { readonly cost: string; readonly dearestCost: string } {
  const at = (input: string, output: string) =>
    formatDecimal(new Decimal(input).times(usage.inputTokens).plus(new Decimal(output).times(usage.outputTokens)).div(MILLION));
  return { cost: at(prices.input, prices.output), dearestCost: at(prices.dearestInput, prices.dearestOutput) };
}
