import { deflateSync, inflateSync } from 'node:zlib';

/** An array of numbers as text: little-endian bytes, deflated, in base64. */
export type Packed = { readonly type: 'f32' | 'i32' | 'i8'; readonly length: number; readonly bytes: string };

/** Arrays beyond this many numbers are not read. */
const MAX_LENGTH = 1 << 26;

export function pack(values: Float32Array | Int32Array | Int8Array): Packed {
  const type = values instanceof Float32Array ? 'f32' : values instanceof Int32Array ? 'i32' : 'i8';
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return { type, length: values.length, bytes: deflateSync(bytes, { level: 9 }).toString('base64') };
}

/** @throws Error for what `pack` did not write. */
export function unpackFloats(value: unknown): Float32Array {
  return new Float32Array(bytesOf(value, 'f32', 4));
}

/** @throws Error for what `pack` did not write. */
export function unpackIntegers(value: unknown): Int32Array {
  return new Int32Array(bytesOf(value, 'i32', 4));
}

/** @throws Error for what `pack` did not write. */
export function unpackBytes(value: unknown): Int8Array {
  return new Int8Array(bytesOf(value, 'i8', 1));
}

function bytesOf(value: unknown, type: Packed['type'], width: number): ArrayBuffer {
  const packed = value as Partial<Packed> | null;
  const length = packed?.length;
  if (packed?.type !== type || typeof packed.bytes !== 'string' || !Number.isInteger(length))
    throw new Error('not a packed array');
  if (length === undefined || length < 0 || length > MAX_LENGTH) throw new Error('a packed array of impossible length');
  const bytes = inflateSync(Buffer.from(packed.bytes, 'base64'), { maxOutputLength: Math.max(1, length * width) });
  if (bytes.byteLength !== length * width) throw new Error('a packed array is cut short');
  // A copy of its own: a view into Node's pool would not be aligned.
  return Uint8Array.from(bytes).buffer;
}
