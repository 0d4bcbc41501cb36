import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { UseCase } from '../../domain/use-case.ts';

/** How a tenant's assistant behaves in one use case; every tenant has all four from its first moment. */
export const AssistantEntity = defineEntity({
  name: 'Assistant',
  tableName: 'assistant',
  ...TENANT_ROWS,
  uniques: [{ properties: ['tenantId', 'useCase'] }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    useCase: p.text().$type<UseCase>(),
    instructions: p.text(),
    /** Names of tools. */
    tools: p.array().$type<string[]>(),
    /** Counted from 1, one more with every change. */
    version: p.integer(),
    updatedAt: p.datetime(3),
  },
});
export type AssistantRow = InferEntity<typeof AssistantEntity>;
