/** What a domain function returns when it can refuse: a value, or an error that is a union on `kind`. */
export type Result<Value, Failure extends { readonly kind: string }> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function err<Failure extends { readonly kind: string }>(error: Failure): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error };
}

/** Makes the compiler prove that a switch over a union names every member. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`);
}
