import { createKafkaLog, type KafkaLog } from '@switchyard/event-log/kafka-log';
import { createPostgresLog, type PostgresLog } from '@switchyard/event-log/postgres-log';
import { createBraintree } from '@switchyard/payments/braintree';
import type { PaymentProvider, ProviderName } from '@switchyard/payments/payments';
import { createStripe } from '@switchyard/payments/stripe';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { openPostgresPubSub } from '@switchyard/pubsub/postgres';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import { openRedisPubSub } from '@switchyard/pubsub/redis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Config, ROLES } from './config.ts';
import { StartError } from './start-error.ts';

export type Logs = {
  /** What consumers read. */
  readonly eventLog: PostgresLog | KafkaLog;
  /** Where commands append, and what the relay reads. */
  readonly outbox: PostgresLog;
  /** Where the relay publishes; null when the outbox itself is the log. */
  readonly kafka: KafkaLog | null;
};

/** Hints in memory reach one process only; as soon as there may be several, PostgreSQL or Redis carries them. */
export async function openPubSub(config: Config, databaseUrl: string, logger: Logger): Promise<RunPubSub> {
  if (config.REDIS_URL !== undefined) {
    return await openRedisPubSub({ url: config.REDIS_URL, logger }).catch((cause: unknown) => {
      throw new StartError(
        `Redis at ${new URL(config.REDIS_URL ?? '').host} cannot be reached: check REDIS_URL, and that the server runs.`,
        cause,
      );
    });
  }
  const alone = config.ROLES.length === ROLES.length && config.DATABASE_URL === undefined;
  return alone ? createMemoryPubSub() : await openPostgresPubSub({ url: databaseUrl, logger });
}

export async function openLogs(config: Config, databaseUrl: string, logger: Logger, registry: Registry): Promise<Logs> {
  const retentionDays = config.LOG_RETENTION_DAYS ?? {};
  const outbox = await createPostgresLog({ url: databaseUrl, logger, registry, retentionDays });
  if (config.KAFKA_BROKERS === undefined) return { eventLog: outbox, outbox, kafka: null };
  try {
    const kafka = await createKafkaLog({ brokers: config.KAFKA_BROKERS, logger, registry, retentionDays });
    return { eventLog: kafka, outbox, kafka };
  } catch (cause) {
    await outbox.close();
    throw new StartError(
      `Kafka at ${config.KAFKA_BROKERS.join(', ')} cannot be reached: check KAFKA_BROKERS, and that the brokers run.`,
      cause,
    );
  }
}

/** The payment providers that there are keys of. None: invoices are collected by hand. */
export function providersOf(config: Config): Readonly<Partial<Record<ProviderName, PaymentProvider>>> {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = config;
  const { BRAINTREE_MERCHANT_ID: merchantId, BRAINTREE_PUBLIC_KEY: publicKey, BRAINTREE_PRIVATE_KEY: privateKey } = config;
  const hasBraintree = merchantId !== undefined && publicKey !== undefined && privateKey !== undefined;
  return {
    ...(secretKey === undefined || webhookSecret === undefined ? {} : { STRIPE: createStripe({ secretKey, webhookSecret }) }),
    ...(hasBraintree
      ? { BRAINTREE: createBraintree({ merchantId, publicKey, privateKey, environment: config.BRAINTREE_ENVIRONMENT }) }
      : {}),
  };
}
