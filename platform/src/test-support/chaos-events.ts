import { Migration } from '@mikro-orm/migrations';
import { streams } from '@switchyard/analytics/test-support/event-streams';
import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Database } from '@switchyard/database/database';
import { SHARED_ROWS } from '@switchyard/database/policies';
import type { Schema } from '@switchyard/database/schema';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { type EventId, newId, type TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';

class Batches extends Migration {
  override up(): void {
    this.addSql('create table chaos.batch (nr int primary key)');
    this.addSql('alter table chaos.batch enable row level security');
    for (const policy of SHARED_ROWS.policies) {
      const to = 'roles' in policy ? `to ${policy.roles.join(', ')}` : '';
      this.addSql(`create policy ${policy.name} on chaos.batch ${to} using (true)`);
    }
  }
}

/** Which batches are committed: a writer that lost its connection at the commit must not write them again. */
export const CHAOS_SCHEMA: Schema = { name: 'chaos', entities: [], migrations: [{ name: 'Batches', class: Batches }] };

const TENANTS = 50;
const BATCH = 100;

export type ChaosEvents = {
  readonly tenants: readonly TenantId[];
  readonly byTenant: ReadonlyMap<TenantId, readonly EventEnvelope[]>;
  /** In the order of their writing: the last twentieth is late by all the others. */
  readonly batches: readonly (readonly EventEnvelope[])[];
};

/** About `count` events of 50 tenants, whose histories are any. */
export function chaosEvents(count: number, seed: number): ChaosEvents {
  const tenants = Array.from({ length: TENANTS }, () => newId<TenantId>());
  const byTenant = new Map<TenantId, EventEnvelope[]>(tenants.map((tenantId) => [tenantId, [created(tenantId)]]));
  let made = 0;
  for (let round = 0; made < count; round += 1) {
    for (const { events } of fc.sample(streams, { numRuns: 10, seed: seed + round })) {
      const tenantId = tenants[(round * 7 + made) % TENANTS] ?? newId<TenantId>();
      byTenant.get(tenantId)?.push(...events.map((event) => ({ ...event, tenantid: tenantId, subject: tenantId })));
      made += events.length;
    }
  }
  const [timely, late]: [EventEnvelope[][], EventEnvelope[][]] = [[], []];
  for (const events of byTenant.values()) {
    const isLate = (index: number) => index % 20 === 19;
    timely.push(...chunks(events.filter((_, index) => !isLate(index))));
    late.push(...chunks(events.filter((_, index) => isLate(index))));
  }
  const mixed = timely.map((batch, index) => ({ batch, rank: (index * 7919) % timely.length })).sort((a, b) => a.rank - b.rank);
  return { tenants, byTenant, batches: [...mixed.map(({ batch }) => batch), ...late] };
}

/** Writes the batch once, with a twentieth of its events doubled, however often the database goes away meanwhile. */
export async function writeBatch(database: Database, nr: number, events: readonly EventEnvelope[]): Promise<void> {
  for (;;) {
    try {
      await database.crossTenant('maintenance', async (tx) => {
        const [fresh] = await tx.query('insert into chaos.batch values ($1) on conflict do nothing returning nr', [nr]);
        if (fresh === undefined) return;
        await appendEvents(tx, 'switchyard/test', events.map(newEvent));
        await tx.query(
          `insert into log.event (topic, partition, tenant_id, time, envelope)
           select topic, partition, tenant_id, time, envelope from log.event where xid = pg_current_xact_id() and random() < 0.05`,
        );
      });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function created(tenantid: TenantId): EventEnvelope {
  return {
    specversion: '1.0',
    id: newId<EventId>(),
    source: 'switchyard/test',
    type: 'tenant.created',
    subject: tenantid,
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    schemaversion: 1,
    tenantid,
    data: { tenantId: tenantid, name: 'chaos' },
  };
}

function newEvent(event: EventEnvelope): NewEvent {
  const { type, tenantid: tenantId, subject, time, data } = event;
  // The generator made it of this type; appendEvents checks it again.
  return { type, tenantId, subject, time: new Date(time), data } as NewEvent;
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, index) => all.slice(index * BATCH, (index + 1) * BATCH));
}
