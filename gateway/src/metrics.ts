import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Transport = 'http' | 'sse' | 'ws';

/** `unknown` when the request did not say, or could not be read. */
export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

export type GatewayMetrics = {
  /** One answered request, or one subscription that began or was refused. `code` is OK, or the first error's code. */
  request(seen: { transport: Transport; operation: OperationType; code: string; seconds: number }): void;
  readonly activeConnections: Gauge;
  readonly activeSubscriptions: Gauge<'transport'>;
  readonly sendErrors: Counter;
  readonly backpressureDrops: Counter<'policy'>;
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
    help: 'Events dropped because their reader was slow; CLOSE: dropped by ending the subscription.',
    labelNames: ['policy'],
    registers,
  });
  backpressureDrops.inc({ policy: 'CLOSE' }, 0);
  return {
    request: ({ transport, operation, code, seconds }) => {
      requests.inc({ transport, operation, code });
      duration.observe({ transport, operation }, seconds);
    },
    activeConnections: new Gauge({ name: 'ws_active_connections', help: 'Open GraphQL sockets.', registers }),
    activeSubscriptions: new Gauge({
      name: 'graphql_active_subscriptions',
      help: 'Running subscriptions.',
      labelNames: ['transport'],
      registers,
    }),
    sendErrors: new Counter({ name: 'ws_send_errors', help: 'Messages that could not be written to their socket.', registers }),
    backpressureDrops,
  };
}
