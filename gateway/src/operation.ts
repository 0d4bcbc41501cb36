import { recoded } from '@switchyard/runtime/graphql-errors';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { assertAffordable, costOf, type OperationLimits } from './limits.ts';

/** A GraphQL request as any transport hands it in. */
export type OperationRequest = {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
};

export type PreparedOperation = {
  readonly request: OperationRequest;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
};

const MOST_DOCUMENTS = 1_000;

/**
 * Makes operations ready to run: parsed, valid and within the limits; or says why they are not. Clients send the same few documents
 * again and again, above all when many of them reconnect: each is parsed and validated once.
 */
export function createPreparer(
  schema: GraphQLSchema,
  limits: OperationLimits,
): (request: OperationRequest) => PreparedOperation | readonly GraphQLError[] {
  const known = new LRUCache<string, DocumentNode | readonly GraphQLError[]>({ max: MOST_DOCUMENTS });
  return (request) => {
    const document = known.get(request.query) ?? validated(schema, limits, request.query);
    known.set(request.query, document);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, request.operationName);
    if (operation == null) {
      return [recoded(new GraphQLError('Say with `operationName` which operation of the document to run.'), 'BAD_USER_INPUT')];
    }
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables);
    if (errors !== undefined) return errors.map((error) => recoded(error, 'BAD_USER_INPUT'));
    const prepared = { request, document, operation };
    assertWithinLimits(schema, limits, prepared);
    return prepared;
  };
}

function validated(schema: GraphQLSchema, limits: OperationLimits, query: string): DocumentNode | readonly GraphQLError[] {
  const document = parsed(query, limits);
  if (document instanceof GraphQLError) return [document];
  const invalid = validate(schema, document);
  if (invalid.length === 0) return document;
  return invalid.map((error) => (error.extensions.code === undefined ? recoded(error, 'GRAPHQL_VALIDATION_FAILED') : error));
}

function parsed(query: string, limits: OperationLimits): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: limits.maxTokens });
  } catch (error) {
    if (error instanceof GraphQLError) return recoded(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}

/** @throws PlatformError OPERATION_TOO_COSTLY. */
export function assertWithinLimits(schema: GraphQLSchema, limits: OperationLimits, prepared: PreparedOperation): void {
  const { document, operation, request } = prepared;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables);
  // Variables that do not fit are refused when the operation runs, with the words for it.
  const variables = coerced ?? {};
  assertAffordable(costOf({ schema, operation, fragments: fragmentsOf(document), variables }), limits);
}

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}
