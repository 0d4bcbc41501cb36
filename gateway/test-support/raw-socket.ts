import { WebSocket } from 'ws';

type Message = { readonly type: string; readonly id?: string; readonly payload?: unknown };

/** A socket that speaks the protocol word by word, right or wrong. */
export class RawSocket {
  readonly socket: WebSocket;
  /** Close code and reason. */
  readonly closed: Promise<readonly [number, string]>;
  readonly heard: Message[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, String(reason)])));
    socket.on('message', (text) => {
      this.heard.push(JSON.parse(String(text)) as Message);
      this.#wake();
    });
    socket.on('close', () => this.#wake());
    socket.on('error', () => undefined);
  }

  static open(url: string, protocols: readonly string[] = ['graphql-transport-ws']): RawSocket {
    return new RawSocket(new WebSocket(`${url.replace('http', 'ws')}/graphql`, [...protocols]));
  }

  say(message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    if (this.socket.readyState === this.socket.CONNECTING) this.socket.once('open', () => this.socket.send(text));
    else this.socket.send(text);
  }

  /** The next message of this type that was not asked for yet. @throws Error when the socket closes first. */
  async hears(type: string): Promise<Message> {
    for (;;) {
      const index = this.heard.findIndex((message) => message.type === type);
      const [message] = index < 0 ? [] : this.heard.splice(index, 1);
      if (message !== undefined) return message;
      if (this.socket.readyState === this.socket.CLOSED) throw new Error(`closed before any ${type}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.socket.close();
  }
}
