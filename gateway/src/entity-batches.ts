import type { GraphQLDataSource } from '@apollo/gateway';
import type { GatewayContext } from './data-source.ts';

type Options = Parameters<GraphQLDataSource['process']>[0];
type Response = Awaited<ReturnType<GraphQLDataSource['process']>>;
type ResponseError = NonNullable<Response['errors']>[number];

/** How long a fetch waits for others like it: the time in which one event reaches its watchers. */
const GATHER_MS = 2;
const MOST_REPRESENTATIONS = 500;

/**
 * Fetches entities for events: what simultaneous events ask of one subgraph, for callers who may see the same (tenant and scopes),
 * becomes one fetch, in which each entity stands once. Everything else passes through.
 */
export function batchEntities(client: GraphQLDataSource): GraphQLDataSource {
  const open = new Map<string, Batch>();
  return {
    process: async (options) => {
      const { representations, ...variables } = options.request.variables ?? {};
      if (!Array.isArray(representations)) return await client.process(options);
      const { tenantId, scopes } = (options.context as GatewayContext).request;
      const key = JSON.stringify([tenantId, scopes, options.request.query, variables]);
      let batch = open.get(key);
      if (batch === undefined || batch.size >= MOST_REPRESENTATIONS) {
        const fresh = new Batch(client, options);
        batch = fresh;
        open.set(key, fresh);
        setTimeout(() => {
          if (open.get(key) === fresh) open.delete(key);
          fresh.send();
        }, GATHER_MS);
      }
      return await batch.join(options, representations);
    },
  };
}

class Batch {
  readonly #client: GraphQLDataSource;
  readonly #options: Options;
  readonly #places = new Map<string, number>();
  readonly #representations: unknown[] = [];
  readonly #response = Promise.withResolvers<Response>();
  #callers = 0;

  constructor(client: GraphQLDataSource, options: Options) {
    this.#client = client;
    this.#options = options;
  }

  get size(): number {
    return this.#representations.length;
  }

  async join(options: Options, representations: readonly unknown[]): Promise<Response> {
    this.#callers += 1;
    const places = representations.map((representation) => this.#placeOf(representation));
    const response = await this.#response.promise;
    // A resolver that throws before it returns costs all entities of its fetch: nobody pays for another one's.
    if (response.data?._entities == null && this.#callers > 1) return await this.#client.process(options);
    return shareOf(response, places);
  }

  send(): void {
    const { request } = this.#options;
    const variables = { ...request.variables, representations: this.#representations };
    this.#client
      .process({ ...this.#options, request: { ...request, variables } })
      .then(this.#response.resolve, this.#response.reject);
  }

  #placeOf(representation: unknown): number {
    const text = JSON.stringify(representation);
    const place = this.#places.get(text) ?? this.#representations.push(representation) - 1;
    this.#places.set(text, place);
    return place;
  }
}

/** What one caller asked for, in its own order; copied, because the plan's executor writes into what it gets. */
function shareOf(response: Response, places: readonly number[]): Response {
  const entities = response.data?._entities as readonly unknown[] | null | undefined;
  if (entities == null) return response;
  const errors = (response.errors ?? []).flatMap((error) => errorsFor(error, places));
  return {
    ...response,
    data: { ...response.data, _entities: structuredClone(places.map((place) => entities[place] ?? null)) },
    ...(errors.length === 0 ? { errors: undefined } : { errors }),
  } as Response;
}

function errorsFor(error: ResponseError, places: readonly number[]): ResponseError[] {
  const [field, place, ...rest] = error.path ?? [];
  if (field !== '_entities' || typeof place !== 'number') return [error];
  return places.flatMap((own, index) => (own === place ? [{ ...error, path: ['_entities', index, ...rest] }] : []));
}
