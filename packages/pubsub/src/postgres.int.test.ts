import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import pino from 'pino';
import { inject } from 'vitest';
import { openPostgresPubSub } from './postgres.ts';
import { pubSubContract } from './pubsub.contract.ts';

pubSubContract('PostgreSQL', async () => {
  const test = await createTestDatabase(inject('adminUrl'), []);
  const admin = new pg.Client({ connectionString: test.adminUrl });
  await admin.connect();
  return {
    open: () => openPostgresPubSub({ url: test.appUrl, logger: pino({ level: 'silent' }) }),
    cut: async () => {
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
    },
    close: async () => {
      await admin.end();
      await test.drop();
    },
  };
});
