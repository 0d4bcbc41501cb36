import { err, ok, type Result } from '@switchyard/kernel/result';

/** Characters that a message may have. */
export const MAX_MESSAGE_LENGTH = 32_000;

export type Wish = {
  readonly content: string;
  /** Name of the tier that shall answer; null: whichever the router picks. */
  readonly tier: string | null;
  /** Decimal text; null: no limit. */
  readonly maxCost: string | null;
};

export type WishRefusal =
  | { readonly kind: 'content-length' }
  | { readonly kind: 'unknown-tier'; readonly tier: string }
  | { readonly kind: 'negative-cost' };

/** Whether a message can be taken as it is. */
export function checkWish(wish: Wish, tiers: readonly string[]): Result<Wish, WishRefusal> {
  if (wish.content.trim() === '' || wish.content.length > MAX_MESSAGE_LENGTH) return err({ kind: 'content-length' });
  if (wish.tier !== null && !tiers.includes(wish.tier)) return err({ kind: 'unknown-tier', tier: wish.tier });
  if (wish.maxCost?.startsWith('-')) return err({ kind: 'negative-cost' });
  return ok(wish);
}
