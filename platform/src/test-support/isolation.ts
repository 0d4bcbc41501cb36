import type { Database } from '@switchyard/database/database';
import { TENANT_ROWS } from '@switchyard/database/policies';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { signContext } from '@switchyard/runtime/context-token';
import type { Subgraph } from '@switchyard/runtime/subgraph';
import { type FieldDefinitionNode, Kind, parse, type TypeNode } from 'graphql';
import type pg from 'pg';

/** How it is tried that a tenant reaches its own rows through a subgraph, and nobody else's. */

/** Ids and texts of what one tenant has, by the name that the cases use. */
export type Owned = { readonly tenantId: TenantId } & Readonly<Record<string, string>>;

/** One way into a tenant's rows. */
export type IsolationCase = {
  /** What it enters by: "Query.session", "Mutation.endSession", or "Session" for the entity's reference. */
  readonly field: string;
  readonly operation: string;
  variables?(owned: Owned): Record<string, unknown>;
  /** Stands in the answer's JSON if and only if the tenant's row was found. */
  shows(owned: Owned): string;
};

export type IsolationOf = {
  readonly subgraph: Subgraph;
  readonly contextKey: Buffer;
  /** PostgreSQL schema of its tables. */
  readonly schema: string;
  readonly database: Database;
  /** Makes a tenant that has a row in every table. */
  makeTenant(): Promise<Owned>;
  /** In an order in which a tenant can run all of them on its own rows. */
  readonly cases: readonly IsolationCase[];
  /** Fields without a case, and why: what takes nobody's id and shows nobody's row. */
  readonly exempt: Readonly<Record<string, string>>;
  /** Tables that no field needs, so that none misses their policy, and why. */
  readonly unread: Readonly<Record<string, string>>;
  /** Tables that no field shows another tenant's rows of, even under an open policy, and why. */
  readonly unseen: Readonly<Record<string, string>>;
};

/** A case that enters by an id and shows it again. */
export function byId(field: string, operation: string, name: string): IsolationCase {
  return { field, operation, variables: (owned) => ({ id: owned[name] }), shows: (owned) => owned[name] ?? '' };
}

/** A case that takes no id and shows what the tenant has. */
export function listing(field: string, operation: string, name: string): IsolationCase {
  return { field, operation, shows: (owned) => owned[name] ?? '' };
}

/** A case that references an entity as the gateway does. */
export function reference(type: string, name: string): IsolationCase {
  return {
    field: type,
    operation: `query ($all: [_Any!]!) { _entities(representations: $all) { ... on ${type} { id __typename } } }`,
    variables: (owned) => ({ all: [{ __typename: type, id: owned[name] }] }),
    shows: (owned) => owned[name] ?? '',
  };
}

/** What a subgraph can be entered by: its root fields, its entities, and any other field that takes an id. */
export function waysInto(sdl: string): string[] {
  const ways: string[] = [];
  for (const definition of parse(sdl).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    const name = definition.name.value;
    if (definition.directives?.some((directive) => directive.name.value === 'key')) ways.push(name);
    const isRoot = ['Query', 'Mutation', 'Subscription'].includes(name);
    for (const field of definition.fields ?? []) if (isRoot || takesId(field)) ways.push(`${name}.${field.name.value}`);
  }
  return [...new Set(ways)];
}

function takesId(field: FieldDefinitionNode): boolean {
  const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type));
  return (field.arguments ?? []).some((argument) => named(argument.type) === 'ID');
}

/** Whether the caller, with every scope of its tenant, finds the owner's row this way. */
export async function finds(of: IsolationOf, way: IsolationCase, caller: TenantId, owned: Owned): Promise<boolean> {
  const contextToken = await signContext(
    { requestId: newId(), tenantId: caller, scopes: ['ADMIN'], credential: { kind: 'API_KEY', id: newId() } },
    of.contextKey,
  );
  const request = { query: way.operation, variables: way.variables?.(owned) ?? {}, contextToken };
  const answer = way.field.startsWith('Subscription.') ? await firstEvent(of, request) : await of.subgraph.execute(request);
  return JSON.stringify(answer?.data ?? null).includes(way.shows(owned));
}

const EVENT_WITHIN_MS = 1000;

async function firstEvent(of: IsolationOf, request: Parameters<Subgraph['subscribe']>[0]) {
  const events = await of.subgraph.subscribe(request);
  if (!(Symbol.asyncIterator in events)) return events;
  const timer = new Promise<null>((resolve) => setTimeout(() => resolve(null), EVENT_WITHIN_MS));
  const first = await Promise.race([events.next(), timer]);
  await events.return?.();
  return first === null || first.done === true ? null : first.value;
}

/** Runs the ways one after the other; those that found the owner's row. */
export async function foundBy(of: IsolationOf, caller: TenantId, owned: Owned): Promise<string[]> {
  const found: string[] = [];
  for (const way of of.cases) if (await finds(of, way, caller, owned)) found.push(way.field);
  return found;
}

/** The schema's tables that hold tenants' rows. */
export async function tenantTables(admin: pg.Client, schema: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select tablename as name from pg_policies where schemaname = $1 and policyname = 'tenant_rows' order by 1`,
    [schema],
  );
  return rows.map((row) => row.name);
}

/** How many rows of the owner's a unit of work of the caller's sees in the table. */
export async function rowsSeen(of: IsolationOf, table: string, caller: TenantId, owner: TenantId): Promise<number> {
  return await of.database.tenant(caller, async (tx) => {
    const rows = await tx.query(`select 1 from "${of.schema}"."${table}" where tenant_id = $1`, [owner]);
    return rows.length;
  });
}

const OWN_ROWS = TENANT_ROWS.policies.find((policy) => policy.name === 'tenant_rows');

/** Runs `work` while the table's policy for tenants is gone, or lets everybody at every row; then all is as before. */
export async function withPolicy<T>(
  admin: pg.Client,
  table: { readonly schema: string; readonly name: string },
  changed: 'dropped' | 'open',
  work: () => Promise<T>,
): Promise<T> {
  const on = `tenant_rows on "${table.schema}"."${table.name}"`;
  await admin.query(changed === 'dropped' ? `drop policy ${on}` : `alter policy ${on} using (true) with check (true)`);
  try {
    return await work();
  } finally {
    const how = `using (${OWN_ROWS?.using}) with check (${OWN_ROWS?.check})`;
    await admin.query(changed === 'dropped' ? `create policy ${on} ${how}` : `alter policy ${on} ${how}`);
  }
}
