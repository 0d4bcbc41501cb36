import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, ModelCallId } from '@switchyard/kernel/ids';
import { isOpen } from '../domain/tool-call.ts';
import { AssistantEntity } from './entities/assistant.ts';
import { EpisodeEntity, type EpisodeRow } from './entities/episode.ts';
import { MessageEntity } from './entities/message.ts';
import { ModelCallEntity, type ModelCallRow } from './entities/model-call.ts';
import { ToolEntity, type ToolRow } from './entities/tool.ts';
import { ToolCallEntity, type ToolCallRow } from './entities/tool-call.ts';

/** Characters of a session's past that are read at most, newest first: more than any model's context holds. */
const HISTORY_CHARACTERS = 2_000_000;
const HISTORY_EPISODES = 500;

export type Said = { readonly role: 'user' | 'assistant'; readonly content: string };

/** What was said in the session before this episode: each question with its answer, oldest first. */
export async function historyOf(tx: Tx, episode: EpisodeRow): Promise<Said[]> {
  const rows = await tx.query<{ question: string; answer: string | null }>(
    `select question, answer from (
       select e.seq, question.content as question, answer.content as answer,
              sum(length(question.content) + coalesce(length(answer.content), 0)) over (order by e.seq desc) as characters
         from (select seq, request_id, answer_id from sessions.episode where session_id = $1 and seq < $2 order by seq desc limit $3) e
         join sessions.message question on question.id = e.request_id
         left join sessions.message answer on answer.id = e.answer_id) past
      where characters <= $4 order by seq`,
    [episode.sessionId, episode.seq, HISTORY_EPISODES, HISTORY_CHARACTERS],
  );
  return rows.flatMap(({ question, answer }) => [
    { role: 'user' as const, content: question },
    ...(answer === null ? [] : [{ role: 'assistant' as const, content: answer }]),
  ]);
}

/** What each model call of the episode has shown to watchers. */
export async function shownByCall(tx: Tx, id: EpisodeId): Promise<ReadonlyMap<ModelCallId, string>> {
  const rows = await tx.query<{ model_call_id: ModelCallId; shown: string }>(
    `select model_call_id, string_agg(text, '' order by seq) as shown
       from sessions.session_event where episode_id = $1 and kind = 'AnswerDelta' group by model_call_id order by min(seq)`,
    [id],
  );
  return new Map(rows.map((row) => [row.model_call_id, row.shown]));
}

export type EpisodeRows = {
  readonly episode: EpisodeRow;
  readonly request: string;
  readonly history: readonly Said[];
  readonly instructions: string;
  /** Names of what the assistant may call. */
  readonly allowedTools: readonly string[];
  /** The tools that are allowed, and those whose calls wait to be made. */
  readonly tools: readonly ToolRow[];
  /** In their order. */
  readonly modelCalls: readonly ModelCallRow[];
  /** In their order. */
  readonly toolCalls: readonly ToolCallRow[];
  /** By model call, in the order in which it was shown. */
  readonly shown: ReadonlyMap<ModelCallId, string>;
  /** Tool calls come next: history, what was shown, and passages are left out. */
  readonly toolsFirst: boolean;
};

/** The episode with all that the next step is decided by. `isNew`: nothing has been done for it yet, so nothing is looked for. */
export async function loadEpisode(tx: Tx, id: EpisodeId, isNew: boolean): Promise<EpisodeRows> {
  const episode = await tx.em.findOneOrFail(EpisodeEntity, { id });
  const [request, assistant] = [
    await tx.em.findOneOrFail(MessageEntity, { id: episode.requestId }),
    await tx.em.findOne(AssistantEntity, { useCase: episode.useCase }),
  ];
  const byOrder = { orderBy: { seq: 'asc' as const } };
  const toolCalls = isNew ? [] : await tx.em.find(ToolCallEntity, { episodeId: id }, byOrder);
  // Until the tools have answered no model is asked, so what only a model needs is left out: a third of the statements.
  const toolsFirst = toolCalls.some((call) => isOpen(call.status));
  const allowedTools = assistant?.tools ?? [];
  const waiting = toolCalls.filter((call) => isOpen(call.status)).map((call) => call.tool);
  const names = [...allowedTools, ...waiting];
  return {
    episode,
    request: request.content,
    // The first message of a session has nothing before it.
    history: episode.seq === 1 || toolsFirst ? [] : await historyOf(tx, episode),
    instructions: assistant?.instructions ?? '',
    allowedTools,
    tools: names.length === 0 ? [] : await tx.em.find(ToolEntity, { name: { $in: names } }, { orderBy: { name: 'asc' } }),
    modelCalls: isNew ? [] : await tx.em.find(ModelCallEntity, { episodeId: id }, byOrder),
    toolCalls,
    toolsFirst,
    shown: isNew || toolsFirst ? new Map() : await shownByCall(tx, id),
  };
}
