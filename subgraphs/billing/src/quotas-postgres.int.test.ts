import { inject } from 'vitest';
import { quotaContract } from './quotas.contract.ts';
import { createPostgresQuotaStore } from './store/quota-store/postgres.ts';

quotaContract(async () => ({ adminUrl: inject('adminUrl'), open: async (database) => createPostgresQuotaStore(database) }));
