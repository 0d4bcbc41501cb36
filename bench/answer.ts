import { readFile } from 'node:fs/promises';
import { createGraphCaller, endsEpisode } from '@switchyard/testing/graph-caller';
import { startTopology } from '@switchyard/testing/topology';
import { createClient } from 'graphql-ws';
import { machineLine, quantile } from './machine.ts';

/** `npm run bench -- answer [messages]`: from `sendMessage` to the first piece of the answer, and to its end, on the `local` tier, one after the other. */
const count = Number(process.argv[2] ?? 200);
console.log(machineLine());
const platform = await startTopology('all', {});
try {
  const operator = createGraphCaller(platform.url, platform.operatorKey);
  const { createTenant } = await operator.graph<{ createTenant: { secret: string } }>(
    'mutation { createTenant(input: { name: "bench" }) { secret } }',
  );
  const tenant = createGraphCaller(platform.url, createTenant.secret);
  const documents: unknown = JSON.parse(await readFile(new URL('../platform/src/demo/knowledge.json', import.meta.url), 'utf8'));
  await tenant.graph(
    'mutation I($documents: [KnowledgeDocumentInput!]!) { importKnowledge(input: { documents: $documents }) { added } }',
    { documents },
  );

  const reply: number[] = [];
  const first: number[] = [];
  const complete: number[] = [];
  const socket = createClient({
    url: platform.url.replace('http', 'ws'),
    lazy: false,
    connectionParams: { authorization: `Bearer ${createTenant.secret}` },
  });
  for (let n = 0; n < count; n += 1) {
    const { startSession } = await tenant.graph<{ startSession: { id: string } }>(
      'mutation { startSession(input: { useCase: FAQ }) { id } }',
    );
    const began = performance.now();
    const sending = tenant
      .graph<{ sendMessage: { id: string } }>(
        'mutation S($id: ID!) { sendMessage(input: { sessionId: $id, content: "How many days do I have to return something?", tier: "local" }) { id } }',
        { id: startSession.id },
      )
      .then(({ sendMessage }) => {
        reply.push(performance.now() - began);
        return sendMessage.id;
      });
    const events = socket.iterate<{
      sessionEvents: { __typename: string; id: string; episode?: { id: string; status: string } };
    }>({
      query:
        'subscription W($id: ID!) { sessionEvents(sessionId: $id) { __typename id ... on EpisodeChanged { episode { id status } } } }',
      variables: { id: startSession.id },
    });
    let seen = false;
    for await (const { data } of events) {
      if (data?.sessionEvents.__typename === 'AnswerDelta' && !seen) {
        seen = true;
        first.push(performance.now() - began);
      }
      if (data != null && endsEpisode(data.sessionEvents, await sending)) break;
    }
    complete.push(performance.now() - began);
  }
  await socket.dispose();
  const line = (name: string, values: readonly number[]): string =>
    `${name.padEnd(28)} p50 ${quantile(values, 0.5).toFixed(1).padStart(6)} ms   p99 ${quantile(values, 0.99).toFixed(1).padStart(6)} ms   n ${values.length}`;
  console.log(line('sendMessage answered', reply));
  console.log(line('first delta', first));
  console.log(line('episode complete', complete));
  console.log(
    `first delta after ${(quantile(first, 0.5) / quantile(reply, 0.5)).toFixed(1)} times, completion after ${(quantile(complete, 0.5) / quantile(reply, 0.5)).toFixed(1)} times what the mutation itself takes`,
  );
} finally {
  await platform.stop();
}
