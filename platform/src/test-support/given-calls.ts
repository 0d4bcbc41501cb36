import { newId, type ToolCallId } from '@switchyard/kernel/ids';
import type pg from 'pg';

export type EpisodeToGive = {
  readonly tenantId: string;
  readonly session: string;
  readonly episode: string;
  readonly tool: string;
};

/**
 * A model call of the episode, and tool calls that it asked for: rows that otherwise only the orchestrator writes.
 * @returns the tool calls' ids.
 */
export async function giveCalls(admin: pg.Client, of: EpisodeToGive, toolCalls: number): Promise<ToolCallId[]> {
  const modelCall = newId();
  const ids = [of.tenantId, of.session, of.episode];
  await admin.query(
    `insert into sessions.model_call (id, tenant_id, session_id, episode_id, seq, turn_number, route_decision_id, tier, model, provider,
       prices, status, counted_input_tokens, started_at)
     values ($4, $1, $2, $3, 1, 1, $5, 'small', 'm', 'simulator', '{}', 'STARTED', 1, now())`,
    [...ids, modelCall, newId()],
  );
  const given = Array.from({ length: toolCalls }, () => newId<ToolCallId>());
  for (const [index, toolCall] of given.entries()) {
    await admin.query(
      `insert into sessions.tool_call (id, tenant_id, session_id, episode_id, model_call_id, seq, provider_call_id, tool, arguments, status,
         idempotency_key, endpoint, side_effect, idempotent, timeout_ms, max_attempts, requested_at, finished_at)
       values ($4, $1, $2, $3, $5, $8, 'c', $6, '{}', 'SUCCEEDED', $7, 'https://tools.example/', true, true, 1000, 1, now(), now())`,
      [...ids, toolCall, modelCall, of.tool, newId(), index + 1],
    );
  }
  return given;
}
