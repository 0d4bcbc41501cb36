import { type Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { unreachable } from '@switchyard/kernel/result';
import type { Candidate, LeftOut } from './candidates.ts';
import type { Choice } from './policy.ts';
import type { PredictionFault } from './predictions.ts';
import type { Policy } from './routing-policy.ts';

/** One sentence that a person can read, made from the numbers that decided. */
export function explain(choice: Choice, policy: Policy, currency: string): string {
  const { chosen, reason } = choice;
  const cost = `${amount(chosen.expectedCost)} ${currency}`;
  const odds = `the tier ${chosen.tier} is expected to cost ${cost} and to be wrong in ${percent(chosen.expectedError)} of such requests`;
  switch (reason) {
    case 'PINNED':
      return `The request asked for ${chosen.tier}; ${odds}.`;
    case 'FALLBACK':
      if (chosen.leftOut === null)
        return `${FAULT[choice.fault ?? 'failed']}, so general rules decided: ${odds}${against(choice, policy, currency)}.`;
      return `No tier fits (${leftOuts(choice)}), so the cheapest that is left was taken: ${odds}.`;
    case 'ESCALATION':
      return `An earlier tier's answer was not good enough; ${odds}${against(choice, policy, currency)}.`;
    case 'EXPLORATION':
      return `To keep learning which tier answers best, ${percent(chosen.propensity)} of such requests go to ${chosen.tier} rather than to ${choice.usual}; ${odds}.`;
    case 'POLICY':
      return `${capitalised(odds)}${against(choice, policy, currency)}.`;
    default:
      return unreachable(reason);
  }
}

const FAULT: Readonly<Record<PredictionFault, string>> = {
  unreadable: 'What was learnt from past answers could not be read',
  failed: 'What was learnt from past answers did not fit this message',
  late: 'There was no time left to look at what was learnt from past answers',
};

/** Why not the runner-up, and what stood outside the choice. */
function against(choice: Choice, policy: Policy, currency: string): string {
  const rivals = choice.candidates.filter(({ tier, leftOut }) => leftOut === null && tier !== choice.chosen.tier);
  const next = rivals.toSorted((a, b) => a.objective - b.objective)[0];
  const outside = leftOuts(choice);
  const rest = outside === '' ? '' : `; ${outside}`;
  if (next === undefined) return `, and no other tier could be chosen${rest}`;
  if (choice.chosen.objective > next.objective)
    return `, and past answers show that one tier for everything does best here${rest}`;
  const weighing = `at ${amount(policy.errorCost)} ${currency} for a wrong answer`;
  return `, which weighs less ${weighing} than ${next.tier} with ${amount(next.expectedCost)} ${currency} and ${percent(next.expectedError)}${rest}`;
}

function leftOuts(choice: Choice): string {
  return choice.candidates.flatMap((candidate) => leftOutText(candidate) ?? []).join(', ');
}

const LEFT_OUT: Readonly<Record<LeftOut, string>> = {
  excluded: 'was tried already',
  barred: 'is not allowed by the policy',
  resting: 'is resting after errors of its provider',
  'too-dear': 'could cost more than allowed',
  'too-slow': 'is slower than allowed',
  'too-small': 'cannot read a message this long',
};

function leftOutText({ tier, leftOut }: Candidate): string | null {
  return leftOut === null ? null : `${tier} ${LEFT_OUT[leftOut]}`;
}

/** Two significant digits: 0.00023. */
function amount(value: Decimal): string {
  return value.isZero() ? '0' : formatDecimal(value.toSignificantDigits(2));
}

function percent(share: number): string {
  const percentage = share * 100;
  return `${percentage < 10 ? percentage.toFixed(1) : percentage.toFixed(0)} %`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
