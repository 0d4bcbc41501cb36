import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOffSampler, BatchSpanProcessor, NoopSpanProcessor } from '@opentelemetry/sdk-trace';

/**
 * Starts tracing; called before anything that is to be traced is imported. Without an endpoint every request still has a
 * trace id (it stands in logs, events and `Episode.traceId`), but nothing is recorded: that costs next to nothing.
 * @returns flushes what was recorded.
 */
export function startTelemetry(endpoint: string | undefined): () => Promise<void> {
  // The loader hook costs start-up time, so it is there only when somebody listens.
  if (endpoint !== undefined) register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const sdk = new NodeSDK({
    serviceName: 'switchyard',
    autoDetectResources: false,
    ...(endpoint === undefined
      ? { sampler: new AlwaysOffSampler(), spanProcessors: [new NoopSpanProcessor()], instrumentations: [] }
      : {
          spanProcessors: [
            new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }) }),
          ],
          instrumentations: [
            new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => request.url?.startsWith('/health') ?? false }),
            new PgInstrumentation({
              requireParentSpan: true,
              requestHook: (span, { query }) => span.setAttribute('db.query.text', withoutValues(query.text)),
            }),
          ],
        }),
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return () => sdk.shutdown().catch(() => undefined);
}

/** Statements have messages, keys and digests written into them; whoever reads traces has no business with those. */
export function withoutValues(sql: string): string {
  return sql.replaceAll(/'(?:[^']|'')*'/g, '?');
}
