import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';

/** How a tool is reached. */
export const TOOL_KINDS = ['HTTP', 'MCP'] as const;

/** What a tenant's assistants may call: an HTTP endpoint of its own, or a tool of its MCP server. */
export const ToolEntity = defineEntity({
  name: 'Tool',
  tableName: 'tool',
  ...TENANT_ROWS,
  uniques: [{ properties: ['tenantId', 'name'] }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    name: p.text(),
    description: p.text(),
    /** JSON Schema (2020-12) of the arguments, checked to be one when it was registered. */
    inputSchema: p.json().$type<Readonly<Record<string, unknown>>>(),
    kind: p.enum(TOOL_KINDS).default('HTTP'),
    endpoint: p.text(),
    /** Of an MCP server's tool: the name under which the server was registered, and the tool's own name there. */
    mcpServer: p.text().nullable(),
    mcpTool: p.text().nullable(),
    sideEffect: p.boolean(),
    idempotent: p.boolean(),
    /** Name of the tool that undoes this one. */
    compensation: p.text().nullable(),
    /** A person has to approve a call before it is made. */
    requiresApproval: p.boolean().default(false),
    /** JSON Schema of the arguments for which that is so; null: for all. */
    approvalWhen: p.json<Readonly<Record<string, unknown>>>().nullable(),
    /** JSON Schema (2020-12) that a result has to fit; null: none. */
    resultSchema: p.json<Readonly<Record<string, unknown>>>().nullable(),
    timeoutMs: p.integer(),
    maxAttempts: p.integer(),
    /** Of an HTTP endpoint: whsec_…, encrypted with the key for stored secrets. */
    signingSecret: p.blob().nullable(),
    /** Of an MCP server that wants one, encrypted likewise. */
    bearerToken: p.blob().nullable(),
    updatedAt: p.datetime(3),
  },
});
export type ToolRow = InferEntity<typeof ToolEntity>;
