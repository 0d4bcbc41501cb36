/** What keeps an episode bounded, whatever models and tools do. */
export type Limits = {
  /** Turns of the conversation with the model. Default 8. */
  readonly modelTurns: number;
  /** Default 16. */
  readonly toolCalls: number;
  /** Turns with calls that cannot be made, in one tier, before the episode leaves it. Default 2. */
  readonly invalidTurns: number;
  /** Further tries of a call that a provider broke off. Default 2. */
  readonly retries: number;
  /** The first wait between tries is about this long, each next one twice as long. Default 250. */
  readonly firstRetryDelayMs: number;
  /** Of one model call. Default 120,000. */
  readonly modelCallMs: number;
  /** Of work on an episode, counted from when this worker took it up. Default 300,000. */
  readonly episodeMs: number;
  /** How often an episode is taken up by workers that do not bring it to an end. Default 20. */
  readonly claims: number;
  /** Rounds of a call that undoes another, each with all of the tool's attempts, as long as it may safely be made again. Default 6. */
  readonly compensationRounds: number;
  /** The wait before the second of these rounds, each next one twice as long. Default 1,000: an open circuit has time to close. */
  readonly firstCompensationWaitMs: number;
  /** Tokens that a model may write in one turn. Default 4,096. */
  readonly outputTokens: number;
  /** Characters of a tool's result that the model gets to see. Default 16,000. */
  readonly toolResultLength: number;
  /** How long pieces of an answer are gathered before they are shown. Default 30. */
  readonly showEveryMs: number;
};

export const DEFAULT_LIMITS: Limits = {
  modelTurns: 8,
  toolCalls: 16,
  invalidTurns: 2,
  retries: 2,
  firstRetryDelayMs: 250,
  modelCallMs: 120_000,
  episodeMs: 300_000,
  claims: 20,
  compensationRounds: 6,
  firstCompensationWaitMs: 1_000,
  outputTokens: 4_096,
  toolResultLength: 16_000,
  showEveryMs: 30,
};
