import type { TenantId } from '@switchyard/kernel/ids';
import type { KpiFigures } from './store/kpi-store.ts';

/** What stands behind each type of the graph while a query runs: `<Type>Mapper`, read by codegen.ts. */
export type KpisMapper = KpiFigures;
export type TenantMapper = { readonly id: TenantId };
