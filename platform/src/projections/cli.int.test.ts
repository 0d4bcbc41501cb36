import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SCHEMAS } from '../modules.ts';

const CLI = path.join(import.meta.dirname, 'cli.ts');

type Outcome = { readonly code: number | null; readonly out: string; readonly err: string };

describe('npm run projections', () => {
  let test: Awaited<ReturnType<typeof createTestDatabase>>;
  let directory: string;
  beforeAll(async () => {
    test = await createTestDatabase(inject('adminUrl'), SCHEMAS);
    directory = await mkdtemp(path.join(tmpdir(), 'switchyard-projections-'));
  });
  afterAll(async () => {
    await test.drop();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (parameters: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
    new Promise((resolve) => {
      const environment = {
        PATH: process.env.PATH ?? '',
        DATA_DIR: directory,
        SECRET_KEY: randomBytes(32).toString('hex'),
        ...env,
      };
      const child = execFile(process.execPath, [CLI, ...parameters], { env: environment }, (_error, out, err) =>
        resolve({ code: child.exitCode, out, err }),
      );
    });
  const expectOneSentence = ({ code, out, err }: Outcome, says: RegExp): void => {
    expect(err).toMatch(says);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  };

  it('lists the projections and rebuilds one, with progress', async () => {
    const env = { DATABASE_URL: test.appUrl };
    expect(await run(['list'], env)).toEqual({ code: 0, out: 'kpis  LIVE  0 events wait  as of no event yet\n', err: '' });
    const { code, out, err } = await run(['rebuild', 'kpis'], env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^rebuilding kpis: 0 of 0 events \(100 %\)/);
    expect(out).toMatch(/kpis is rebuilt from 0 events .*, and live\.\n$/);
  }, 60_000);

  it('says in one sentence what is wrong, and exits with 1', async () => {
    expectOneSentence(await run(['rebuild', 'invoices']), /There is no projection invoices; there is kpis\./);
    expectOneSentence(await run(['rebuild']), /Say which projection/);
    expectOneSentence(await run(['drop', 'kpis']), /^Use: npm run projections/);
    expectOneSentence(await run(['rebuild', 'kpis', '--force']), /--force is not understood/);
    expectOneSentence(await run(['list']), /does not run: start it with npm start/);
    const nowhere = { DATABASE_URL: 'postgres://app:secret@127.0.0.1:1/switchyard' };
    expectOneSentence(await run(['rebuild', 'kpis'], nowhere), /cannot be reached .*: check DATABASE_URL/);
    expectOneSentence(
      await run(['list'], { DATABASE_URL: inject('adminUrl') }),
      /start the platform once with this configuration/,
    );
  }, 60_000);
});
