import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ModelError,
  type ModelErrorKind,
  type ModelEvent,
  type ModelProvider,
  type ModelRequest,
  type ModelTool,
} from './model.ts';
import { fitsSchema } from './schema-check.ts';
import { sampleOf } from './schema-sample.ts';
import { countRequestTokens, countTokens } from './tokens.ts';
import { toolCallId } from './tool-arguments.ts';

/** How a simulated model behaves. Its price is its tier's. */
export type SimulatorOptions = {
  /** Milliseconds to the first token, on average: a call takes from half to one and a half of it. Default 250. */
  readonly firstTokenMs?: number;
  /** Default 120. Infinity: at once. */
  readonly tokensPerSecond?: number;
  /** Share of calls that fail, 0..1. Default 0. */
  readonly errorRate?: number;
};

type Behaviour = { readonly firstTokenMs: number; readonly tokensPerSecond: number; readonly failure: ModelErrorKind | null };

const FAILURES: readonly ModelErrorKind[] = ['rate-limited', 'overloaded', 'network'];

/**
 * A stand-in for a model where no key is configured: it has a model's latency, price and failures but no knowledge, and says
 * so in every answer. All that it does follows from the request's model and seed, so that the same call ends the same.
 */
export function createSimulatorProvider(options: SimulatorOptions = {}): ModelProvider {
  return {
    async *stream(request, signal) {
      const behaviour = behaviourOf(request, options);
      const inputTokens = countRequestTokens(request);
      await pause(behaviour.firstTokenMs, signal);
      if (behaviour.failure === 'rate-limited')
        throw new ModelError('rate-limited', 'simulated rate limit', { retryAfterMs: 1_000 });
      if (behaviour.failure === 'overloaded') throw new ModelError('overloaded', 'simulated overload');
      const call = askedCall(request);
      const text = call === null ? answerOf(request) : '';
      const pieces = text.match(/\S+\s*/g) ?? [];
      let outputTokens = call === null ? 0 : countTokens(JSON.stringify([call.name, call.arguments]));
      const usage = (estimated: boolean) => ({ inputTokens, outputTokens, estimated });
      for (const [index, piece] of pieces.entries()) {
        const tokens = countTokens(piece);
        if (outputTokens + tokens > request.maxOutputTokens) {
          yield { kind: 'finished', reason: 'length', usage: usage(false), citations: [] };
          return;
        }
        if (behaviour.failure === 'network' && index >= pieces.length / 2) {
          throw new ModelError('network', 'simulated cut in mid-stream', { usage: usage(true) });
        }
        await pause((tokens / behaviour.tokensPerSecond) * 1_000, signal, () => usage(true));
        outputTokens += tokens;
        yield { kind: 'text', text: piece };
      }
      if (call !== null) yield { kind: 'tool-call', call };
      yield { kind: 'finished', reason: call === null ? 'stop' : 'tool-calls', usage: usage(false), citations: [] };
    },
  };
}

function behaviourOf({ model, seed }: ModelRequest, options: SimulatorOptions): Behaviour {
  const dice = createHash('sha256').update(`${model}/${seed}`).digest();
  const roll = (at: number): number => dice.readUInt32BE(at) / 2 ** 32;
  return {
    firstTokenMs: (options.firstTokenMs ?? 250) * (0.5 + roll(0)),
    tokensPerSecond: options.tokensPerSecond ?? 120,
    failure: roll(4) < (options.errorRate ?? 0) ? (FAILURES[Math.floor(roll(8) * FAILURES.length)] ?? null) : null,
  };
}

async function pause(ms: number, signal: AbortSignal, usage: () => ModelError['usage'] = () => null): Promise<void> {
  const cancelled = (): ModelError => new ModelError('cancelled', 'the call was cancelled', { usage: usage() });
  if (signal.aborted) throw cancelled();
  if (ms <= 0) return;
  await sleep(ms, undefined, { signal }).catch(() => {
    throw cancelled();
  });
}

/** Only a tool that the newest message asks for by its name is called: made-up arguments must not reach a real one by chance. */
function askedCall(request: ModelRequest): Extract<ModelEvent, { kind: 'tool-call' }>['call'] | null {
  const newest = request.messages.at(-1);
  if (newest?.role !== 'user') return null;
  const tool = request.tools.find(({ name }) => mentions(newest.content, name));
  if (tool === undefined) return null;
  return { id: toolCallId(request.seed, 0), name: tool.name, arguments: argumentsFor(tool, newest.content) };
}

function mentions(text: string, name: string): boolean {
  const at = text.indexOf(name);
  if (at < 0) return false;
  const isOpen = (character: string | undefined): boolean => character === undefined || !/[\w-]/.test(character);
  return isOpen(text[at - 1]) && isOpen(text[at + name.length]);
}

/** JSON that stands in the message and fits, else the smallest arguments that the schema allows. */
function argumentsFor({ inputSchema }: ModelTool, message: string): unknown {
  const written = /\{.*\}/s.exec(message)?.[0];
  if (written !== undefined) {
    try {
      const parsed: unknown = JSON.parse(written);
      if (fitsSchema(inputSchema, parsed)) return parsed;
    } catch {
      // Braces that are no JSON.
    }
  }
  return sampleOf(inputSchema, 'simulated');
}

function answerOf(request: ModelRequest): string {
  const mark = `[simulated ${request.model}]`;
  if (request.responseSchema !== null) return JSON.stringify(sampleOf(request.responseSchema, mark));
  const newest = request.messages.at(-1);
  if (newest?.role === 'tool') return `${mark} The tool ${newest.tool} answered: ${excerpt(newest.content)}`;
  const best = request.passages[0];
  const question = request.messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const found = best === undefined ? '' : ` The closest in the knowledge is “${best.title}”: ${excerpt(best.text)}`;
  return `${mark} No model is configured here, so nobody thought about “${excerpt(question)}”.${found}`;
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 240 ? line : `${line.slice(0, 239)}…`;
}
