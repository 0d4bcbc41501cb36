import type { ToolRow } from './entities/tool.ts';

/** What a tool promises and asks for, however it is reached. */
export type OfferedTool = Pick<
  ToolRow,
  | 'name'
  | 'description'
  | 'inputSchema'
  | 'sideEffect'
  | 'idempotent'
  | 'compensation'
  | 'requiresApproval'
  | 'approvalWhen'
  | 'resultSchema'
  | 'timeoutMs'
  | 'maxAttempts'
>;

/** No tenant's tool has a name that begins like this. */
export const BUILT_IN_PREFIX = 'switchyard.';

/** What every one of them is: it only reads. */
const READS = {
  sideEffect: false,
  idempotent: true,
  compensation: null,
  requiresApproval: false,
  approvalWhen: null,
  resultSchema: null,
  timeoutMs: 10_000,
  maxAttempts: 2,
} as const;

export const SEARCH_KNOWLEDGE: OfferedTool = {
  ...READS,
  name: `${BUILT_IN_PREFIX}search_knowledge`,
  description:
    "Searches the knowledge of this company. What was found for the user's own message is known already: use it with other words, or for what came up later.",
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', minLength: 1, maxLength: 1000, description: 'What to look for, in the words of the documents.' },
      limit: { type: 'integer', minimum: 1, maximum: 10, default: 5, description: 'Passages at most.' },
    },
    required: ['query'],
    additionalProperties: false,
  },
};

export const CURRENT_TIME: OfferedTool = {
  ...READS,
  name: `${BUILT_IN_PREFIX}current_time`,
  description: 'Tells the date, the weekday and the time, in UTC and where asked for in a time zone.',
  inputSchema: {
    type: 'object',
    properties: { timeZone: { type: 'string', maxLength: 64, description: 'IANA name, such as Europe/Berlin. Default UTC.' } },
    additionalProperties: false,
  },
};

/** The platform's own tools, which every tenant's assistants may be given. */
export const BUILT_IN_TOOLS: readonly OfferedTool[] = [CURRENT_TIME, SEARCH_KNOWLEDGE];

export function isBuiltIn(name: string): boolean {
  return BUILT_IN_TOOLS.some((tool) => tool.name === name);
}
