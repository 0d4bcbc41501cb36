import { buildSubgraphSchema } from '@apollo/subgraph';
import type { RequestContext } from '@switchyard/kernel/request-context';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import type { Logger } from 'pino';
import { verifyContext } from './context-token.ts';
import { errorCodeOf, publicError, publicResult, recoded } from './graphql-errors.ts';
import { currentLogFields, withLogFields } from './log-fields.ts';
import { createLogger } from './logger.ts';
import { createSharedResults, type SharedResults, shareKeyOf } from './shared-results.ts';
import { withNote } from './subscription-event.ts';
import { withSpan } from './tracing.ts';
import { refuseUnusableLiterals, refuseUnusableVariables } from './usable-text.ts';

type Resolvers =
  NonNullable<Parameters<typeof buildSubgraphSchema>[0]> extends infer P
    ? P extends readonly (infer M)[]
      ? M extends { resolvers?: infer R }
        ? R
        : never
      : never
    : never;

export type SubgraphRequest = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  /** The signed request context. */
  readonly contextToken: string | undefined;
};

/** A subgraph as the platform mounts it: the same object behind an in-process data source and behind HTTP. */
export type Subgraph = {
  readonly name: string;
  /** The SDL that composition reads. */
  readonly sdl: string;
  readonly schema: GraphQLSchema;
  execute(request: SubgraphRequest): Promise<ExecutionResult>;
  subscribe(request: SubgraphRequest): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
};

export type SubgraphOptions<Context> = {
  readonly name: string;
  /** Text of schema.graphql. */
  readonly sdl: string;
  readonly resolvers: Resolvers;
  /** Key that request contexts are signed with. */
  readonly contextKey: Buffer;
  /** What resolvers get as their third argument, made anew for each request: loaders live in it. */
  createContext(request: RequestContext): Context;
  /** Where errors go that clients must not see. Default: standard output, under the subgraph's name. */
  readonly logger?: Logger;
};

const MAX_CACHED_DOCUMENTS = 1000;

type Prepared =
  | { readonly kind: 'document'; readonly document: DocumentNode }
  | { readonly kind: 'refused'; readonly result: ExecutionResult };

/** Errors reach the caller as {@link publicResult} says, from `execute` and from each event of `subscribe`; neither rejects. */
export function createSubgraph<Context>(options: SubgraphOptions<Context>): Subgraph {
  const schema = buildSubgraphSchema([{ typeDefs: parse(options.sdl), resolvers: options.resolvers }]);
  const logger = options.logger ?? createLogger({ level: 'info', service: options.name });
  const prepare = createPreparer(schema, logger);
  const shared = createSharedResults();

  /** `finish` runs within the request's log fields, as the resolvers do. */
  const run = async <T, R>(
    request: SubgraphRequest,
    how: (args: ExecutionArgs) => T | Promise<T>,
    finish: (outcome: T | ExecutionResult, args: ExecutionArgs, context: RequestContext) => R,
  ): Promise<R | ExecutionResult> => {
    try {
      const context = await verifyContext(request.contextToken, options.contextKey);
      return await withLogFields(context, async () => {
        const prepared = prepare(request.query);
        if (prepared.kind === 'refused') return prepared.result;
        refuseUnusableVariables(request.variables ?? {});
        const args = {
          schema,
          document: prepared.document,
          contextValue: options.createContext(context),
          variableValues: request.variables ?? null,
          operationName: request.operationName ?? null,
        };
        const span = { name: `subgraph ${options.name}`, traceparent: context.traceparent };
        return finish(await withSpan(span, async () => await how(args)), args, context);
      });
    } catch (error) {
      return { errors: [publicError(error, logger)] };
    }
  };

  return {
    name: options.name,
    sdl: options.sdl,
    schema,
    execute: (request) => run(request, execute, (result) => publicResult(result, logger)),
    subscribe: (request) =>
      run(request, createSourceEventStream, (source, args, context) => {
        if (!(Symbol.asyncIterator in source)) return publicResult(source as ExecutionResult, logger);
        const asked = { query: request.query, variables: request.variables ?? {}, operationName: request.operationName ?? null };
        const key = shareKeyOf({ ...asked, document: args.document }, context);
        const own = logger.child({ ...currentLogFields() });
        return publicEvents(source as AsyncIterable<unknown>, { args, key, shared, logger: own });
      }),
  };
}

/** The gateway sends the same few operations again and again: each is parsed and validated once. */
function createPreparer(schema: GraphQLSchema, logger: Logger): (query: string) => Prepared {
  const known = new Map<string, Prepared>();
  const check = (query: string): Prepared => {
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      return { kind: 'refused', result: { errors: [recoded(asGraphQLError(error, logger), 'GRAPHQL_PARSE_FAILED')] } };
    }
    refuseUnusableLiterals(document);
    const errors = validate(schema, document);
    if (errors.length === 0) return { kind: 'document', document };
    return {
      kind: 'refused',
      result: { errors: errors.map((error) => recoded(error, errorCodeOf(error) ?? 'GRAPHQL_VALIDATION_FAILED')) },
    };
  };
  return (query) => {
    const prepared = known.get(query) ?? check(query);
    if (known.size >= MAX_CACHED_DOCUMENTS) known.clear();
    known.set(query, prepared);
    return prepared;
  };
}

function asGraphQLError(error: unknown, logger: Logger): GraphQLError {
  return error instanceof GraphQLError ? error : publicError(error, logger);
}

type Showing = { readonly args: ExecutionArgs; readonly key: string; readonly shared: SharedResults; readonly logger: Logger };

/**
 * A source that fails ends the stream with one last event that says why. Written out rather than as a generator, because a
 * generator would hold `return` back until the event that it waits for has come, which may be never.
 */
function publicEvents(
  source: AsyncIterable<unknown>,
  { args, key, shared, logger }: Showing,
): AsyncIterableIterator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]();
  let ended = false;
  const end = (): IteratorResult<ExecutionResult> => {
    ended = true;
    return { value: undefined, done: true };
  };
  const show = (event: unknown): Promise<ExecutionResult> =>
    shared.get(event, key, async () => withNote(publicResult(await execute({ ...args, rootValue: event }), logger), event));
  return {
    async next() {
      if (ended) return end();
      try {
        const { value, done } = await events.next();
        return done === true ? end() : { value: await show(value), done: false };
      } catch (error) {
        ended = true;
        return { value: { errors: [publicError(error, logger)] }, done: false };
      }
    },
    async return() {
      ended = true;
      await events.return?.();
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
