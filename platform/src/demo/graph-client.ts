import type { TypedDocumentString } from '@switchyard/schema/generated/graphql';
import { createClient } from 'graphql-ws';

/** A caller of the public API, as any program outside would be one. */
export type GraphClient = {
  /** @throws Error with the messages and codes of the answer's errors. */
  request<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result>;
  /** Events of a subscription, until the caller stops asking or the server ends it. */
  subscribe<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): AsyncIterableIterator<Result>;
  close(): Promise<void>;
};

/** @param url of the graph, such as http://127.0.0.1:4000/graphql */
export function createGraphClient(url: string, bearer: string, signal?: AbortSignal): GraphClient {
  const authorization = `Bearer ${bearer}`;
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    lazy: true,
    retryAttempts: 3,
    connectionParams: { authorization },
  });
  signal?.addEventListener('abort', () => void socket.dispose(), { once: true });
  return {
    request: async <Result, Variables>(
      document: TypedDocumentString<Result, Variables>,
      variables: Variables,
    ): Promise<Result> => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: String(document), variables }),
        ...(signal === undefined ? {} : { signal }),
      });
      const { data, errors } = (await response.json()) as {
        data?: Result;
        errors?: { message: string; extensions?: { code?: string } }[];
      };
      if (errors !== undefined)
        throw new Error(errors.map((error) => `${error.extensions?.code ?? response.status}: ${error.message}`).join('; '));
      return data as Result;
    },
    subscribe: async function* <Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables) {
      const events = socket.iterate<Result>({ query: String(document), variables: variables as Record<string, unknown> });
      for await (const { data, errors } of events) {
        if (errors !== undefined) throw new Error(errors.map((error) => error.message).join('; '));
        if (data != null) yield data;
      }
    },
    close: async () => await socket.dispose(),
  };
}
