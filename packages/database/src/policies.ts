/** The role under which a cross-tenant path runs; the application's role may switch to it, and does so by name only. */
export const CROSS_TENANT_ROLE = 'switchyard_cross_tenant';

/** The setting that says whose rows a transaction may see. Empty or unset: none. */
export const TENANT_SETTING = 'app.tenant_id';

const OWN_ROWS = `tenant_id = nullif(current_setting('${TENANT_SETTING}', true), '')::uuid`;

const crossTenant = { name: 'cross_tenant', roles: [CROSS_TENANT_ROLE], using: 'true', check: 'true' };

/** For a table whose rows belong to a tenant (column `tenant_id`): a tenant sees and writes its own, a cross-tenant path all. */
export const TENANT_ROWS = {
  rowLevelSecurity: 'force' as const,
  policies: [{ name: 'tenant_rows', using: OWN_ROWS, check: OWN_ROWS }, crossTenant],
};

/** For a table of the platform's own (plans, meters, positions): everyone reads it, only a cross-tenant path writes it. */
export const SHARED_ROWS = {
  rowLevelSecurity: 'force' as const,
  policies: [{ name: 'shared_rows', command: 'select' as const, using: 'true' }, crossTenant],
};
