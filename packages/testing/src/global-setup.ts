import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's connection string of the test server. */
    adminUrl: string;
  }
}

/** One PostgreSQL for all integration tests of a run; each test file makes databases of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-test-'));
  await chmod(directory, 0o755);
  const server = await startEmbeddedPostgres({ directory, dangerouslyFast: true, maxConnections: 300 });
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  project.provide('adminUrl', server.adminUrl);
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
