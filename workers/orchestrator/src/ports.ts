import type { ModelProvider } from '@switchyard/models/model';
import type { TierConfig } from '@switchyard/models/tier';
import type { Router } from '@switchyard/router/module';

/** A tier with what speaks to its provider. */
export type TierInUse = { readonly config: TierConfig; readonly provider: ModelProvider };

/** Who picks the tier for each call, and says whether its answer will do. */
export type DecidingRouter = Pick<Router, 'decide' | 'review'>;
