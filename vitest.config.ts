import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Vite would take graphql's ESM build, while Apollo's packages require its CommonJS one: two copies, whose schemas refuse each
 * other. Node itself takes CommonJS for both.
 */
const resolve = { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] };
const common = { environment: 'node' as const, testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          ...common,
          name: 'unit',
          include: ['{packages,subgraphs,workers,gateway,schema,platform,scripts}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.int.test.ts', '**/*.e2e.test.ts'],
        },
      },
      {
        resolve,
        test: {
          ...common,
          name: 'integration',
          include: ['{packages,subgraphs,workers,gateway,schema,platform}/**/*.int.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['packages/testing/src/global-setup.ts'],
        },
      },
      {
        resolve,
        test: {
          ...common,
          name: 'e2e',
          include: ['platform/**/*.e2e.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
