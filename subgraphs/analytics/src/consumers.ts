import type { Topic } from '@switchyard/contracts/events';
import type { Database } from '@switchyard/database/database';
import type { ConsumerOptions } from '@switchyard/event-log/event-log';
import type { Clock } from '@switchyard/kernel/clock';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { kpiChannel } from './channels.ts';
import { projectEvents } from './commands/project-events.ts';
import { PROJECTION } from './domain/projections.ts';
import { noteProgress } from './store/progress-store.ts';

export const ANALYTICS_GROUP = 'analytics';

/** `sessions.tenant.v1` counts in no figure: it is a tenant's first event, so that its figures say from the start how new they are. */
export const ANALYTICS_TOPICS = [
  'sessions.tenant.v1',
  'sessions.session.v1',
  'sessions.episode.v1',
  'sessions.tool-call.v1',
  'sessions.model-call.v1',
  'sessions.feedback.v1',
  'router.decision.v1',
] as const satisfies readonly Topic[];

export type AnalyticsConsumerOptions = {
  /** Where the read models live. */
  readonly database: Database;
  readonly pubsub: PubSub;
  readonly clock: Clock;
};

/** Builds the read models from the log. Large batches, since a batch costs the same few statements whatever its size. */
export function createAnalyticsConsumer({ database, pubsub, clock }: AnalyticsConsumerOptions): ConsumerOptions {
  return {
    group: ANALYTICS_GROUP,
    topics: ANALYTICS_TOPICS,
    database,
    batchSize: 2000,
    async handle(events, tx) {
      await projectEvents(tx, 'analytics', events);
      await noteProgress(tx, PROJECTION, clock.now());
    },
    async committed(events) {
      const tenants = new Set(events.map((event) => event.tenantid));
      await Promise.all([...tenants].map((tenantId) => pubsub.publish(kpiChannel(tenantId), '')));
    },
  };
}
