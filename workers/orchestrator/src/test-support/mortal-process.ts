import { openDatabase } from '@switchyard/database/database';
import { systemClock } from '@switchyard/kernel/clock';
import { newId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { createSessionsModule, SCHEMA } from '@switchyard/sessions/module';
import { createToolAdapter } from '@switchyard/tools/adapter';
import { createEgress } from '@switchyard/tools/egress';
import { createMcpCatalog } from '@switchyard/tools/mcp-client';
import { pino } from 'pino';
import { startOrchestrator } from '../orchestrator.ts';
import { createFirstTierRouter } from './first-tier-router.ts';
import { type Death, mortal } from './killer.ts';
import { KEY, tiersOf } from './stage.ts';
import { UNDONE } from './stories.ts';

/**
 * An orchestrator in a process of its own, which kills itself (kill -9) at the write that DEATH says, as JSON:
 * `DEATH='{"point":"complete","nth":1,"when":"after"}' node mortal-process.ts DATABASE_URL`.
 */
const database = await openDatabase({ url: process.argv[2] ?? '', schema: SCHEMA, poolSize: 4 });
const hints = createMemoryPubSub();
const module = createSessionsModule({
  database,
  clock: systemClock,
  hints,
  contextKey: KEY,
  secretsKey: KEY,
  tierNames: ['small'],
  mcp: createMcpCatalog({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }) }),
});
const death = JSON.parse(process.env.DEATH ?? 'null') as Death | null;
const { work, guarded } = mortal(module.episodeWork, death, () => process.kill(process.pid, 'SIGKILL'));
const models = { small: UNDONE.script };
await startOrchestrator({
  workerId: newId(),
  work,
  router: guarded(createFirstTierRouter(['small'])),
  tiers: tiersOf({ models }),
  tools: createToolAdapter({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }) }),
  clock: systemClock,
  logger: pino({ level: 'silent' }),
  pollMs: 20,
});
