import type { ToolAdapter, ToolInvocation, ToolOutcome } from '@switchyard/tools/tool';

/** A tool adapter with a tool behind it that keeps a ledger: one effect per idempotency key when the tool is idempotent. */
export type ToolLedger = ToolAdapter & {
  /** Requests that reached the tool, in order. */
  readonly requests: ToolInvocation[];
  /** Idempotency keys of the effects, in order. */
  readonly effects: string[];
  /** What the tool answers; it has acted by then. Default: SUCCEEDED with its arguments. */
  answer: (invocation: ToolInvocation) => Promise<ToolOutcome>;
  /** An empty ledger, and the default answer. */
  reset(): void;
};

const echo = async (invocation: ToolInvocation): Promise<ToolOutcome> => ({
  status: 'SUCCEEDED',
  result: { done: invocation.arguments },
  error: null,
});

export function createToolLedger(): ToolLedger {
  const ledger: ToolLedger = {
    requests: [],
    effects: [],
    answer: echo,
    reset: () => {
      ledger.requests.length = 0;
      ledger.effects.length = 0;
      ledger.answer = echo;
    },
    invoke: async (invocation, { onAttempt }) => {
      await onAttempt(1);
      ledger.requests.push(invocation);
      if (!(invocation.idempotent && ledger.effects.includes(invocation.idempotencyKey))) {
        ledger.effects.push(invocation.idempotencyKey);
      }
      return await ledger.answer(invocation);
    },
  };
  return ledger;
}
