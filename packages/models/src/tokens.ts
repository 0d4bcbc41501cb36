import { createRequire } from 'node:module';
import type { ModelMessage, ModelRequest, ModelTool, Passage } from './model.ts';

type Encoding = { countTokens(text: string, options: { disallowedSpecial: Set<string> }): number };

/** What o200k_base spends on the frame of a message, and on opening the answer. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_ANSWER = 3;

/**
 * Byte-pair merging takes time that grows with the square of an unbroken run: 100,000 times the letter "a" took 3.7 s
 * in one piece and takes 20 ms in runs of this length. The cut costs at most one token too many per run.
 */
const LONGEST_RUN = 256;
const LONG_RUN = new RegExp(`\\S{${LONGEST_RUN + 1},}|\\s{${LONGEST_RUN + 1},}`, 'u');
const RUNS = new RegExp(`\\S{1,${LONGEST_RUN}}|\\s{1,${LONGEST_RUN}}`, 'gu');

/** A text that spells a special token, like <|endoftext|>, is counted as the text that it is. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

const require = createRequire(import.meta.url);
let encoding: Encoding | null = null;

/**
 * Loads o200k_base, 0.2 s of work once per process. Otherwise the first count does it: call this when the start is
 * over, so that neither the start nor the first message waits for it.
 */
export function loadTokenizer(): void {
  encoding ??= require('gpt-tokenizer/encoding/o200k_base') as Encoding;
}

/** Tokens of the text in OpenAI's o200k_base; other providers' tokenizers differ from it by some percent. */
export function countTokens(text: string): number {
  if (text === '') return 0;
  loadTokenizer();
  const { countTokens: count } = encoding as Encoding;
  if (!LONG_RUN.test(text)) return count(text, AS_TEXT);
  let total = 0;
  for (const piece of piecesOf(text)) total += count(piece, AS_TEXT);
  return total;
}

/** Tokens of a message with its frame, its tool calls included. */
export function countMessageTokens(message: ModelMessage): number {
  let tokens = TOKENS_PER_MESSAGE + countTokens(message.content);
  if (message.role === 'tool') tokens += countTokens(message.toolCallId) + countTokens(message.tool);
  if (message.role === 'assistant') {
    for (const call of message.toolCalls)
      tokens += countTokens(call.id) + countTokens(JSON.stringify([call.name, call.arguments]));
  }
  return tokens;
}

/** Tokens that a tool's declaration adds to each request that offers it. */
export function countToolTokens(tool: ModelTool): number {
  return countTokens(JSON.stringify({ name: tool.name, description: tool.description, parameters: tool.inputSchema }));
}

/** Tokens that a passage adds to the prompt. */
export function countPassageTokens(passage: Passage): number {
  return TOKENS_PER_MESSAGE + countTokens(passage.title) + countTokens(passage.text);
}

/** Input tokens of the whole request: messages, tools, passages, schema. An estimate for any provider but ours. */
export function countRequestTokens(request: Pick<ModelRequest, 'messages' | 'tools' | 'passages' | 'responseSchema'>): number {
  let tokens = TOKENS_PER_ANSWER;
  for (const message of request.messages) tokens += countMessageTokens(message);
  for (const tool of request.tools) tokens += countToolTokens(tool);
  for (const passage of request.passages) tokens += countPassageTokens(passage);
  if (request.responseSchema !== null) tokens += countTokens(JSON.stringify(request.responseSchema));
  return tokens;
}

/** Pieces that join to the text again, none with a run that is longer than LONGEST_RUN; ordinary text stays together. */
function* piecesOf(text: string): Iterable<string> {
  let piece = '';
  for (const [run] of text.matchAll(RUNS)) {
    const unbroken = run.length >= LONGEST_RUN;
    if (unbroken && piece !== '') {
      yield piece;
      piece = '';
    }
    piece += run;
    if (unbroken) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}
