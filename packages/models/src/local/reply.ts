import type { ModelCitation, ModelRequest, ModelTool } from '../model.ts';
import { fitsSchema } from '../schema-check.ts';
import { answerFromPassages, type FoundAnswer } from './answer-from-passages.ts';
import { extractArguments, questionFor } from './arguments.ts';
import { askedIn, STRONG_ACTIONS } from './asked.ts';
import { type Conversation, conversationOf, isNo, isQuestion, isYes } from './conversation.ts';
import { type DescribedResult, describeResult, fieldsOfResult } from './describe-result.ts';
import { fillSchema } from './fill-schema.ts';
import { type Plan, planOf, type Step } from './plan.ts';
import { propertiesOf } from './property-kind.ts';

/** What the local model does next. */
export type Reply =
  | { readonly kind: 'answer'; readonly text: string; readonly citations: readonly ModelCitation[] }
  | { readonly kind: 'call'; readonly tool: string; readonly argumentSets: readonly unknown[] }
  | { readonly kind: 'abstain' };

export type ReplySettings = { readonly minimumScore: number; readonly today: Date };

/** What an action by tools comes to; null when the message asks for none. */
type ToolReply = Reply | { readonly kind: 'ask'; readonly text: string } | null;
type Look = { readonly conversation: Conversation; readonly tools: readonly ModelTool[]; readonly today: Date };

const ABSTAIN: Reply = { kind: 'abstain' };
/** Messages back through which an answered question is followed to what was asked for first. */
const MEMORY = 5;
/** Questions about how things are done rather than about something of one's own. */
const GENERAL_QUESTION =
  /^\W*(how|where|when|what|which|until when) (do|can|could|should|would|long|much|many)\b|^\W*(can|could|may|do|is it possible|are there|is there)\b/i;
/** "Has it been cancelled?" wants to know how things stand, and nothing done. */
const STATE_QUESTION = /^\W*(has|have|was|were|is|are|did)\b/i;
const PERMISSION = /\b(can|could|may) (i|we)\b|\bis it (still )?possible\b/i;

export function replyTo(request: ModelRequest, settings: ReplySettings): Reply {
  const conversation = conversationOf(request);
  const [newest = ''] = conversation.userMessages;
  const look: Look = { conversation, tools: request.tools, today: settings.today };
  const acted = actOn(look);
  if (acted?.kind === 'call' || acted?.kind === 'abstain') return acted;
  const found = answerFromPassages(newest, request.passages, settings.minimumScore);
  if (acted?.kind === 'answer') return inWantedForm(request, look, acted, null);
  if (acted?.kind === 'ask') {
    const readsFirst = request.useCase === 'FAQ' || request.useCase === 'GENERAL' || GENERAL_QUESTION.test(newest);
    if (found === null || !readsFirst) return inWantedForm(request, look, { ...acted, kind: 'answer', citations: [] }, null);
  }
  const reply: Reply | null =
    found === null ? smallTalk(newest) : { kind: 'answer', text: found.text, citations: [found.citation] };
  return inWantedForm(request, look, reply, found);
}

/** As JSON where a schema is given: from the answer, a tool's result, and what the person said. */
function inWantedForm({ responseSchema }: ModelRequest, look: Look, reply: Reply | null, found: FoundAnswer | null): Reply {
  if (responseSchema === null) return reply ?? ABSTAIN;
  const { conversation, today } = look;
  const answer = reply?.kind === 'answer' ? reply.text : null;
  const last = conversation.results.at(-1);
  const fields = last === undefined ? {} : fieldsOfResult(last.content);
  const text = fillSchema(responseSchema, { conversation, today, answer, passage: found?.passage ?? null, fields });
  return text === null ? ABSTAIN : { kind: 'answer', text, citations: reply?.kind === 'answer' ? reply.citations : [] };
}

function actOn(look: Look): ToolReply {
  const { conversation, tools } = look;
  const { results, userMessages, saidBefore } = conversation;
  const [newest = ''] = userMessages;
  if (results.length === 0 && isNo(newest) && isQuestion(saidBefore[0] ?? null)) {
    return { kind: 'answer', text: 'All right, nothing was changed.', citations: [] };
  }
  const plan = intendedPlan(look);
  if (plan.beyond && results.length === 0) return ABSTAIN;
  const called = new Set(results.map(({ call }) => call.name));
  const described: DescribedResult[] = [];
  for (const { call, content } of results) {
    const result = describeResult(content, tools.find(({ name }) => name === call.name)?.sideEffect ?? false);
    if (result === null) return ABSTAIN;
    described.push(result);
  }
  const next = described.some(({ failed }) => failed) ? undefined : plan.steps.find(({ tool }) => !called.has(tool.name));
  const step = next === undefined ? null : take(next, look);
  if (results.length === 0) return step;
  if (step?.kind === 'call') return step;
  const texts = described.map(({ text }) => text);
  return { kind: 'answer', text: [...texts, ...(step?.kind === 'ask' ? [step.text] : [])].join(' '), citations: [] };
}

/** The plan of the newest message, or of the one whose open question it answers. */
function intendedPlan(look: Look): Plan {
  const { userMessages, saidBefore } = look.conversation;
  const [newest = ''] = userMessages;
  for (const [age, text] of userMessages.slice(0, MEMORY).entries()) {
    const plan = planOf(text, look.tools);
    if (plan.beyond || plan.steps.length > 0) {
      if (age === 0) return plan.beyond || plan.steps.some((step) => isAllowed(step, newest)) ? plan : bareLookUp(look);
      if (isConfirmed(newest, saidBefore[0] ?? null, plan))
        return { ...plan, steps: plan.steps.map((step) => ({ ...step, wanted: true })) };
      return givesSomethingFor(plan, look) ? plan : bareLookUp(look);
    }
    if (!isQuestion(saidBefore[age] ?? null)) break;
  }
  return bareLookUp(look);
}

/** "Shall I cancel A-1042?" – "Yes." */
function isConfirmed(newest: string, said: string | null, { steps }: Plan): boolean {
  const [, verb] = /\b(?:shall i|should i|do you want me to|would you like me to) (\w+)[^?]*\?\s*$/i.exec(said ?? '') ?? [];
  return verb !== undefined && isYes(newest) && steps.some(({ concept }) => concept === verb.toLowerCase());
}

/** Whether the newest message holds an argument that the plan needs, so that it answers what was asked. */
function givesSomethingFor({ steps }: Plan, { conversation, today }: Look): boolean {
  const newestOnly = {
    ...conversation,
    userMessages: conversation.userMessages.slice(0, 1),
    saidBefore: conversation.saidBefore.slice(0, 1),
  };
  return steps.some(({ tool }) => {
    const kinds = new Map(propertiesOf(tool.inputSchema).map(({ name, kind }) => [name, kind]));
    const { argumentSets } = extractArguments(tool.inputSchema, { conversation: newestOnly, today, careful: false });
    return Object.keys(argumentSets[0] ?? {}).some((name) => kinds.get(name) !== 'free-text');
  });
}

/** A message that names a thing and wants nothing done to it: the one tool that looks such things up. */
function bareLookUp({ conversation, tools, today }: Look): Plan {
  const [newest = ''] = conversation.userMessages;
  const isAction = askedIn(newest).some(({ concept }) => STRONG_ACTIONS.has(concept));
  if (isAction && !STATE_QUESTION.test(newest)) return { steps: [], beyond: false };
  const newestOnly = { ...conversation, userMessages: [newest], saidBefore: [null] };
  const fitting = tools.filter((tool) => {
    const required = propertiesOf(tool.inputSchema).filter((property) => property.required);
    const isLookUp = !tool.sideEffect && required.some(({ kind }) => kind === 'id' || kind === 'pattern');
    return (
      isLookUp && extractArguments(tool.inputSchema, { conversation: newestOnly, today, careful: false }).missing.length === 0
    );
  });
  const [tool] = fitting;
  return { steps: tool !== undefined && fitting.length === 1 ? [{ tool, concept: 'find', wanted: true }] : [], beyond: false };
}

/** Reading is; changing something is when it was asked for, or asked whether it can be. */
function isAllowed({ tool, wanted }: Step, newest: string): boolean {
  return !tool.sideEffect || wanted || PERMISSION.test(newest);
}

function take({ tool, concept, wanted }: Step, { conversation, today }: Look): ToolReply {
  const [newest = ''] = conversation.userMessages;
  const { argumentSets, missing } = extractArguments(tool.inputSchema, { conversation, today, careful: tool.sideEffect });
  const isPermitted = !tool.sideEffect || wanted;
  if (!isAllowed({ tool, concept, wanted }, newest)) return null;
  if (missing.length > 0) return isPermitted ? { kind: 'ask', text: questionFor(missing) } : null;
  // What cannot be called as the schema asks is left to a model that understands more.
  if (!argumentSets.every((set) => fitsSchema(tool.inputSchema, set))) return ABSTAIN;
  if (isPermitted) return { kind: 'call', tool: tool.name, argumentSets };
  const things = argumentSets
    .flatMap((set) => Object.values(set))
    .filter((value) => typeof value === 'string' && /\d/.test(value));
  return { kind: 'ask', text: `Shall I ${[concept, ...new Set(things)].join(' ')}?` };
}

function smallTalk(message: string): Reply | null {
  if (/^\W*(hi|hello|hey|good (morning|afternoon|evening))( there)?\W*$/i.test(message)) {
    return { kind: 'answer', text: 'Hello! How can I help you?', citations: [] };
  }
  if (/^\W*(thanks|thank you)( (very|so) much| a lot)?\W*$/i.test(message))
    return { kind: 'answer', text: 'You are welcome!', citations: [] };
  return null;
}
