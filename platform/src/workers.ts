import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '@switchyard/kernel/clock';
import type { TierConfig } from '@switchyard/models/tier';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import { createToolAdapter } from '@switchyard/tools/adapter';
import type { Egress } from '@switchyard/tools/egress';
import { startInvoicing } from '@switchyard/worker-metering/invoicing';
import { startMetering } from '@switchyard/worker-metering/metering';
import { startOrchestrator } from '@switchyard/worker-orchestrator/orchestrator';
import { startProjector } from '@switchyard/worker-projector/projector';
import { startRelay } from '@switchyard/worker-relay/relay';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Logs } from './adapters.ts';
import type { Closers } from './closers.ts';
import { type Config, ROLES } from './config.ts';
import { createDeliver } from './deliver.ts';
import type { Modules } from './modules.ts';
import { providerOf } from './providers.ts';

export type WorkersOptions = {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly tiers: readonly TierConfig[];
  readonly modules: Modules;
  readonly logs: Logs;
  readonly pubsub: RunPubSub;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly closers: Closers;
  /** Where tools may be. */
  readonly egress: Egress;
};

/** Starts the workers of this process's roles, and the consumers that belong to its subgraphs. */
export async function startWorkers(options: WorkersOptions): Promise<void> {
  const { config, modules, logs, registry, logger, closers } = options;
  const { eventLog } = logs;
  const has = (role: Config['ROLES'][number]): boolean => config.ROLES.includes(role);

  if (has('worker-relay') && logs.kafka !== null && modules.outboxDatabase !== null) {
    const relay = await startRelay({ source: logs.outbox, sink: logs.kafka, database: modules.outboxDatabase });
    closers.add('the relay', () => relay.stop());
  }
  if (has('router') && modules.router !== null) {
    for (const consumer of modules.router.consumers) {
      const running = await eventLog.consume(consumer);
      closers.add(`the consumer ${consumer.group}`, () => running.stop());
    }
  }
  if (has('worker-metering')) {
    const metering = await startMetering({ eventLog, consumer: modules.billing.consumers.metering, logger });
    closers.add('metering', () => metering.stop());
    const invoicing = startInvoicing({ run: modules.billing.runInvoicing, logger });
    closers.add('invoicing', () => invoicing.stop());
    const notifications = modules.billing.startNotifications({
      deliver: createDeliver(options.egress),
      logger,
    });
    closers.add('the notifications', () => notifications.stop());
  }
  if (has('worker-projector') && modules.analyticsDatabase !== null) {
    const projector = await startProjector({
      eventLog,
      registry,
      database: modules.analyticsDatabase,
      pubsub: options.pubsub,
      clock: systemClock,
    });
    closers.add('the projector', () => projector.stop());
  }
  if (has('worker-orchestrator')) await startOrchestration(options);
}

async function startOrchestration(options: WorkersOptions): Promise<void> {
  const { config, modules, closers } = options;
  if (modules.sessions === null || modules.router === null) return;
  const work = modules.sessions.episodeWork;
  // With everything in one process and the database its own, whoever held a lease is dead: nothing need lapse first.
  if (config.ROLES.length === ROLES.length && config.DATABASE_URL === undefined) await work.releaseAll();
  const orchestrator = await startOrchestrator({
    workerId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    work,
    router: modules.router.router,
    tiers: new Map(options.tiers.map((tier) => [tier.name, { config: tier, provider: providerOf(tier, options.environment) }])),
    tools: createToolAdapter({ egress: options.egress, builtIn: modules.sessions.builtInTools, clock: systemClock }),
    quotas: modules.billing.quotas,
    clock: systemClock,
    logger: options.logger,
    registry: options.registry,
    concurrency: config.ORCHESTRATOR_CONCURRENCY,
    captureContent: config.CAPTURE_MESSAGE_CONTENT === 'on',
  });
  closers.add('the orchestrator', () => orchestrator.stop());
}
