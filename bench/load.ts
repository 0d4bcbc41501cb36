import { quantile } from './machine.ts';

export type LoadFigures = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number; readonly errors: number };

/**
 * Closed-loop load: each of `connections` sends its next request when the last one was answered, for a bounded time.
 * @param send makes request number n, and throws when the answer is wrong.
 */
export async function closedLoop(options: {
  connections: number;
  seconds: number;
  send(n: number): Promise<void>;
}): Promise<LoadFigures> {
  const end = performance.now() + options.seconds * 1000;
  const latencies: number[] = [];
  let sent = 0;
  let errors = 0;
  const connection = async (): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      sent += 1;
      await options.send(sent).catch(() => {
        errors += 1;
      });
      latencies.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: options.connections }, connection));
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: latencies.length / seconds, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), errors };
}

export function figuresLine(name: string, figures: LoadFigures): string {
  return `${name.padEnd(44)} ${figures.perSecond.toFixed(0).padStart(6)}/s   p50 ${figures.p50Ms.toFixed(1).padStart(6)} ms   p99 ${figures.p99Ms.toFixed(1).padStart(6)} ms   errors ${figures.errors}`;
}
