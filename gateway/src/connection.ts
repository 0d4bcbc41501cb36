import type { Delivery } from '@switchyard/kernel/drop-policy';
import type { SocketExtra } from '@switchyard/runtime/graphql-sockets';
import type { Context } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Identity } from './credentials.ts';
import type { ConnectionLimits } from './delivery.ts';
import type { Watched } from './open-streams.ts';
import type { RunningSubscription } from './running-subscription.ts';

export type SocketContext = Context<Record<string, unknown>, SocketExtra>;

export type ConnectionOptions = {
  readonly ctx: SocketContext;
  readonly identity: Identity;
  readonly limits: ConnectionLimits;
  readonly delivery: Delivery;
};

/** One client's socket, once it has said who it is. */
export class Connection {
  readonly socket: WebSocket;
  readonly identity: Identity;
  readonly limits: ConnectionLimits;
  readonly delivery: Delivery;
  /** Subscriptions by the id that the client gave them. */
  readonly subscriptions = new Map<string, RunningSubscription>();
  /** Set as soon as its credential is watched. */
  access: Watched | null = null;
  /** Queries and mutations that run. */
  busy: number = 0;
  readonly #ctx: SocketContext;
  readonly #openedAt = Date.now();
  #usedAt = Date.now();
  #leaving: boolean = false;

  constructor({ ctx, identity, limits, delivery }: ConnectionOptions) {
    this.#ctx = ctx;
    this.socket = ctx.extra.socket;
    this.identity = identity;
    this.limits = limits;
    this.delivery = delivery;
  }

  /** Operations of any kind that run on it. */
  get operations(): number {
    return Object.keys(this.#ctx.subscriptions).length;
  }

  get ageSeconds(): number {
    return (Date.now() - this.#openedAt) / 1000;
  }

  used(): void {
    this.#usedAt = Date.now();
  }

  isIdleFor(ms: number): boolean {
    return this.operations === 0 && Date.now() - this.#usedAt > ms;
  }

  /**
   * Says goodbye: a `ping` of the protocol, which clients answer without more ado, whose payload has the place to resume for each
   * subscription by its id; then the close code, with the place in its reason when there is one subscription only.
   */
  leave(code: number, reason: string): void {
    if (this.#leaving || this.socket.readyState !== this.socket.OPEN) return;
    this.#leaving = true;
    const places = [...this.subscriptions].flatMap(([id, { resumeAfter }]) =>
      resumeAfter === null ? [] : [[id, resumeAfter] as const],
    );
    const payload = { reconnect: { code, reason, resumeAfter: Object.fromEntries(places) } };
    this.socket.send(JSON.stringify({ type: 'ping', payload }));
    const [only, ...others] = places;
    this.socket.close(code, only !== undefined && others.length === 0 ? `${reason}: resume after ${only[1]}` : reason);
  }
}
