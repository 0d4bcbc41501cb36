import { Migration } from '@mikro-orm/migrations';
import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Database, Tx } from '@switchyard/database/database';
import { SHARED_ROWS } from '@switchyard/database/policies';
import type { Schema } from '@switchyard/database/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { appendEvents, type NewEvent } from '../outbox.ts';

class Effects extends Migration {
  override up(): void {
    this.addSql(`create table effects.effect (nr bigserial, group_name text, event_id uuid, subject text, token text)`);
    this.addSql(`create table effects.truth (nr bigserial, subject text, token text)`);
    for (const table of ['effect', 'truth']) {
      this.addSql(`alter table effects.${table} enable row level security`);
      for (const policy of SHARED_ROWS.policies) {
        const to = 'roles' in policy ? `to ${policy.roles.join(', ')}` : '';
        this.addSql(`create policy ${policy.name} on effects.${table} ${to} using (true)`);
      }
    }
  }
}

/** Where the consumers of the tests write, and where the writers note what they committed. */
export const EFFECTS_SCHEMA: Schema = { name: 'effects', entities: [], migrations: [{ name: 'Effects', class: Effects }] };

export const tenantId = newId<TenantId>();

export function requested(subject: string, token: string): NewEvent<'episode.requested'> {
  return {
    type: 'episode.requested',
    tenantId,
    subject,
    time: new Date(),
    data: { episodeId: newId(), sessionId: newId(), useCase: 'FAQ', token },
  };
}

export function tokenOf(event: EventEnvelope): string {
  return String((event.data as { token?: unknown }).token);
}

/** Appends one event per token, in one transaction, and notes it as committed. */
export async function write(database: Database, subject: string, tokens: readonly string[]): Promise<void> {
  await database.crossTenant('maintenance', async (tx) => {
    await append(tx, subject, tokens);
  });
}

/** The note is made while the subject is locked, so that its numbers grow in the order of commits. */
export async function append(tx: Tx, subject: string, tokens: readonly string[]): Promise<void> {
  await appendEvents(
    tx,
    'switchyard/test',
    tokens.map((token) => requested(subject, token)),
  );
  await tx.query(`insert into effects.truth (subject, token) select $1, unnest($2::text[])`, [subject, tokens]);
}

/** A handler that writes down what it was given, in the order in which it was given. */
export function recordInto(group: string) {
  return async (events: readonly EventEnvelope[], tx: Tx): Promise<void> => {
    await tx.query(
      `insert into effects.effect (group_name, event_id, subject, token)
       select $1, id, subject, token from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as e (id, subject, token, n) order by n`,
      [group, events.map((event) => event.id), events.map((event) => event.subject), events.map(tokenOf)],
    );
  };
}

export async function effectsOf(database: Database, group: string, subject?: string): Promise<string[]> {
  const rows = await database.crossTenant('maintenance', (tx) =>
    tx.query<{ token: string }>(
      `select token from effects.effect where group_name = $1 and ($2::text is null or subject = $2) order by nr`,
      [group, subject ?? null],
    ),
  );
  return rows.map((row) => row.token);
}

export async function committedTokens(database: Database, subject?: string): Promise<string[]> {
  const rows = await database.crossTenant('maintenance', (tx) =>
    tx.query<{ token: string }>(`select token from effects.truth where $1::text is null or subject = $1 order by nr`, [
      subject ?? null,
    ]),
  );
  return rows.map((row) => row.token);
}
