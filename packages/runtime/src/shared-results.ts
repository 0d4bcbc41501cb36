import { type RequestContext, SCOPES } from '@switchyard/kernel/request-context';
import { type DocumentNode, type ExecutionResult, getOperationAST, Kind, type OperationDefinitionNode, visit } from 'graphql';

/**
 * A thousand watchers of one session ask for the same of the same event. It is worked out once for all of them: for those who
 * may see the same (tenant and scopes), ask for the same, and are handed the same event (the same object) at the same time.
 */
export type SharedResults = {
  /** The result of `event` for everyone with this key; `work` is done for the first. */
  get(event: unknown, key: string, work: () => Promise<ExecutionResult>): Promise<ExecutionResult>;
};

/** An event shows things as they are when it is delivered: a reader that comes to it later than this looks again. */
const FRESH_MS = 100;

type Entry = { readonly startedAt: number; readonly result: Promise<ExecutionResult> };

export function createSharedResults(): SharedResults {
  const byEvent = new WeakMap<object, Map<string, Entry>>();
  return {
    get: (event, key, work) => {
      if (typeof event !== 'object' || event === null) return work();
      const now = performance.now();
      const entries = byEvent.get(event) ?? new Map<string, Entry>();
      const known = entries.get(key);
      if (known !== undefined && now - known.startedAt < FRESH_MS) return known.result;
      const result = work();
      byEvent.set(event, entries.set(key, { startedAt: now, result }));
      return result;
    },
  };
}

export type Asked = {
  readonly document: DocumentNode;
  /** The document's text. */
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
};

/**
 * Equal for two subscriptions whose results of one event are equal. The arguments of the subscription's own field choose the
 * events, not what is shown of them: variables that stand there alone make no difference.
 */
export function shareKeyOf({ document, query, operationName, variables }: Asked, context: RequestContext): string {
  const shown = variablesShown(document, operationName).map((name) => [name, variables[name]]);
  return JSON.stringify([
    context.tenantId,
    SCOPES.filter((scope) => context.scopes.includes(scope)),
    operationName,
    query,
    shown,
  ]);
}

const known = new WeakMap<DocumentNode, Map<string | null, string[]>>();

/** Variables that the operation uses anywhere but in the arguments of its own field. */
function variablesShown(document: DocumentNode, operationName: string | null): string[] {
  const byOperation = known.get(document) ?? new Map<string | null, string[]>();
  known.set(document, byOperation);
  const found = byOperation.get(operationName) ?? findVariables(document, getOperationAST(document, operationName));
  byOperation.set(operationName, found);
  return found;
}

function findVariables(document: DocumentNode, operation: OperationDefinitionNode | null | undefined): string[] {
  const names = new Set<string>();
  const collect = { Variable: { enter: (node: { name: { value: string } }) => void names.add(node.name.value) } };
  for (const selection of operation?.selectionSet.selections ?? []) {
    for (const directive of selection.directives ?? []) visit(directive, collect);
    if ('selectionSet' in selection && selection.selectionSet !== undefined) visit(selection.selectionSet, collect);
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) visit(definition, collect);
  }
  return [...names];
}
