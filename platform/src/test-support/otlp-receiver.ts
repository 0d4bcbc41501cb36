import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SeenSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** Takes traces as a collector does (OTLP over HTTP, JSON), and keeps them. */
export type OtlpReceiver = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly spans: readonly SeenSpan[];
  /** All that was sent, as text. */
  text(): string;
  close(): Promise<void>;
};

type Sent = {
  resourceSpans: { scopeSpans: { spans: (Omit<SeenSpan, 'attributes'> & { attributes: Attribute[] })[] }[] }[];
};
type Attribute = { key: string; value: Readonly<Record<string, unknown>> };

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: SeenSpan[] = [];
  const texts: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      if (request.url !== '/v1/traces') return response.writeHead(404).end();
      texts.push(text);
      spans.push(...spansOf(JSON.parse(text) as Sent));
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    text: () => texts.join('\n'),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function spansOf({ resourceSpans }: Sent): SeenSpan[] {
  return resourceSpans
    .flatMap((resource) => resource.scopeSpans)
    .flatMap((scope) => scope.spans)
    .map(({ traceId, spanId, parentSpanId = '', name, attributes }) => ({
      traceId,
      spanId,
      parentSpanId,
      name,
      // A value is an object with one field, named after its type.
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
