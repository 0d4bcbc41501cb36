import { WebSocket } from 'ws';

type Event = { readonly __typename: string; readonly id: string; readonly text?: string; readonly count?: number };
type Message = {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly sessionEvents: Event } | null; readonly errors?: unknown };
};

export type RestlessClientOptions = {
  readonly sessionId: string;
  readonly key: string;
  /** Where to connect this time. */
  url(): string;
};

const QUERY = `subscription ($session: ID!, $after: ID) {
  sessionEvents(sessionId: $session, after: $after) { __typename id ... on AnswerDelta { text } ... on EventsDropped { count } }
}`;

/** Watches one session for ever: whenever its connection is gone, for whatever reason, it comes back and resumes behind the last event. */
export class RestlessClient {
  readonly sessionId: string;
  readonly events: Event[] = [];
  /** What went wrong that a client must not see. */
  readonly complaints: string[] = [];
  /** Connections that it lost. */
  losses: number = 0;
  /** When it lost its connection, until it is back. */
  lostAt: number | null = Date.now();
  /** The longest that it was away. */
  longestAwayMs: number = 0;
  readonly #options: RestlessClientOptions;
  #socket: WebSocket | null = null;
  #stopped: boolean = false;

  constructor(options: RestlessClientOptions) {
    this.#options = options;
    this.sessionId = options.sessionId;
    this.#connect();
  }

  get text(): string {
    return this.events.map((event) => event.text ?? '').join('');
  }

  /** The local port of its connection, by which a proxy knows it. */
  get port(): number | undefined {
    const { _socket: socket } = (this.#socket ?? {}) as { _socket?: { localPort?: number } };
    return this.lostAt === null ? socket?.localPort : undefined;
  }

  /** Gives its connection up without closing it, as a client does whose network is gone. */
  abandon(): void {
    const socket = this.#socket;
    socket?.removeAllListeners();
    socket?.on('error', () => undefined);
    this.#lost(socket);
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.url(), 'graphql-transport-ws');
    this.#socket = socket;
    const say = (message: unknown) => socket.send(JSON.stringify(message));
    socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${this.#options.key}` } }));
    socket.on('message', (text) => {
      const message = JSON.parse(String(text)) as Message;
      if (message.type === 'connection_ack') {
        const variables = { session: this.sessionId, after: this.events.at(-1)?.id };
        say({ id: '1', type: 'subscribe', payload: { query: QUERY, variables } });
        this.#back();
      } else if (message.type === 'next' && message.payload?.data != null) this.events.push(message.payload.data.sessionEvents);
      else if (message.type !== 'ping') this.complaints.push(String(text));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lost(socket));
  }

  #back(): void {
    // The first connection is none that was lost.
    if (this.lostAt !== null && this.losses > 0) this.longestAwayMs = Math.max(this.longestAwayMs, Date.now() - this.lostAt);
    this.lostAt = null;
  }

  #lost(socket: WebSocket | null): void {
    if (this.#stopped || socket !== this.#socket) return;
    if (this.lostAt === null) this.losses += 1;
    this.lostAt ??= Date.now();
    setTimeout(() => !this.#stopped && this.#connect(), 5 + Math.random() * 20);
  }
}
