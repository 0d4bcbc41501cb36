import { setTimeout as pause } from 'node:timers/promises';
import { PlatformError } from '@switchyard/kernel/errors';
import type { EpisodeState } from '@switchyard/sessions/module';
import { fits } from '@switchyard/tools/schema-check';
import type { ToolOutcome } from '@switchyard/tools/tool';
import { type Equipment, type Run, Stopped } from './run.ts';

type OpenCall = EpisodeState['toolCalls'][number];

/** Makes one call that a model asked for. Its attempts are counted before they are sent, its outcome is written once. */
export async function callTool(equipment: Equipment, run: Run, state: EpisodeState, call: OpenCall): Promise<void> {
  const { telemetry, work, logger } = equipment;
  await telemetry.span(
    `execute_tool ${call.tool}`,
    { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': call.tool, 'gen_ai.tool.call.id': call.id },
    async (span) => {
      const started = performance.now();
      if (telemetry.captureContent) span.setAttribute('gen_ai.tool.call.arguments', JSON.stringify(call.arguments));
      const refusal = await refusalOf(equipment, run, call);
      const outcome = refusal ?? (await (call.compensates == null ? invoke : compensate)(equipment, run, state, call));
      // Broken off by us, with nothing known of it: the rows say what may be done next, for whoever takes over.
      if (outcome.status !== 'SUCCEEDED' && isLetGo(run)) throw new Stopped();
      await work.finishToolCall(run.lease, call.id, outcome);
      if (call.compensates != null && outcome.status !== 'SUCCEEDED') {
        const { episodeId, tenantId } = run.lease;
        logger.error({ episodeId, tenantId, toolCallId: call.compensates, by: call.tool }, 'an effect could not be undone');
      }
      const labels = { outcome: outcome.status };
      telemetry.toolCalls.inc(labels);
      telemetry.toolCallMs.observe(labels, performance.now() - started);
      span.setAttribute('switchyard.tool.outcome', outcome.status);
    },
  );
}

/** A first call of a tool is reserved; one that does not fit is told to the model as a failure. Undoing is never refused. */
async function refusalOf({ quotas }: Equipment, { lease }: Run, call: OpenCall): Promise<ToolOutcome | null> {
  if (call.compensates != null || call.attempts > 0) return null;
  try {
    const { tenantId, episodeId } = lease;
    await quotas.reserve({ tenantId, key: `tool:${call.id}`, amounts: { tool_calls: 1 }, inPlaceOf: `episode:${episodeId}` });
    return null;
  } catch (error) {
    if (!(error instanceof PlatformError) || !['QUOTA_EXCEEDED', 'RATE_LIMITED'].includes(error.code)) throw error;
    return { status: 'FAILED', result: null, error: error.publicMessage };
  }
}

/** Undoing matters more than time: a call that may safely be made again is, with all its attempts, after longer and longer waits. */
async function compensate(equipment: Equipment, run: Run, state: EpisodeState, call: OpenCall): Promise<ToolOutcome> {
  const { compensationRounds, firstCompensationWaitMs } = equipment.limits;
  for (let round = 1; ; round++) {
    const outcome = await invoke(equipment, run, state, { ...call, maxAttempts: call.maxAttempts + call.attempts });
    if (outcome.mayRepeat !== true || round >= compensationRounds || isLetGo(run)) return outcome;
    await pause(firstCompensationWaitMs * 2 ** (round - 1), undefined, { signal: run.letGo }).catch(() => undefined);
  }
}

async function invoke({ tools, work }: Equipment, run: Run, state: EpisodeState, call: OpenCall): Promise<ToolOutcome> {
  const tool = state.tools.find(({ name }) => name === call.tool);
  if (tool === undefined) {
    const status = call.sideEffect && call.attempts > 0 ? 'UNKNOWN' : 'FAILED';
    return { status, result: null, error: `The tool ${call.tool} is no longer registered.` };
  }
  let failure: { readonly error: unknown } | null = null;
  const outcome = await tools
    .invoke(
      {
        tenantId: run.lease.tenantId,
        tool: call.tool,
        // Where it was to go when it was asked for, whatever is registered since.
        target: tool.target.kind === 'BUILT_IN' ? tool.target : { ...tool.target, endpoint: call.endpoint },
        arguments: call.arguments,
        idempotencyKey: call.idempotencyKey,
        sideEffect: call.sideEffect,
        idempotent: call.idempotent,
        timeoutMs: call.timeoutMs,
        mayHaveActed: call.attempts > 0,
        // A call whose answer was lost is asked for again, even when its attempts are used up.
        maxAttempts: Math.max(1, call.maxAttempts - call.attempts),
      },
      {
        signal: call.compensates == null ? run.stopped : run.letGo,
        onAttempt: async () => {
          try {
            await work.startToolAttempt(run.lease, call.id);
          } catch (error) {
            failure = { error };
            throw error;
          }
        },
      },
    )
    .catch((error: unknown): ToolOutcome => {
      failure ??= { error };
      return { status: 'FAILED', result: null, error: null };
    });
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return checked(outcome, tool.resultSchema);
}

/** What was done was done: a result of the wrong form is kept, for what undoes the call, and said to be unusable. */
function checked(outcome: ToolOutcome, resultSchema: unknown): ToolOutcome {
  if (outcome.status !== 'SUCCEEDED' || outcome.error !== null || resultSchema === null) return outcome;
  const fault = fits(resultSchema, outcome.result);
  return fault === null ? outcome : { ...outcome, error: `The result does not fit the tool's schema: ${fault}.` };
}

function isLetGo(run: Run): boolean {
  return run.reason === 'STOP' || run.reason === 'LEASE';
}
