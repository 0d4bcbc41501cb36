import { AsyncLocalStorage } from 'node:async_hooks';

/** Which request a log line belongs to. */
export type LogFields = { readonly requestId: string; readonly tenantId: string | null };

const fields = new AsyncLocalStorage<LogFields>();

/** Every line that is logged while `work` runs carries these fields, however deep below it is written. */
export function withLogFields<T>(of: LogFields, work: () => T): T {
  return fields.run({ requestId: of.requestId, tenantId: of.tenantId }, work);
}

export function currentLogFields(): LogFields | undefined {
  return fields.getStore();
}
