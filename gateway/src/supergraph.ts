import { type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { SCALARS } from '@switchyard/runtime/scalars';
import { GraphQLScalarType, type GraphQLSchema } from 'graphql';

/** The supergraph in the forms that Apollo's parts ask for. */
export type LoadedSupergraph = {
  readonly sdl: string;
  readonly subgraphs: readonly string[];
  /** What clients see, as graphql-js and as Apollo model it. */
  readonly schema: GraphQLSchema;
  readonly apiSchema: Schema;
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
};

/** @throws Error when `sdl` is not the SDL of a supergraph. */
export function loadSupergraph(sdl: string): LoadedSupergraph {
  // It was checked when it was composed; checking it again would only make the start slower.
  const supergraph = Supergraph.build(sdl, { validateSupergraph: false });
  const apiSchema = supergraph.apiSchema();
  return {
    sdl,
    subgraphs: supergraph.subgraphsMetadata().map((subgraph) => subgraph.name),
    schema: withScalars(apiSchema.toGraphQLJSSchema()),
    apiSchema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: new QueryPlanner(supergraph),
  };
}

/** SDL says nothing about what a scalar accepts. With the platform's own rules a bad value is refused before any subgraph is asked. */
export function withScalars(schema: GraphQLSchema): GraphQLSchema {
  for (const scalar of Object.values(SCALARS)) {
    const type = schema.getType(scalar.name);
    if (!(type instanceof GraphQLScalarType)) continue;
    type.parseValue = scalar.parseValue;
    type.parseLiteral = scalar.parseLiteral;
  }
  return schema;
}
