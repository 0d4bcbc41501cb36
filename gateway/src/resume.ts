import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { OperationRequest, PreparedOperation } from './operation.ts';

/** The argument of a subscription's field that says behind which event it goes on. */
const AFTER = 'after';

/**
 * The same subscription, to go on behind the event `after`; as it is where its field knows no such argument. Where `after` is a
 * variable, only its value changes, so that the text, and with it the plan, stays the same.
 */
export function resumedAfter(schema: GraphQLSchema, { document, request }: PreparedOperation, after: string): OperationRequest {
  const types = new TypeInfo(schema);
  const variables: Record<string, unknown> = { ...request.variables };
  let rewritten = false;
  const changed = visit(
    document,
    visitWithTypeInfo(types, {
      Field: {
        enter: (field): FieldNode | undefined => {
          if (types.getParentType() !== schema.getSubscriptionType()) return undefined;
          if (types.getFieldDef()?.args.some((argument) => argument.name === AFTER) !== true) return undefined;
          const given = field.arguments?.find((argument) => argument.name.value === AFTER);
          if (given?.value.kind === Kind.VARIABLE) {
            variables[given.value.name.value] = after;
            return undefined;
          }
          rewritten = true;
          const others = (field.arguments ?? []).filter((argument) => argument !== given);
          return { ...field, arguments: [...others, literal(after)] };
        },
      },
    }),
  );
  return { ...request, variables, query: rewritten ? print(changed) : request.query };
}

/** Whether the client itself resumes: it says behind which event to go on. */
export function resumes(operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): boolean {
  const [field] = operation.selectionSet.selections;
  const after = field?.kind === Kind.FIELD ? field.arguments?.find((argument) => argument.name.value === AFTER) : undefined;
  if (after === undefined || after.value.kind === Kind.NULL) return false;
  return after.value.kind !== Kind.VARIABLE || variables[after.value.name.value] != null;
}

function literal(after: string): ArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: AFTER }, value: { kind: Kind.STRING, value: after } };
}
