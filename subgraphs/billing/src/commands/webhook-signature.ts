import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a message's time may be from ours, both ways: what is older may be a replay of what was once recorded. */
export const TOLERANCE_S = 300;

export type SignedMessage = {
  readonly id: string | undefined;
  /** Seconds since 1970, as text. */
  readonly timestamp: string | undefined;
  /** `v1,<base64>`, several separated by a space. */
  readonly signature: string | undefined;
  readonly body: Buffer;
};

const SIGNATURE = /^v\d+[a-z]?,[A-Za-z0-9+/]+={0,2}$/;

/**
 * Whether a message was signed with one of the secrets, just now (https://www.standardwebhooks.com, symmetric). Strict about
 * form: a header that has anything but signatures in it is refused, and a signature counts only as it is written.
 */
export function isSigned(message: SignedMessage, secrets: readonly string[], now: Date): boolean {
  const { id, timestamp, signature, body } = message;
  if (id === undefined || timestamp === undefined || signature === undefined) return false;
  if (id === '' || id.length > 255 || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_S) return false;
  const given = signature.split(' ');
  if (given.length > 10 || !given.every((each) => SIGNATURE.test(each))) return false;
  return secrets.some((secret) => {
    const expected = Buffer.from(`v1,${macOf(secret, { id, timestamp, body })}`);
    return given.some((each) => {
      const bytes = Buffer.from(each);
      return bytes.length === expected.length && timingSafeEqual(bytes, expected);
    });
  });
}

function macOf(secret: string, { id, timestamp, body }: { id: string; timestamp: string; body: Buffer }): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
}
