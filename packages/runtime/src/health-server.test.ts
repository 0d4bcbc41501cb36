import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HealthServer, serveHealth } from './health-server.ts';

let healthy = true;
let server: HealthServer;
beforeAll(async () => {
  const database = () => (healthy ? Promise.resolve() : Promise.reject(new Error('gone')));
  server = await serveHealth({ host: '127.0.0.1', port: 0, probes: { database }, logger: pino({ level: 'silent' }) });
});
afterAll(() => server.stop());

const statusOf = async (path: string) => (await fetch(new URL(path, server.url))).status;

it('is ready while its probes are well, and lives all the same when they are not', async () => {
  expect([await statusOf('/health/ready'), await statusOf('/health/live')]).toEqual([200, 200]);
  healthy = false;
  expect([await statusOf('/health/ready'), await statusOf('/health/live')]).toEqual([503, 200]);
});

it('has nothing else', async () => {
  expect(await statusOf('/graphql')).toBe(404);
});
