/** REFUSED: it will not work however often it is tried. UNAVAILABLE: whether it happened is not known; ask with the same key again. */
export type PaymentErrorCode = 'REFUSED' | 'UNAVAILABLE';

export class PaymentError extends Error {
  override readonly name = 'PaymentError';
  readonly code: PaymentErrorCode;

  /** @param message safe to show to the tenant. */
  constructor(code: PaymentErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A webhook that is not to be believed. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}
