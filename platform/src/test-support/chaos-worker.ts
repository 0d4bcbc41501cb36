import { SCHEMA as ANALYTICS, createAnalyticsConsumer } from '@switchyard/analytics/module';
import { SCHEMA as BILLING, createBillingModule } from '@switchyard/billing/module';
import { openDatabase } from '@switchyard/database/database';
import { createKafkaLog } from '@switchyard/event-log/kafka-log';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { startRelay } from '@switchyard/worker-relay/relay';
import pino from 'pino';
import { Registry } from 'prom-client';

/** A relay, or the consumers of billing and analytics, in a process that may be killed at any moment: `node chaos-worker.ts relay|consumers URL BROKER PREFIX`. */
const [role, url = '', broker = '', prefix = ''] = process.argv.slice(2);
const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const kafka = await createKafkaLog({ brokers: [broker], logger, prefix });
if (role === 'relay') {
  const database = await openDatabase({ url, schema: LOG_SCHEMA, poolSize: 2 });
  await startRelay({ source: await createPostgresLog({ url, logger }), sink: kafka, database });
} else {
  const common = { clock: systemClock, logger, registry: new Registry(), contextKey: Buffer.alloc(32) };
  const billing = createBillingModule({
    ...common,
    secretsKey: Buffer.alloc(32),
    pubsub: createMemoryPubSub(),
    database: await openDatabase({ url, schema: BILLING, poolSize: 4 }),
  });
  await kafka.consume(billing.consumers.metering);
  const database = await openDatabase({ url, schema: ANALYTICS, poolSize: 4 });
  await kafka.consume(createAnalyticsConsumer({ database, pubsub: createMemoryPubSub(), clock: systemClock }));
}
console.log('works');
