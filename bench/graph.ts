import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGraphCaller, endsEpisode } from '@switchyard/testing/graph-caller';
import { startTopology } from '@switchyard/testing/topology';
import { Agent, setGlobalDispatcher } from 'undici';
import { closedLoop, figuresLine, type LoadFigures } from './load.ts';
import { machineLine } from './machine.ts';

/**
 * `npm run bench -- graph [seconds]`: requests per second and latency of `route` and of a query over all four subgraphs, with
 * 50 connections, beside a bare node:http server that answers a constant, in the same run by the same client.
 */
const CONNECTIONS = 50;
const seconds = Number(process.argv[2] ?? 10);
setGlobalDispatcher(new Agent({ connections: CONNECTIONS, pipelining: 1 }));

console.log(machineLine());
const bare = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"ok":true}}'));
});
await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
const platform = await startTopology('all', {});
try {
  const operator = createGraphCaller(platform.url, platform.operatorKey);
  const { createTenant } = await operator.graph<{ createTenant: { secret: string } }>(
    'mutation { createTenant(input: { name: "bench" }) { secret } }',
  );
  const tenant = createGraphCaller(platform.url, createTenant.secret);
  const episodeId = await answered();
  const nothing = createGraphCaller(`http://127.0.0.1:${(bare.address() as AddressInfo).port}/`, null);

  const run = async (name: string, send: (n: number) => Promise<void>): Promise<LoadFigures> => {
    await closedLoop({ connections: CONNECTIONS, seconds: 2, send });
    const figures = await closedLoop({ connections: CONNECTIONS, seconds, send });
    console.log(figuresLine(name, figures));
    return figures;
  };
  const floor = await run('bare node:http', async () => void (await nothing.graph('{ ok }')));
  const route = await run('route (decision stored before the reply)', async (n) => {
    await tenant.graph('mutation Route($content: String!) { route(input: { content: $content }) { id tier } }', {
      content: `Where is my order A-${1000 + (n % 9000)}?`,
    });
  });
  const joined = await run('a query over all four subgraphs', async () => {
    await tenant.graph(
      'query Joined($id: ID!, $range: TimeRange!) { episode(id: $id) { status routeDecisions { tier } usage { meter quantity } cost { amount } } kpis(range: $range) { episodes cost { amount } } }',
      { id: episodeId, range: { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() } },
    );
  });
  console.log(
    `of what a bare server does: route ${((100 * route.perSecond) / floor.perSecond).toFixed(1)} %, the joined query ${((100 * joined.perSecond) / floor.perSecond).toFixed(1)} %`,
  );

  async function answered(): Promise<string> {
    const { startSession } = await tenant.graph<{ startSession: { id: string } }>(
      'mutation { startSession(input: { useCase: GENERAL }) { id } }',
    );
    const { sendMessage } = await tenant.graph<{ sendMessage: { id: string } }>(
      'mutation S($id: ID!) { sendMessage(input: { sessionId: $id, content: "Hello" }) { id } }',
      { id: startSession.id },
    );
    await tenant.watch(startSession.id, null, (event) => endsEpisode(event, sendMessage.id));
    return sendMessage.id;
  }
} finally {
  await platform.stop();
  bare.close();
  bare.closeAllConnections();
}
