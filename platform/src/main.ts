import { ConfigError, readConfig } from './config.ts';
import { StartError } from './start-error.ts';
import { startTelemetry } from './telemetry.ts';

/** `npm start`. The order matters: configuration, then tracing, and only then the modules that are traced. */
const STOP_WITHIN_MS = 9_500;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const stopTelemetry = startTelemetry(config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const { startPlatform } = await import('./start.ts');

  const starting = new AbortController();
  let stopping: Promise<void> | undefined;
  const platform = startPlatform(config, process.env, starting.signal);
  const stop = (signal: string): void => {
    if (stopping !== undefined) return;
    console.log(`\n${signal}: stopping …`);
    starting.abort();
    // Draining is bounded from the outside as well: a stop that hangs is worse than one that cuts.
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    stopping = platform
      .then((running) => running.stop())
      .catch(() => undefined)
      .then(stopTelemetry)
      .then(() => {
        console.log('stopped');
        process.exit(0);
      });
  };
  // Other libraries' exit hooks would end the process before it has drained.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => stop(signal));
  }
  // A start that is broken off by a signal ends as `stop` says.
  await platform.catch((error: unknown) => {
    if (stopping === undefined) throw error;
  });
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) {
    console.error(error.message);
  } else if (error instanceof StartError) {
    console.error(error.message);
  } else {
    console.error('The platform could not start, and this is a fault of its own:', error);
  }
  process.exit(1);
});
