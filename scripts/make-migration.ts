import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { migrate, openOwnerOrm } from '@switchyard/database/migrate';
import { APP_ROLE, ensureRoles, OWNER_ROLE } from '@switchyard/database/roles';
import type { Schema } from '@switchyard/database/schema';

/**
 * `npm run migration -- billing`: writes the migration that leads from the committed snapshot to the entities as they are,
 * into subgraphs/billing/src/store/migrations. Add it to the list in store/schema.ts. What entities cannot say (partitions,
 * generated columns) goes into a migration written by hand.
 */
const name = process.argv[2] ?? '';
const folder = path.resolve(`subgraphs/${name}/src/store`);
const { SCHEMA } = (await import(path.join(folder, 'schema.ts'))) as { SCHEMA: Schema };

const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-migration-'));
await chmod(directory, 0o755);
const server = await startEmbeddedPostgres({ directory, dangerouslyFast: true });
try {
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const url = new URL(server.adminUrl);
  url.username = OWNER_ROLE;
  url.password = 'owner';
  await migrate(String(url), [SCHEMA]);
  const orm = await openOwnerOrm(String(url), SCHEMA, path.join(folder, 'migrations'));
  const made = await orm.migrator.create();
  console.log(
    made.fileName === ''
      ? `${name}: nothing to change (${APP_ROLE} sees what the entities say)`
      : `${name}: wrote ${made.fileName}`,
  );
  await orm.close(true);
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
