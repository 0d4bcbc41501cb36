import type { TierConfig } from '@switchyard/models/tier';
import type { Config } from './config.ts';
import type { DataDirectory } from './data-directory.ts';

/** What a person at the terminal is told. Logs go to standard error, so that this stays readable. */
export function announceStarting(directory: DataDirectory, config: Config): void {
  const database =
    config.DATABASE_URL === undefined ? 'embedded PostgreSQL 18' : `PostgreSQL at ${new URL(config.DATABASE_URL).host}`;
  console.log(`Switchyard is starting: ${database}, data in ${directory.path}`);
}

export type ReadyOptions = {
  readonly config: Config;
  /** Of the graph, of the subgraph that this process serves, or of the health of workers alone. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly operatorKey: { readonly value: string; readonly made: boolean };
  readonly tiers: readonly TierConfig[];
};

/** Says where everything is and how to call it, and closes with the line `ready <address of the graph>`. */
export function announceReady({ config, url, metricsUrl, operatorKey, tiers }: ReadyOptions): void {
  if (config.ROLES.includes('gateway')) {
    const origin = url.slice(0, -'/graphql'.length);
    console.log(`  graph      ${url}  (POST; ws and text/event-stream for subscriptions)`);
    console.log(`  explorer   ${origin}/graphiql  (works without internet), ${origin}/ (Apollo Sandbox)`);
    console.log(`  health     ${origin}/health/ready`);
    console.log(`  metrics    ${metricsUrl}`);
    console.log(
      `  operator   Authorization: Bearer ${operatorKey.made ? `${operatorKey.value}  (made now, kept in DATA_DIR/operator.key)` : config.OPERATOR_KEY === undefined ? '<DATA_DIR/operator.key>' : '<OPERATOR_KEY>'}`,
    );
    console.log(
      `  try        curl -s ${url} -H 'content-type: application/json' -H 'authorization: Bearer <key>' -d '{"query":"{ viewer { scopes } }"}'`,
    );
  } else {
    console.log(`  roles      ${config.ROLES.join(', ')}`);
    console.log(`  health     ${new URL('/health/ready', url)}`);
    console.log(`  metrics    ${metricsUrl}`);
  }
  console.log(`  tiers      ${tiers.map((tier) => `${tier.name} (${tier.provider} ${tier.model})`).join(', ')}`);
  if (tiers.some((tier) => tier.provider === 'simulator')) {
    console.log(
      '  note       tiers of the provider "simulator" make answers up: set OPENAI_API_KEY or ANTHROPIC_API_KEY, or TIERS_FILE, for real ones',
    );
  }
  console.log(`ready ${url}`);
}
