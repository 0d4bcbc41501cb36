import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../../..');

/** The platform as a user runs it: a process of its own, known by what it prints and by its ports. */
export type PlatformProcess = {
  readonly pid: number;
  /** Of the graph: http://127.0.0.1:PORT/graphql */
  readonly url: string;
  readonly metricsUrl: string;
  /** All that it has printed so far. */
  output(): string;
  /** Sends the signal and waits for the end; resolves to the exit code, null when a signal ended it. */
  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>;
};

export type PlatformProcessOptions = {
  /** Variables of the platform; DATA_DIR is needed, PORT and METRICS_PORT default to free ones, DEMO to off. */
  readonly env: Readonly<Record<string, string>>;
  /** Until the line `ready …`. Default 60 s. */
  readonly timeoutMs?: number;
};

/** Runs the platform until it ends by itself: for starts that must fail. */
export async function runPlatform(options: PlatformProcessOptions): Promise<{ code: number | null; output: string }> {
  const { child, output } = launch(options);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  return { code, output: output() };
}

/** @throws Error with what it printed, when it ends or the time is over before it is ready. */
export async function startPlatformProcess(options: PlatformProcessOptions): Promise<PlatformProcess> {
  const { child, output } = launch(options);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const deadline = Date.now() + (options.timeoutMs ?? 60_000);
  const readyLine = /^ready (http:\/\/\S+)$/m;
  while (!readyLine.test(output())) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the platform ended before it was ready:\n${output()}`);
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the platform was not ready in time:\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    pid: child.pid ?? 0,
    url: readyLine.exec(output())?.[1] ?? '',
    metricsUrl: /http:\/\/\S+\/metrics/.exec(output())?.[0] ?? '',
    output,
    end: async (signal) => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

function launch(options: PlatformProcessOptions): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', path.join(ROOT, 'platform/src/main.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, PORT: '0', METRICS_PORT: '0', DEMO: 'off', ...options.env },
  });
  let text = '';
  const keep = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return { child, output: () => text };
}
