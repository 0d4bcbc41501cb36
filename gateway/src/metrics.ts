import { DROP_POLICIES } from '@switchyard/kernel/drop-policy';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Transport = 'http' | 'sse' | 'ws';

/** `unknown` when the request did not say, or could not be read. */
export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

export type GatewayMetrics = {
  /** One answered request, or one subscription that began or was refused. `code` is OK, or the first error's code. */
  request(seen: { transport: Transport; operation: OperationType; code: string; seconds: number }): void;
  readonly activeConnections: Gauge;
  readonly activeSubscriptions: Gauge<'transport' | 'field'>;
  readonly sendErrors: Counter;
  /** By the policy under which events were dropped; CLOSE: the reader was cut off, and has to resume. */
  readonly backpressureDrops: Counter<'policy'>;
  /** From an event's own time to when it has left for its reader. */
  readonly deliveryLag: Histogram<'field'>;
  /** Subscriptions that went on behind an event: the client's doing, or the gateway's own after a loss or a new supergraph. */
  readonly resumes: Counter<'cause'>;
  /** Sockets that closed, by code. */
  readonly closes: Counter<'code'>;
  /** Messages that wait to be written, over all sockets; asked when metrics are read. */
  queueDepth(read: () => number): void;
};

export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'graphql_requests_total',
    help: 'GraphQL requests by transport, operation type and code (OK, or that of the first error).',
    labelNames: ['transport', 'operation', 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'graphql_request_duration_seconds',
    help: 'Time from the request to its answer; for a subscription, to its beginning.',
    labelNames: ['transport', 'operation'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const backpressureDrops = new Counter({
    name: 'ws_backpressure_drops',
    help: 'Events dropped for slow readers, by policy; CLOSE: readers that were cut off because they stayed behind for too long.',
    labelNames: ['policy'],
    registers,
  });
  for (const policy of [...DROP_POLICIES, 'CLOSE']) backpressureDrops.inc({ policy }, 0);
  const resumes = new Counter({
    name: 'graphql_subscription_resumes_total',
    help: 'Subscriptions that went on behind an event, by who resumed them: client, upstream (a source was lost), reload.',
    labelNames: ['cause'],
    registers,
  });
  for (const cause of ['client', 'upstream', 'reload']) resumes.inc({ cause }, 0);
  return {
    request: ({ transport, operation, code, seconds }) => {
      requests.inc({ transport, operation, code });
      duration.observe({ transport, operation }, seconds);
    },
    activeConnections: new Gauge({ name: 'ws_active_connections', help: 'Open GraphQL sockets.', registers }),
    activeSubscriptions: new Gauge({
      name: 'graphql_active_subscriptions',
      help: 'Running subscriptions.',
      labelNames: ['transport', 'field'],
      registers,
    }),
    sendErrors: new Counter({ name: 'ws_send_errors', help: 'Messages that could not be written to their socket.', registers }),
    backpressureDrops,
    deliveryLag: new Histogram({
      name: 'graphql_subscription_delivery_lag_seconds',
      help: 'From when an event happened to when it left for its reader; what a client missed and resumed counts with its full age.',
      labelNames: ['field'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
      registers,
    }),
    resumes,
    closes: new Counter({
      name: 'ws_closes_total',
      help: 'Closed GraphQL sockets, by close code.',
      labelNames: ['code'],
      registers,
    }),
    queueDepth: (read) =>
      void new Gauge({
        name: 'ws_queue_depth',
        help: 'Messages that wait to be written to their sockets.',
        registers,
        collect() {
          this.set(read());
        },
      }),
  };
}
