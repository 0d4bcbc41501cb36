import pg from 'pg';
import { CROSS_TENANT_ROLE } from './policies.ts';

/** Owns every schema and table, runs migrations, and is under FORCE ROW LEVEL SECURITY itself. */
export const OWNER_ROLE = 'switchyard_owner';
/** What the platform connects as. */
export const APP_ROLE = 'switchyard_app';

/**
 * Makes the three roles, as a superuser or a role with CREATEROLE. Runs at every start and changes nothing when all is there.
 * INHERIT FALSE: being a member of the cross-tenant role gives nothing until a transaction says `set local role`.
 */
export async function ensureRoles(adminUrl: string, passwords: { readonly owner: string; readonly app: string }): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(4207001)');
    const role = async (name: string, options: string) => {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
      await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${name} ${options}`);
    };
    await role(OWNER_ROLE, `login nosuperuser nobypassrls password ${client.escapeLiteral(passwords.owner)}`);
    await role(APP_ROLE, `login nosuperuser nobypassrls noinherit password ${client.escapeLiteral(passwords.app)}`);
    await role(CROSS_TENANT_ROLE, 'nologin nosuperuser nobypassrls');
    await client.query(`grant ${CROSS_TENANT_ROLE} to ${APP_ROLE} with inherit false, set true`);
    const { rows } = await client.query<{ name: string }>('select current_database() as name');
    await client.query(`grant create, connect on database ${client.escapeIdentifier(rows[0]?.name ?? '')} to ${OWNER_ROLE}`);
  } finally {
    await client.end();
  }
}
