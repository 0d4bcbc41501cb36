import { composeServices } from '@apollo/composition';
import { parse, printSchema } from 'graphql';

export type SubgraphSdl = { readonly name: string; readonly sdl: string };

export type Composition = {
  /** What the gateway loads. */
  readonly supergraphSdl: string;
  /** What clients see. */
  readonly apiSdl: string;
};

/**
 * The supergraph of these subgraphs.
 * @throws Error with every composition error when they do not fit together.
 */
export function composeSupergraph(subgraphs: readonly SubgraphSdl[]): Composition {
  const services = subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}/graphql`, typeDefs: parse(sdl) }));
  const { supergraphSdl, schema, errors } = composeServices(services);
  if (supergraphSdl !== undefined && schema !== undefined) {
    return {
      supergraphSdl: `${supergraphSdl.trimEnd()}\n`,
      apiSdl: `${printSchema(schema.toAPISchema().toGraphQLJSSchema())}\n`,
    };
  }
  throw new Error(`The subgraphs do not compose:\n${(errors ?? []).map((error) => `- ${error.message}`).join('\n')}`);
}
