import { badInput } from '@switchyard/kernel/errors';

/** Relay connections: `first` 1..100 (default 20), an opaque cursor that belongs to one list. */
export type PageArguments = { readonly first?: number | null; readonly after?: string | null };

export type Page = {
  /** How many to show; a store asks for one more, to know whether there is a next page. */
  readonly first: number;
  /** Sort key of the last row that was seen; null at the beginning. */
  readonly after: string | null;
};

export type Connection<Node> = {
  readonly edges: { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
};

/**
 * @param list names the list, so that a cursor of another one is refused.
 * @throws PlatformError BAD_USER_INPUT for `first` out of range or a cursor that is not of this list.
 */
export function pageOf(list: string, args: PageArguments): Page {
  const first = args.first ?? 20;
  if (!Number.isInteger(first) || first < 1 || first > 100) throw badInput('`first` must be from 1 to 100.', 'first');
  return { first, after: args.after == null ? null : openCursor(list, args.after) };
}

/** @param rows up to `page.first + 1` rows in the list's order. */
export function connectionOf<Row>(list: string, page: Page, rows: readonly Row[], keyOf: (row: Row) => string): Connection<Row> {
  const edges = rows.slice(0, page.first).map((node) => ({ cursor: sealCursor(list, keyOf(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function sealCursor(list: string, key: string): string {
  return Buffer.from(JSON.stringify([list, key])).toString('base64url');
}

function openCursor(list: string, cursor: string): string {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 2 && parts[0] === list && typeof parts[1] === 'string') return parts[1];
  } catch {
    // not a cursor at all: said below
  }
  throw badInput('`after` is not a cursor of this list. Use a cursor that this list gave, or leave it out.', 'after');
}
