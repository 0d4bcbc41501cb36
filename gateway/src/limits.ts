import { PlatformError } from '@switchyard/kernel/errors';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';

/** What one operation may ask for. */
export type OperationLimits = {
  /** Tokens in the document. */
  readonly maxTokens: number;
  /** Fields within fields, introspection aside. */
  readonly maxDepth: number;
  /** Aliased fields. */
  readonly maxAliases: number;
  /** Fields once fragments are written out. */
  readonly maxFields: number;
  /** Objects that the answer could hold: each field with a selection counts 1, times the `first` of the lists around it. */
  readonly maxComplexity: number;
  /** Bytes of a request body, or of a message on a socket. */
  readonly maxBodyBytes: number;
};

export const DEFAULT_LIMITS: OperationLimits = {
  maxTokens: 4_000,
  maxDepth: 15,
  maxAliases: 100,
  maxFields: 2_000,
  maxComplexity: 100_000,
  // importKnowledge takes 1,000 documents: room for 16 KB each.
  maxBodyBytes: 16 * 1024 * 1024,
};

export type OperationCost = {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
  readonly complexity: number;
};

export type MeasuredOperation = {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Readonly<Record<string, unknown>>;
};

const NOTHING: OperationCost = { depth: 0, aliases: 0, fields: 0, complexity: 0 };

/** What a valid operation costs. Each fragment is measured once, so nested spreads cannot make this slow. */
export function costOf(measured: MeasuredOperation): OperationCost {
  const { schema, operation, fragments, variables } = measured;
  const measuredFragments = new Map<string, OperationCost>();

  const selections = (set: SelectionSetNode, parent: GraphQLCompositeType): OperationCost => {
    let cost = NOTHING;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) cost = beside(cost, field(selection, parent));
      else if (selection.kind === Kind.FRAGMENT_SPREAD) cost = beside(cost, fragment(selection.name.value));
      else cost = beside(cost, selections(selection.selectionSet, typeNamed(selection.typeCondition?.name.value) ?? parent));
    }
    return cost;
  };

  const field = (node: FieldNode, parent: GraphQLCompositeType): OperationCost => {
    const aliases = node.alias === undefined ? 0 : 1;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    const type = definition === undefined ? undefined : getNamedType(definition.type);
    if (definition === undefined || node.selectionSet === undefined || !isCompositeType(type)) {
      return { depth: node.name.value.startsWith('__') ? 0 : 1, aliases, fields: 1, complexity: 0 };
    }
    const inner = selections(node.selectionSet, type);
    return {
      depth: inner.depth + 1,
      aliases: inner.aliases + aliases,
      fields: inner.fields + 1,
      complexity: 1 + inner.complexity * pageSize(definition, node, variables),
    };
  };

  const fragment = (name: string): OperationCost => {
    const known = measuredFragments.get(name);
    if (known !== undefined) return known;
    const definition = fragments[name];
    const type = typeNamed(definition?.typeCondition.name.value);
    const cost = definition === undefined || type === undefined ? NOTHING : selections(definition.selectionSet, type);
    measuredFragments.set(name, cost);
    return cost;
  };

  const typeNamed = (name: string | undefined): GraphQLCompositeType | undefined => {
    if (name === undefined) return undefined;
    const type = typeFromAST(schema, { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } });
    return isCompositeType(type) ? type : undefined;
  };

  const root = schema.getRootType(operation.operation);
  return root == null ? NOTHING : selections(operation.selectionSet, root);
}

function beside(left: OperationCost, right: OperationCost): OperationCost {
  return {
    depth: Math.max(left.depth, right.depth),
    aliases: left.aliases + right.aliases,
    fields: left.fields + right.fields,
    complexity: left.complexity + right.complexity,
  };
}

/** `first` where the field pages, 1 otherwise. */
function pageSize(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  if (!definition.args.some((argument) => argument.name === 'first')) return 1;
  try {
    const { first } = getArgumentValues(definition, node, variables);
    return typeof first === 'number' && first > 1 ? first : 1;
  } catch {
    // Arguments that do not fit are refused when the operation runs.
    return 1;
  }
}

/** @throws PlatformError OPERATION_TOO_COSTLY that says which limit, how far it goes and how much was asked for. */
export function assertAffordable(cost: OperationCost, limits: OperationLimits): void {
  const checks = [
    ['depth', cost.depth, limits.maxDepth],
    ['aliases', cost.aliases, limits.maxAliases],
    ['fields', cost.fields, limits.maxFields],
    ['complexity', cost.complexity, limits.maxComplexity],
  ] as const;
  for (const [limit, actual, max] of checks) {
    if (actual > max) {
      throw new PlatformError('OPERATION_TOO_COSTLY', {
        publicMessage: `This operation has ${limit} ${actual}; up to ${max} is allowed. Ask for less at a time.`,
        details: { limit, max, actual },
      });
    }
  }
}
