import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';

describe('the embedded PostgreSQL', () => {
  // mkdtemp makes it 0700: what a private clone of root's looks like.
  let directory: string;
  const running: EmbeddedPostgres[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'switchyard-embedded-'));
  });
  afterAll(async () => {
    for (const server of running) await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const ask = async (url: string, text: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query({ text, rowMode: 'array' })).rows;
    } finally {
      await client.end();
    }
  };

  it('keeps its data over a stop and a start, in a folder that only its owner may enter', async () => {
    const first = await startEmbeddedPostgres({ directory });
    await ask(first.adminUrl, 'create table kept as select 7 as n');
    await first.stop();
    const second = await startEmbeddedPostgres({ directory });
    running.push(second);
    expect(await ask(second.adminUrl, 'select n from kept')).toEqual([[7]]);
    expect(await ask(second.adminUrl, 'show server_version_num')).toEqual([[expect.stringMatching(/^18/)]]);
    await second.stop();
  });

  it('comes back after its platform was killed, and leaves no second server behind', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { startEmbeddedPostgres } = await import(${JSON.stringify(path.resolve(import.meta.dirname, 'embedded.ts'))});
        const server = await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)} }); console.log(server.pid); setInterval(() => undefined, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pid = Number(
      await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(String(chunk)))),
    );
    child.kill('SIGKILL');
    const server = await startEmbeddedPostgres({ directory });
    running.push(server);
    expect(await ask(server.adminUrl, 'select n from kept')).toEqual([[7]]);
    expect(server.pid).not.toBe(pid);
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).not.toContain(directory);
    await server.stop();
  });

  it.runIf(process.getuid?.() === 0)(
    'serves root in a private folder where there are no user namespaces, as in most containers',
    async () => {
      const before = process.env.PATH;
      const [tools, home] = [await commandsWithout('unshare'), await mkdtemp(path.join(tmpdir(), 'switchyard-private-'))];
      process.env.PATH = tools;
      try {
        const server = await startEmbeddedPostgres({ directory: home });
        running.push(server);
        expect(await ask(server.adminUrl, 'select 7')).toEqual([[7]]);
        await server.stop();
      } finally {
        process.env.PATH = before;
        for (const folder of [tools, home]) await rm(folder, { recursive: true, force: true });
      }
    },
  );

  it('runs again at the same address after it was killed by itself, and then stops for good', async () => {
    const server = await startEmbeddedPostgres({ directory });
    running.push(server);
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => ask(server.adminUrl, 'select n from kept').catch(() => null), { timeout: 20_000 }).toEqual([[7]]);
    expect(server.pid).not.toBe(pid);
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect(ask(server.adminUrl, 'select 1')).rejects.toThrow();
  });
});

/** A folder of links to every command of the PATH but one. */
async function commandsWithout(absent: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchyard-path-'));
  for (const directory of new Set((process.env.PATH ?? '').split(':'))) {
    for (const name of await readdir(directory).catch(() => []))
      if (name !== absent) await symlink(path.join(directory, name), path.join(folder, name)).catch(() => undefined);
  }
  return folder;
}
