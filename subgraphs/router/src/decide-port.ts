import type { EpisodeId, RouteDecisionId, SessionId, TenantId } from '@switchyard/kernel/ids';

export type RouteReason = 'POLICY' | 'EXPLORATION' | 'EARLY_EXIT' | 'ESCALATION' | 'FALLBACK' | 'PINNED';

/** What is to be answered, and within which limits. */
export type DecideRequest = {
  readonly tenantId: TenantId;
  /** The same key gives the same decision, for ever: after a crash, ask again with it. Unique within the tenant. */
  readonly requestKey: string;
  readonly episodeId: EpisodeId | null;
  readonly sessionId: SessionId | null;
  /** The user's message. */
  readonly content: string;
  /** Tokens of all that the model will read (instructions, history, passages, tools); null: those of `content`. */
  readonly inputTokens: number | null;
  /** Tokens that the model may write at most; bounds the worst case against `maxCost`. Default: the module's. */
  readonly maxOutputTokens?: number;
  /** JSON Schema that the answer must fit; null for free text. */
  readonly responseSchema: unknown;
  /** Which of the tenant's assistants is asked, when that is known: the best hint of what `local` can answer. */
  readonly useCase?: 'FAQ' | 'ORDER' | 'LEAD' | 'GENERAL';
  /** Name of the tier to take whatever the policy says. */
  readonly pinnedTier: string | null;
  /** Decimal string in the tiers' currency: tiers whose worst case is dearer are left out. */
  readonly maxCost: string | null;
  /** Tiers whose observed p95 is slower are left out. */
  readonly maxLatencyMs: number | null;
  /** Tiers that have been tried for this request and shall not be tried again. */
  readonly excludeTiers: readonly string[];
  /** The decision whose answer was not good enough. */
  readonly escalatedFrom: RouteDecisionId | null;
  readonly traceparent?: string;
};

export type Decision = {
  readonly id: RouteDecisionId;
  readonly tier: string;
  /** The provider's name of the model. */
  readonly model: string;
  readonly reason: RouteReason;
  /** One sentence a person can read. */
  readonly explanation: string;
  /** Decimal string, in `currency`. */
  readonly expectedCost: string;
  readonly currency: string;
  readonly decidedAt: Date;
  /** Whether the tier's answer is to be reviewed before anybody sees it. */
  readonly checksAnswer: boolean;
};

/** What to do with an answer, from the probability that it is right (null: not known) and what another tier would be worth. */
export type Review = { readonly verdict: 'ACCEPT' | 'ESCALATE'; readonly probability: number | null };

export type Router = {
  /**
   * Decides, and has stored the decision and its event when it returns.
   * @throws PlatformError BAD_USER_INPUT for a pin that cannot be kept (no such tier, excluded, or dearer than `maxCost`);
   *   UPSTREAM_UNAVAILABLE when `excludeTiers` leaves no tier.
   */
  decide(request: DecideRequest): Promise<Decision>;
  /**
   * Whether an answer ends the matter: it does unless another tier, with its full cost on top of what was spent, promises less
   * cost + λ · error than the answer that is there. Keeps nothing; the decision to escalate is `decide`'s.
   * @param request as it was decided; `tier` is the one that answered.
   */
  review(request: DecideRequest, answered: { readonly tier: string; readonly answer: string }): Promise<Review>;
  /** Cheapest first. */
  readonly tierNames: readonly string[];
};
