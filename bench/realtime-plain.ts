import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

/** What `bench/realtime.ts` compares with: graphql-ws and graphql-js as their documentation puts them together. */
const schema = buildSchema(`
  type Query { ok: Boolean }
  interface SessionEvent { id: ID! at: String! }
  type AnswerDelta implements SessionEvent { id: ID! at: String! text: String! }
  type Subscription { sessionEvents(sessionId: ID!): SessionEvent! }
`);
const bus = new EventEmitter().setMaxListeners(0);
let nr = 0;

async function* eventsOf(sessionId: string) {
  for await (const [event] of on(bus, sessionId)) yield { sessionEvents: event as unknown };
}

const server = createServer();
useServer(
  { schema, roots: { subscription: { sessionEvents: ({ sessionId }: { sessionId: string }) => eventsOf(sessionId) } } },
  new WebSocketServer({ server, path: '/graphql' }),
);
process.on('message', (session) => {
  const id = `event-${nr++}`;
  bus.emit(String(session), { __typename: 'AnswerDelta', id, at: new Date().toISOString(), text: `[${nr}]` });
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`));
