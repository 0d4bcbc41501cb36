import { setTimeout as pause } from 'node:timers/promises';
import { PlatformError } from '@switchyard/kernel/errors';
import { type ModelCallId, newId } from '@switchyard/kernel/ids';
import { countRequestTokens } from '@switchyard/models/tokens';
import type { EpisodeEnd, EpisodeState, EpisodeStatus } from '@switchyard/sessions/module';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import { endOfCall } from './call-end.ts';
import { type Heard, listen } from './listen.ts';
import type { Decided, Try } from './model-try.ts';
import { endWithoutTier, type ModelStep, modeOf } from './next-step.ts';
import type { DecidingRouter } from './ports.ts';
import { pricesOf } from './prices.ts';
import { forTier, requestOf } from './prompt.ts';
import { type Equipment, type Run, Stopped } from './run.ts';

/** Asks a model for the next turn. Returns how the episode ended with it, null when it goes on. */
export async function callModel(
  equipment: Equipment,
  run: Run,
  state: EpisodeState,
  step: ModelStep,
): Promise<EpisodeStatus | null> {
  const { work, tiers, limits } = equipment;
  const decided = await decide(equipment, state, step);
  if ('status' in decided) return await work.complete(run.lease, decided);
  const tier = tiers.get(decided.tier);
  if (tier === undefined) {
    const failure = 'The model that was chosen is no longer offered. Send the message again.';
    return await work.complete(run.lease, { status: 'FAILED', failure });
  }
  const tries = triesOf(state, step, decided);
  if (tries > 0) await waitBeforeRetry(run, tries, limits.firstRetryDelayMs);
  if (run.reason !== null) return null;
  return await tryOnce(equipment, { run, state, step, decided, tier, tries });
}

async function tryOnce(equipment: Equipment, one: Try): Promise<EpisodeStatus | null> {
  const { work, limits, telemetry, tiers } = equipment;
  const { run, state, step, decided, tier } = one;
  const id = newId<ModelCallId>();
  const mode = modeOf(state, step, decided.tier);
  const continueFrom = mode === 'CONTINUE' ? step.shown.prefix : '';
  const request = forTier(requestOf({ state, limits, continueFrom, turnNumber: step.turnNumber }), tier.config, decided.model);
  const countedInputTokens = countRequestTokens(request);
  const refusal = await refusalOf(equipment, one, { id, inputTokens: countedInputTokens });
  if (refusal !== null) return await work.complete(run.lease, { status: 'FAILED', failure: refusal });
  return await telemetry.span(`chat ${decided.model}`, spanOf(one), async (span) => {
    const started = performance.now();
    await work.startModelCall(run.lease, {
      id,
      seq: state.modelCalls.length + 1,
      turnNumber: step.turnNumber,
      routeDecisionId: decided.id,
      tier: decided.tier,
      model: decided.model,
      provider: tier.config.provider,
      prices: pricesOf(tier.config, tiers),
      countedInputTokens,
    });
    const heard = await listen(equipment, {
      run,
      id,
      tier,
      mode,
      request,
      shown: step.shown,
      countedInputTokens,
      hold: holdsBack(one),
    });
    if (run.reason === 'LEASE') throw new Stopped();
    const doubted = await isDoubted(equipment, one, heard);
    const end = endOfCall(equipment, one, { id, heard, doubted });
    const ended = await work.finishModelCall(run.lease, end);
    telemetry.modelCallMs.observe({ tier: decided.tier, status: end.status }, performance.now() - started);
    span.setAttributes({
      'gen_ai.usage.input_tokens': end.usage.inputTokens,
      'gen_ai.usage.output_tokens': end.usage.outputTokens,
      'switchyard.model_call.status': end.status,
    });
    if (telemetry.captureContent) {
      span.setAttributes({
        'gen_ai.input.messages': JSON.stringify(request.messages),
        'gen_ai.output.messages': end.turn?.text ?? '',
      });
    }
    if (run.reason === 'STOP') throw new Stopped();
    return ended;
  });
}

/** Reserves the call's worst case, in the place of what the message reserved; why it may not be made, null when it may. */
async function refusalOf(
  { quotas, limits }: Equipment,
  { state: { episode }, tier }: Try,
  call: { readonly id: ModelCallId; readonly inputTokens: number },
): Promise<string | null> {
  try {
    await quotas.reserve({
      tenantId: episode.tenantId,
      key: `model:${call.id}`,
      amounts: { input_tokens: mostTokens(call.inputTokens, tier.config.provider), output_tokens: limits.outputTokens },
      inPlaceOf: `episode:${episode.id}`,
    });
    return null;
  } catch (error) {
    if (error instanceof PlatformError && (error.code === 'QUOTA_EXCEEDED' || error.code === 'RATE_LIMITED'))
      return error.publicMessage;
    throw error;
  }
}

/** Other providers' tokenizers may count some percent more than ours, which the built-in ones share. */
function mostTokens(counted: number, provider: string): number {
  return provider === 'local' || provider === 'simulator' ? counted : Math.ceil(counted * 1.2);
}

/**
 * Text is shown as it comes only when it cannot be withdrawn: not of a model that may abstain, nor of an answer that may not
 * fit, or that is read before it will do.
 */
function holdsBack({ state, tier, decided }: Try): boolean {
  return state.episode.responseSchema != null || tier.config.provider === 'local' || decided.checksAnswer;
}

/** An answer whose sums do not add up, say, is not worth showing where another tier promises more. */
async function isDoubted(equipment: Equipment, one: Try, heard: Heard): Promise<boolean> {
  const { state, step, decided } = one;
  // What was shown, by this tier or another, is part of the answer: it cannot be taken back.
  if (!decided.checksAnswer || heard.ending.kind !== 'FINISHED' || step.shown.prefix !== '') return false;
  if (heard.toolCalls.length > 0 || heard.text.trim() === '') return false;
  const answered = { tier: decided.tier, answer: heard.text };
  return (await equipment.router.review(requestTo(equipment, state, step), answered)).verdict === 'ESCALATE';
}

async function decide(equipment: Equipment, state: EpisodeState, step: ModelStep): Promise<Decided | EpisodeEnd> {
  const { router, tiers } = equipment;
  const pinned = state.episode.pinnedTier ?? null;
  const noneLeft = [...tiers.keys()].every((name) => step.excludeTiers.includes(name));
  if (noneLeft || (pinned !== null && step.excludeTiers.includes(pinned))) return endWithoutTier(state, step);
  try {
    return await router.decide(requestTo(equipment, state, step));
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code === 'INTERNAL') throw error;
    return step.decisionNumber === 0 ? { status: 'FAILED', failure: error.publicMessage } : endWithoutTier(state, step);
  }
}

function requestTo(equipment: Equipment, state: EpisodeState, step: ModelStep): Parameters<DecidingRouter['decide']>[0] {
  const { episode } = state;
  return {
    tenantId: episode.tenantId,
    requestKey: `${episode.id}:${step.decisionNumber}`,
    episodeId: episode.id,
    sessionId: episode.sessionId,
    content: state.request,
    inputTokens: inputTokensOf(equipment, state, step),
    maxOutputTokens: equipment.limits.outputTokens,
    responseSchema: episode.responseSchema ?? null,
    useCase: episode.useCase,
    pinnedTier: episode.pinnedTier ?? null,
    maxCost: episode.maxCost ?? null,
    maxLatencyMs: null,
    excludeTiers: step.excludeTiers,
    escalatedFrom: step.escalatedFrom,
  };
}

/** Tokens that the model with the largest context would read: what is cut for all of them costs nothing to leave out. */
function inputTokensOf({ tiers, limits }: Equipment, state: EpisodeState, step: ModelStep): number {
  const [first, ...rest] = [...tiers.values()].map(({ config }) => config);
  if (first === undefined) return 0;
  const largest = rest.reduce((a, b) => (b.contextTokens > a.contextTokens ? b : a), first);
  const request = requestOf({ state, limits, continueFrom: '', turnNumber: step.turnNumber });
  return countRequestTokens(forTier(request, largest, largest.model));
}

function triesOf(state: EpisodeState, step: ModelStep, decided: Decided): number {
  const ofThisTier = state.modelCalls.filter(
    (call) => call.turnNumber === step.turnNumber && call.routeDecisionId === decided.id,
  );
  return ofThisTier.filter((call) => call.status === 'FAILED').length;
}

/** Waits longer with each try; a cancel or a stop ends the wait. */
async function waitBeforeRetry(run: Run, tries: number, firstDelayMs: number): Promise<void> {
  let backoff: IBackoff<unknown> = new ExponentialBackoff({ initialDelay: firstDelayMs, maxDelay: 10_000 }).next();
  for (let n = 1; n < tries; n++) backoff = backoff.next(undefined);
  await pause(backoff.duration, undefined, { signal: AbortSignal.any([run.stopped, run.cancelled]) }).catch(() => undefined);
}

function spanOf({ decided, tier, state }: Try) {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': tier.config.provider,
    'gen_ai.provider.name': tier.config.provider,
    'gen_ai.request.model': decided.model,
    'gen_ai.conversation.id': state.episode.sessionId,
    'switchyard.tier': decided.tier,
    'switchyard.route.reason': decided.reason,
  };
}
