import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';
import { currentLogFields } from './log-fields.ts';

export type LoggerOptions = {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** Who writes, such as `gateway` or `sessions`. */
  readonly service: string;
  /** Where to, instead of standard output. */
  readonly destination?: DestinationStream;
};

const SECRETS = [
  'authorization',
  'Authorization',
  'cookie',
  'secret',
  'signingSecret',
  'token',
  'contextToken',
  'apiKey',
  'api_key',
  'operatorKey',
  'password',
  '["x-switchyard-context"]',
];
/** pino censors by path, not by name: these cover a field itself, one in an object, and one in an object's object (`request.headers.authorization`). */
const REDACTED = SECRETS.flatMap((name) => {
  const step = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${step}`, `*.*${step}`];
});

function whereabouts(): Record<string, string | null> {
  const span = trace.getActiveSpan()?.spanContext();
  const traced = span === undefined || !isSpanContextValid(span) ? {} : { traceId: span.traceId, spanId: span.spanId };
  return { ...currentLogFields(), ...traced };
}

type LoggedError = {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  readonly cause?: LoggedError;
};

const MOST_CAUSES = 5;

/**
 * Only what is named here: libraries hang whole objects on their errors, such as a database client with its password, or the
 * row that a constraint refused.
 */
function loggedError(error: unknown, causes = MOST_CAUSES): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as { readonly code?: unknown };
  return {
    type: name,
    message: withoutDetail(message),
    ...(stack === undefined ? {} : { stack: withoutDetail(stack) }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause === undefined || causes === 0 ? {} : { cause: loggedError(cause, causes - 1) }),
  };
}

/** MikroORM writes PostgreSQL's detail into the message: values that a statement was refused for. */
function withoutDetail(text: string): string {
  return text.replaceAll(/^ - detail: .*$/gm, ' - detail: [redacted]');
}

/** One JSON object per line, with the ids of the active trace, the request and its tenant; secrets are replaced by `[redacted]`. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => loggedError(error) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    mixin: whereabouts,
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
