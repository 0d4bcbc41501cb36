import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What keys are derived for: each purpose has its own, so that one leaked use does not open another. */
export type SecretPurpose = 'request-context' | 'stored-secrets' | 'cursors';

/** A 32-byte key for one purpose, derived from the platform's secret (HKDF-SHA256). */
export function deriveKey(secretKey: Buffer, purpose: SecretPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `switchyard/${purpose}`, 32));
}

/** AES-256-GCM: 12 bytes nonce, 16 bytes tag, then the text. */
export function encrypt(key: Buffer, text: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** @throws Error when the box was made with another key or was changed. */
export function decrypt(key: Buffer, box: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, 12));
  decipher.setAuthTag(box.subarray(12, 28));
  return Buffer.concat([decipher.update(box.subarray(28)), decipher.final()]).toString('utf8');
}
