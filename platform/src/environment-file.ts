import { existsSync } from 'node:fs';

/**
 * The npm scripts load this first (`--import`): variables of `.env` count where the environment itself does not name them.
 * Tests, and whoever starts main.ts without npm, say all in the environment.
 */
if (existsSync('.env')) process.loadEnvFile('.env');
