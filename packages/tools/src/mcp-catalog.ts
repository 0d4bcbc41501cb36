export type McpServer = {
  readonly endpoint: string;
  /** Sent as Authorization: Bearer. */
  readonly token: string | null;
};

/** A tool as its MCP server describes it. */
export type ListedTool = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema: Readonly<Record<string, unknown>> | null;
  readonly sideEffect: boolean;
  readonly idempotent: boolean;
};

/** The server could not be asked, with the reason in a sentence for people. */
export class McpUnavailable extends Error {
  override readonly name = 'McpUnavailable';
}

/** Where tools of MCP servers are looked up. */
export type McpCatalog = {
  /** @throws McpUnavailable */
  list(server: McpServer): Promise<readonly ListedTool[]>;
};
