import { parseRetention, type RetentionDays } from '@switchyard/contracts/topics';
import type { TierConfig } from '@switchyard/models/tier';
import { createEgress, EgressError } from '@switchyard/tools/egress';
import { z } from 'zod';
import { readTiers } from './tiers.ts';

/**
 * Every variable of the environment that the platform reads: this is the one place. `.env.example` is generated from it.
 * All faults are reported at once; nothing is started before all of it fits.
 */
export const ROLES = [
  'gateway',
  'sessions',
  'router',
  'analytics',
  'billing',
  'worker-orchestrator',
  'worker-projector',
  'worker-metering',
  'worker-relay',
] as const;
export type Role = (typeof ROLES)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const text = z.string().min(1);
const flag = z.enum(['on', 'off']);
const SUBGRAPH_URL = 'Where the gateway reaches this subgraph when it runs in another process.';

type Variable = {
  readonly schema: z.ZodType;
  readonly about: string;
  /** As a user would write it; also what the schema falls back to. */
  readonly byDefault?: string;
  readonly example?: string;
};

export const VARIABLES = {
  PORT: {
    schema: port,
    byDefault: '4000',
    about:
      'Port of the graph (HTTP, WebSocket, the explorers) and of /health; of a subgraph, or of the health of workers alone, when ROLES is split. 0 picks a free one.',
  },
  METRICS_PORT: { schema: port, byDefault: '9464', about: 'Port of the Prometheus metrics, at /metrics. 0 picks a free one.' },
  HOST: { schema: text, byDefault: '127.0.0.1', about: 'Address to listen on; 0.0.0.0 in a container.' },
  DATA_DIR: {
    schema: text,
    byDefault: './.data',
    about: 'Where the embedded PostgreSQL, the generated keys and the demo keep their files.',
  },
  ROLES: {
    schema: text.transform(rolesOf),
    byDefault: 'all',
    about: `What this process is: all, or some of ${ROLES.join(', ')}, separated by commas. Anything but all needs DATABASE_URL and SECRET_KEY.`,
  },
  OPERATOR_KEY: {
    schema: z
      .string()
      .regex(/^\S{16,}$/, 'must have at least 16 characters, and no space among them')
      .optional(),
    about: 'Bearer token of the operator. Made, printed once and kept in DATA_DIR when unset.',
    example: 'at-least-16-characters',
  },
  SECRET_KEY: {
    schema: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits (32 bytes), such as `openssl rand -hex 32` prints')
      .optional(),
    about:
      'Signs request contexts and encrypts stored secrets: 64 hexadecimal digits, the same in every process. Made and kept in DATA_DIR when unset.',
    example: '(openssl rand -hex 32)',
  },
  TIERS_FILE: {
    schema: text.optional(),
    about: 'JSON file with the model tiers, cheapest first. Unset: local, and small, medium and large by the keys below.',
    example: './tiers.json',
  },
  OPENAI_API_KEY: {
    schema: text.optional(),
    about: 'Key of the default OpenAI tiers; a tier of TIERS_FILE names its own variable.',
  },
  ANTHROPIC_API_KEY: {
    schema: text.optional(),
    about: 'Key of the default Anthropic tiers; a tier of TIERS_FILE names its own variable.',
  },
  SUPERGRAPH_FILE: {
    schema: text.optional(),
    about:
      'Supergraph of the gateway instead of schema/supergraph.graphql. When the file changes it is loaded without cutting anyone off.',
    example: '/etc/switchyard/supergraph.graphql',
  },
  EGRESS_ALLOW: {
    schema: z.string().transform(cidrsOf).optional(),
    about: 'CIDRs, separated by commas, that tenants’ tool endpoints may reach besides public addresses. None by default.',
    example: '10.20.0.0/16,fd00:20::/32',
  },
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    about:
      'PostgreSQL 16 or later instead of the embedded one. A role that may create roles: the platform makes its own roles and tables with it, and then works as one that owns nothing.',
    example: 'postgres://admin:secret@db.internal:5432/switchyard',
  },
  DATABASE_POOL: {
    schema: z.coerce.number().int().min(1).max(200),
    byDefault: '8',
    about: 'Connections at most, for each subgraph of this process.',
  },
  ANALYTICS_DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    about: 'Another PostgreSQL for the read models of analytics. Unset: they are beside everything else.',
    example: 'postgres://admin:secret@analytics-db.internal:5432/switchyard',
  },
  ANALYTICS_REPLICA_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    about:
      'A streaming replica of the PostgreSQL that holds the read models: figures are read there, and their asOf shows how far it has come.',
    example: 'postgres://admin:secret@analytics-replica.internal:5432/switchyard',
  },
  KAFKA_BROKERS: {
    schema: z.string().transform(brokersOf).optional(),
    about: 'Kafka as the event log: host:port, separated by commas. Unset: the log is read from PostgreSQL.',
    example: 'kafka-0:9092,kafka-1:9092',
  },
  LOG_RETENTION_DAYS: {
    schema: z.string().transform(retentionOf).optional(),
    about:
      'How long topics of the event log are kept, where it differs from the default: TOPIC=DAYS or TOPIC=forever, separated by commas. What invoices come from is never kept for less than its default.',
    example: 'sessions.session.v1=30,billing.usage.v1=forever',
  },
  REDIS_URL: {
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    about: 'Redis for hints between processes. Unset: in memory, or PostgreSQL’s NOTIFY when ROLES is split.',
    example: 'redis://redis:6379',
  },
  ROUTER_MODEL_FILE: {
    schema: text.optional(),
    about:
      'What the router learnt offline (`npm run router -- train`), its heads named like tiers or their models. Unset: a documented prior.',
    example: '/etc/switchyard/router-model.json',
  },
  SESSIONS_URL: { schema: z.url().optional(), about: SUBGRAPH_URL, example: 'http://sessions:4000/graphql' },
  ROUTER_URL: { schema: z.url().optional(), about: SUBGRAPH_URL, example: 'http://router:4000/graphql' },
  ANALYTICS_URL: { schema: z.url().optional(), about: SUBGRAPH_URL, example: 'http://analytics:4000/graphql' },
  BILLING_URL: { schema: z.url().optional(), about: SUBGRAPH_URL, example: 'http://billing:4000/graphql' },
  STRIPE_SECRET_KEY: {
    schema: text.optional(),
    about: 'Secret key of Stripe. Unset: no invoice is paid through Stripe. Needs STRIPE_WEBHOOK_SECRET.',
    example: 'sk_live_…',
  },
  STRIPE_WEBHOOK_SECRET: {
    schema: text.optional(),
    about: 'Signing secret of Stripe’s webhook endpoint, which is /webhooks/stripe of the gateway.',
    example: 'whsec_…',
  },
  BRAINTREE_MERCHANT_ID: {
    schema: text.optional(),
    about:
      'Merchant at Braintree. Unset: no invoice is paid through Braintree. Needs the two keys; webhooks go to /webhooks/braintree.',
  },
  BRAINTREE_PUBLIC_KEY: { schema: text.optional(), about: 'Public key of the merchant at Braintree.' },
  BRAINTREE_PRIVATE_KEY: {
    schema: text.optional(),
    about: 'Private key of the merchant at Braintree; its webhooks are signed with it.',
  },
  BRAINTREE_ENVIRONMENT: {
    schema: z.enum(['sandbox', 'production']),
    byDefault: 'sandbox',
    about: 'Which of Braintree’s environments the keys belong to.',
  },
  JWT_JWKS_URL: {
    schema: z.url().optional(),
    about: 'Key set that JWTs are checked against; unset: API keys only. Claims: tenant (id), scope (space-separated).',
    example: 'https://id.example.com/.well-known/jwks.json',
  },
  JWT_ISSUER: {
    schema: text.optional(),
    about: 'Issuer that a JWT must name. Needed with JWT_JWKS_URL.',
    example: 'https://id.example.com/',
  },
  JWT_AUDIENCE: {
    schema: text.optional(),
    about: 'Audience that a JWT must name. Needed with JWT_JWKS_URL.',
    example: 'switchyard',
  },
  ORCHESTRATOR_CONCURRENCY: {
    schema: z.coerce.number().int().min(1).max(1000),
    byDefault: '64',
    about: 'Episodes that one orchestrator runs at once.',
  },
  TOOL_APPROVAL_HOURS: {
    schema: z.coerce.number().positive().max(8760),
    byDefault: '24',
    about: 'How long a tool call waits for a person’s approval before it is refused.',
  },
  DEMO: { schema: flag, byDefault: 'on', about: 'off: no demo tenant on the first start.' },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    byDefault: 'warn',
    about: 'JSON logs on standard error, from this level on.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z.url().optional(),
    about: 'Where traces are sent (OTLP over HTTP). Unset: nowhere.',
    example: 'http://otel-collector:4318',
  },
  CAPTURE_MESSAGE_CONTENT: {
    schema: flag,
    byDefault: 'off',
    about: 'on: prompts and answers are put into traces. They hold personal data.',
  },
} as const satisfies Record<string, Variable>;

type Name = keyof typeof VARIABLES;
type Values = { readonly [K in Name]: z.output<(typeof VARIABLES)[K]['schema']> };
export type Config = Values & {
  /** What TIERS_FILE says, or the keys of providers. */
  readonly tiers: readonly TierConfig[];
};

/** What is wrong with the configuration, a sentence each, all at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration does not fit: ${faults.join(' ')}`);
    this.faults = faults;
  }
}

/** @throws ConfigError with every fault. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const faults = new Map<string, string>();
  const entries = Object.entries<Variable>(VARIABLES).map(([name, variable]) => {
    const given = environment[name]?.trim();
    const parsed = variable.schema.safeParse(given === undefined || given === '' ? variable.byDefault : given);
    if (!parsed.success) faults.set(name, `${name} ${parsed.error.issues.map((issue) => issue.message).join(', ')}.`);
    return [name, parsed.data] as const;
  });
  const values = Object.fromEntries(entries) as Values;
  const tiers = readTiers(values.TIERS_FILE, environment);
  const others = [...(tiers.ok ? [] : tiers.error.faults), ...(faults.has('ROLES') ? [] : contradictions(values))];
  // What contradicts a value that is wrong by itself says nothing yet.
  const named = others.filter((sentence) => ![...faults.keys()].some((name) => sentence.includes(name)));
  if (!tiers.ok || faults.size + named.length > 0) throw new ConfigError([...faults.values(), ...named]);
  return { ...values, tiers: tiers.value };
}

function contradictions(config: Values): string[] {
  const faults: string[] = [];
  const split = config.ROLES.length < ROLES.length;
  if (split && config.DATABASE_URL === undefined)
    faults.push('ROLES splits the platform, so DATABASE_URL must name the PostgreSQL that its processes share.');
  if (split && config.SECRET_KEY === undefined)
    faults.push('ROLES splits the platform, so SECRET_KEY must be set, the same in every process.');
  if (split && config.ROLES.includes('gateway')) {
    if (config.OPERATOR_KEY === undefined) faults.push('ROLES splits the platform, so OPERATOR_KEY must be set for the gateway.');
    for (const name of ['sessions', 'router', 'analytics', 'billing'] as const) {
      const variable = `${name.toUpperCase()}_URL` as 'SESSIONS_URL';
      if (!config.ROLES.includes(name) && config[variable] === undefined)
        faults.push(`${variable} must say where the gateway reaches ${name}.`);
    }
  }
  if (config.JWT_JWKS_URL !== undefined && (config.JWT_ISSUER === undefined || config.JWT_AUDIENCE === undefined)) {
    faults.push('JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE.');
  }
  if (config.ANALYTICS_REPLICA_URL !== undefined && (config.ANALYTICS_DATABASE_URL ?? config.DATABASE_URL) === undefined)
    faults.push('ANALYTICS_REPLICA_URL needs the server that it is a replica of: ANALYTICS_DATABASE_URL, or DATABASE_URL.');
  if (config.PORT !== 0 && config.PORT === config.METRICS_PORT) faults.push('PORT and METRICS_PORT must differ.');
  return faults;
}

function rolesOf(value: string, context: z.RefinementCtx): readonly Role[] {
  if (value === 'all') return ROLES;
  const named = value.split(',').map((role) => role.trim());
  const unknown = named.filter((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown.length > 0)
    context.addIssue({
      code: 'custom',
      message: `names ${unknown.join(', ')}, which is no role; there are all, ${ROLES.join(', ')}`,
    });
  return ROLES.filter((role) => named.includes(role));
}

function listOf(value: string): string[] {
  return value.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
}

function cidrsOf(value: string, context: z.RefinementCtx): readonly string[] {
  const allowCidrs = listOf(value);
  try {
    createEgress({ allowCidrs });
    return allowCidrs;
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    context.addIssue({ code: 'custom', message: `cannot be: ${error.message.replace(/[.]$/, '')}` });
    return z.NEVER;
  }
}

function brokersOf(value: string, context: z.RefinementCtx): readonly string[] {
  const brokers = listOf(value);
  const odd = brokers.filter((broker) => !/^[^\s:/]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i.test(broker));
  if (brokers.length === 0) context.addIssue({ code: 'custom', message: 'must name a broker as host:port' });
  if (odd.length > 0) context.addIssue({ code: 'custom', message: `must be host:port, which ${odd.join(', ')} is not` });
  return brokers;
}

function retentionOf(value: string, context: z.RefinementCtx): RetentionDays {
  try {
    return parseRetention(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot be: ${(error as Error).message}` });
    return z.NEVER;
  }
}

/** The text of .env.example. */
export function environmentExample(): string {
  const blocks = Object.entries<Variable>(VARIABLES).map(([name, variable]) => {
    const value = variable.byDefault ?? variable.example ?? '';
    return `# ${variable.about}\n${variable.byDefault === undefined ? '# ' : ''}${name}=${value}\n`;
  });
  return `# Every variable that the platform reads, with its default or, behind "# ", an example. The npm scripts read .env beside it.\n# Generated from platform/src/config.ts by \`npm run generate\`.\n\n${blocks.join('\n')}`;
}
