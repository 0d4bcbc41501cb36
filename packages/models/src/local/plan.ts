import type { ModelTool } from '../model.ts';
import { type Asked, askedIn, isConditional, SALES, STRONG_ACTIONS } from './asked.ts';
import { isStopWord, termOf, termsOf, wordsOf } from './words.ts';

export type Step = {
  readonly tool: ModelTool;
  /** What is asked for, in one word: "cancel". */
  readonly concept: string;
  /** False: the action is only asked about, so that a tool that changes something must not be called for it. */
  readonly wanted: boolean;
};

export type Plan = {
  /** In the order in which the message asks for them; each tool once. */
  readonly steps: readonly Step[];
  /** The message wants something that no tool does, or on a condition that is not ours to judge. */
  readonly beyond: boolean;
};

type ToolTerms = { readonly tool: ModelTool; readonly name: Set<string>; readonly all: Set<string> };

const NOTHING: Plan = { steps: [], beyond: false };

/** Which tools the message asks for. Lexical: terms of the message against each tool's name, description and properties. */
export function planOf(message: string, tools: readonly ModelTool[]): Plan {
  const known = tools.map(termsOfTool);
  const asked = askedIn(message);
  if (asked.length === 0 || known.length === 0) return NOTHING;
  const messageTerms = termsOf(message);
  const steps: Step[] = [];
  let beyond = false;
  for (const action of asked) {
    const tool = best(
      known.filter((candidate) => covers(candidate, action)),
      messageTerms,
      action,
    );
    if (tool === null) {
      beyond ||= action.wanted && STRONG_ACTIONS.has(action.concept);
    } else {
      beyond ||= tool.sideEffect && action.wanted && isConditional(action.sentence);
      const step = steps.find((other) => other.tool === tool);
      if (step === undefined) steps.push({ tool, concept: action.concept, wanted: action.wanted });
      else if (action.wanted) steps[steps.indexOf(step)] = { ...step, wanted: true };
    }
  }
  return { steps, beyond };
}

function termsOfTool(tool: ModelTool): ToolTerms {
  const properties = Object.entries((tool.inputSchema.properties ?? {}) as Record<string, { description?: unknown }>);
  const described = properties.map(([name, { description }]) => `${name} ${typeof description === 'string' ? description : ''}`);
  const name = new Set(wordsOf(tool.name).map(termOf));
  const all = new Set([...name, ...described.flatMap((text) => [...termsOf(text)]), ...wordsOf(tool.description).map(termOf)]);
  return { tool, name, all };
}

/** Whether the tool does what is asked, to what it is asked for. */
function covers(terms: ToolTerms, { concept, objects }: Asked): boolean {
  const named = [...terms.name].filter((term) => STRONG_ACTIONS.has(term));
  // A tool that is named after one action does that one, whatever else its description mentions.
  if (named.length > 0 && !named.includes(concept)) return false;
  if (!terms.all.has(concept) && !(SALES.has(concept) && isForSales(terms))) return false;
  if (SALES.has(concept)) return true;
  const things = objects.filter((word) => !/\d/.test(word) && !isStopWord(word)).map(termOf);
  return things.length === 0 || things.some((term) => terms.all.has(term) && term !== concept);
}

function isForSales({ name }: ToolTerms): boolean {
  return [...name].some((term) => SALES.has(term));
}

/** The name says more than the description, and a term that every tool has says nothing. */
function best(candidates: readonly ToolTerms[], message: ReadonlySet<string>, { concept }: Asked): ModelTool | null {
  let found: { tool: ModelTool; score: number } | null = null;
  for (const { tool, name, all } of candidates) {
    let score = name.has(concept) ? 5 : 0;
    for (const term of message) score += name.has(term) ? 3 : all.has(term) ? 1 : 0;
    if (found === null || score > found.score) found = { tool, score };
  }
  return found?.tool ?? null;
}
