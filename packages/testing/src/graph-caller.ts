import { createClient } from 'graphql-ws';

export type GraphAnswer<Data> = {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
};

export type SessionEventSeen = {
  readonly __typename: string;
  readonly id: string;
  readonly episodeId?: string;
  readonly text?: string;
  readonly toolCall?: { readonly id: string; readonly tool: string; readonly status: string };
  readonly episode?: { readonly id: string; readonly status: string };
};

/** A client that knows nothing but the contract. */
export type GraphCaller = {
  /** The whole answer, errors included. */
  ask<Data = Record<string, unknown>>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphAnswer<Data>>;
  /** @throws Error when the answer has errors. */
  graph<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data>;
  /** Events of a session over a WebSocket of its own, until `seen` says true (that event is the last) or the time is over. */
  watch(
    sessionId: string,
    after: string | null,
    seen: (event: SessionEventSeen) => boolean,
    timeoutMs?: number,
  ): Promise<SessionEventSeen[]>;
};

const WATCH = `subscription Watch($sessionId: ID!, $after: ID) {
  sessionEvents(sessionId: $sessionId, after: $after) {
    __typename id
    ... on AnswerDelta { episodeId text }
    ... on ToolCallChanged { toolCall { id tool status } }
    ... on EpisodeChanged { episode { id status } }
  }
}`;

export function createGraphCaller(url: string, bearer: string | null): GraphCaller {
  const authorization = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  const ask = async <Data>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<GraphAnswer<Data>> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as { data?: Data; errors?: GraphAnswer<Data>['errors'] };
    return { status: response.status, headers: response.headers, data: body.data ?? null, errors: body.errors ?? [] };
  };
  return {
    ask,
    graph: async <Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Data> => {
      const answer = await ask<Data>(query, variables);
      if (answer.errors.length > 0 || answer.data === null) throw new Error(JSON.stringify(answer.errors));
      return answer.data;
    },
    watch: async (sessionId, after, seen, timeoutMs = 30_000) => {
      const client = createClient({
        url: url.replace(/^http/, 'ws'),
        lazy: true,
        retryAttempts: 0,
        connectionParams: authorization,
      });
      const events: SessionEventSeen[] = [];
      const timer = setTimeout(() => void client.dispose(), timeoutMs);
      try {
        for await (const { data, errors } of client.iterate<{ sessionEvents: SessionEventSeen }>({
          query: WATCH,
          variables: { sessionId, after },
        })) {
          if (errors !== undefined) throw new Error(JSON.stringify(errors));
          if (data == null) continue;
          events.push(data.sessionEvents);
          if (seen(data.sessionEvents)) break;
        }
      } finally {
        clearTimeout(timer);
        await client.dispose();
      }
      return events;
    },
  };
}

/** The answer as somebody who appends every delta of the episode would have it. */
export function answerSeen(events: readonly SessionEventSeen[], episodeId: string): string {
  return events
    .filter((event) => event.__typename === 'AnswerDelta' && event.episodeId === episodeId)
    .map((event) => event.text ?? '')
    .join('');
}

/** Whether the event says that the episode has ended. */
export function endsEpisode(event: SessionEventSeen, episodeId: string): boolean {
  return (
    event.__typename === 'EpisodeChanged' &&
    event.episode?.id === episodeId &&
    !['QUEUED', 'RUNNING'].includes(event.episode.status)
  );
}
