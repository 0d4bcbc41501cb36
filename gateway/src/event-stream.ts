import type { ServerResponse } from 'node:http';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { EventStream } from './data-source.ts';
import { toClientError } from './errors.ts';

/** Proxies cut connections that are silent for long. */
const KEEP_ALIVE_MS = 12_000;

/**
 * GraphQL over Server-Sent Events, distinct connections mode (graphql-sse's PROTOCOL.md): each result is a `next` event, and
 * `complete` says that no more will come. A response that merely ends was cut off, and its client should come back.
 */
export class EventStreamResponse {
  readonly #response: ServerResponse;
  readonly #keepAlive: NodeJS.Timeout;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>) {
    this.#response = response;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // nginx would hold events back
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    this.#keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
    response.once('close', () => clearInterval(this.#keepAlive));
  }

  /** One result, then the end. */
  async single(result: FormattedExecutionResult | ExecutionResult): Promise<void> {
    await this.#send('next', result);
    await this.complete();
  }

  /** All events, each sent when the one before it has left, until they end or the client leaves. */
  async all(events: EventStream, logger: Logger): Promise<void> {
    const leave = () => void events.return?.();
    if (this.#response.destroyed) leave();
    else this.#response.once('close', leave);
    try {
      for await (const event of events) await this.#send('next', event);
      await this.complete();
    } catch (error) {
      // Without `complete`, so that the client comes back and resumes.
      toClientError(error, logger);
      this.end();
    }
  }

  async complete(): Promise<void> {
    await this.#send('complete', null);
    this.end();
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#response.end();
  }

  async #send(event: 'next' | 'complete', result: unknown): Promise<void> {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    const text = `event: ${event}\ndata:${result === null ? '' : ` ${JSON.stringify(result)}`}\n\n`;
    if (response.write(text)) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        response.off('drain', go);
        response.off('close', go);
        resolve();
      };
      response.once('drain', go);
      response.once('close', go);
    });
  }
}
