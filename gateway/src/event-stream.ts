import type { ServerResponse } from 'node:http';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { EventStream } from './data-source.ts';

export type EventStreamTimes = {
  /** Proxies cut connections that are silent for long. */
  readonly keepAliveMs: number;
  /** How long a reader may leave an event unread; then it is cut off. */
  readonly slowAfterMs: number;
};

/**
 * GraphQL over Server-Sent Events, distinct connections mode (graphql-sse's PROTOCOL.md): each result is a `next` event, and
 * `complete` says that no more will come. A response that merely ends was cut off, and its client should come back: the `id` of
 * the last event is the place to resume.
 */
export class EventStreamResponse {
  readonly #response: ServerResponse;
  readonly #times: EventStreamTimes;
  readonly #onSlow: () => void;
  readonly #keepAlive: NodeJS.Timeout;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>, times: EventStreamTimes, onSlow: () => void) {
    this.#response = response;
    this.#times = times;
    this.#onSlow = onSlow;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // nginx would hold events back
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    this.#keepAlive = setInterval(() => response.write(':\n\n'), times.keepAliveMs);
    response.once('close', () => clearInterval(this.#keepAlive));
  }

  /** One result, then the end. */
  async single(result: FormattedExecutionResult | ExecutionResult): Promise<void> {
    await this.#send('next', result);
    await this.complete();
  }

  /** All events, each sent when the one before it has left, until they end or the client leaves. `idOf`: where to resume after it. */
  async all(events: EventStream, idOf: () => string | null): Promise<void> {
    const leave = () => void events.return?.();
    if (this.#response.destroyed) leave();
    else this.#response.once('close', leave);
    for await (const event of events) await this.#send('next', event, idOf());
    await this.complete();
  }

  async complete(): Promise<void> {
    await this.#send('complete', null);
    this.end();
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#response.end();
  }

  async #send(event: 'next' | 'complete', result: unknown, id: string | null = null): Promise<void> {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    const name = id === null ? `event: ${event}` : `event: ${event}\nid: ${id}`;
    if (response.write(`${name}\ndata:${result === null ? '' : ` ${JSON.stringify(result)}`}\n\n`)) return;
    await new Promise<void>((resolve) => {
      const slow = setTimeout(() => {
        this.#onSlow();
        response.destroy();
      }, this.#times.slowAfterMs);
      const go = () => {
        clearTimeout(slow);
        response.off('drain', go);
        response.off('close', go);
        resolve();
      };
      response.once('drain', go);
      response.once('close', go);
    });
  }
}
