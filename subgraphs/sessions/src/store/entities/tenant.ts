import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';

/** A company that offers assistants. Its id is also its `tenant_id`, so that it is under the same policy as its rows. */
export const TenantEntity = defineEntity({
  name: 'Tenant',
  tableName: 'tenant',
  ...TENANT_ROWS,
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().unique(),
    name: p.text(),
    createdAt: p.datetime(3),
  },
});
export type TenantRow = InferEntity<typeof TenantEntity>;
