import type { Deliver } from '@switchyard/billing/module';
import type { Egress } from '@switchyard/tools/egress';
import { attemptHttp } from '@switchyard/tools/http-attempt';

/** Messages to tenants' endpoints go where, and as carefully as, calls to their tools do. */
export function createDeliver(egress: Egress): Deliver {
  return async ({ url, headers, body, timeoutMs }) => {
    const refusal = egress.refusalOf(url);
    if (refusal !== null) return refusal;
    const signal = AbortSignal.timeout(timeoutMs);
    const attempt = await attemptHttp({ url: new URL(url), headers, body, egress, timeoutMs, signal, onConnected: () => {} });
    return attempt.kind === 'done' ? null : attempt.error;
  };
}
