import type { EpisodeState, EpisodeStatus } from '@switchyard/sessions/module';
import { callModel } from './model-step.ts';
import { nextStep } from './next-step.ts';
import { type Equipment, type Run, Stopped } from './run.ts';
import { callTool } from './tool-step.ts';

/**
 * Brings an episode to its end, from wherever its rows say it stands. Each step is written before the next one begins.
 * @throws Stopped when this worker lets go of it; LeaseLost when it is another's; whatever else keeps it from going on.
 */
export async function runEpisode(equipment: Equipment, run: Run): Promise<void> {
  const { work, telemetry } = equipment;
  const state = await work.takeUp(run.lease);
  const { episode } = state;
  if (episode.cancelRequestedAt != null) run.breakOff('CANCEL');
  const attributes = {
    'switchyard.episode.id': episode.id,
    'switchyard.session.id': episode.sessionId,
    'switchyard.tenant.id': episode.tenantId,
    'switchyard.use_case': episode.useCase,
  };
  await telemetry.span(
    'episode',
    attributes,
    async (span) => {
      const end = await stepByStep(equipment, run, state);
      if (end === null) return;
      span.setAttribute('switchyard.episode.status', end);
      telemetry.episodes.inc({ status: end, use_case: episode.useCase });
    },
    episode.traceparent ?? null,
  );
}

/** Returns how it ended; null when it waits for a person, and nobody holds it any more. */
async function stepByStep(equipment: Equipment, run: Run, takenUp: EpisodeState): Promise<EpisodeStatus | null> {
  const { work, limits } = equipment;
  for (let state = takenUp; ; state = await work.load(run.lease)) {
    if (run.reason === 'STOP' || run.reason === 'LEASE') throw new Stopped();
    const step = nextStep(state, limits, run.reason === 'DEADLINE');
    switch (step.kind) {
      case 'COMPLETE': {
        const end = await work.complete(run.lease, step.end);
        if (end !== null) return end;
        break;
      }
      case 'WAIT':
        if (await work.park(run.lease)) return null;
        break;
      case 'CALL_TOOL':
        await callTool(equipment, run, state, step.call);
        break;
      case 'CALL_MODEL': {
        const end = await callModel(equipment, run, state, step);
        if (end !== null) return end;
      }
    }
  }
}
