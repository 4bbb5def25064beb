/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): bytes without a zero, at most one longer for every 254.
 */

/** Most bytes that `length` bytes can become. */
export function cobsMaxLength(length: number): number {
  return length + Math.floor(length / 254) + 1;
}

/**
 * Writes the encoding of `source[0, sourceEnd)` to `target` from `targetStart` on.
 *
 * @returns where the encoding ends in `target`
 */
export function cobsEncode(options: {
  source: Uint8Array;
  sourceEnd: number;
  target: Uint8Array;
  targetStart: number;
}): number {
  const { source, sourceEnd, target } = options;
  let codeAt = options.targetStart;
  let out = codeAt + 1;
  let code = 1;
  for (let at = 0; at < sourceEnd; at += 1) {
    const byte = source[at] as number;
    if (byte !== 0) {
      target[out] = byte;
      out += 1;
      code += 1;
      if (code !== 0xff) continue;
      // A full group has no zero after it; one that ends the source needs no further group.
      if (at + 1 === sourceEnd) break;
    }
    target[codeAt] = code;
    codeAt = out;
    out += 1;
    code = 1;
  }
  target[codeAt] = code;
  return out;
}

/**
 * Decodes `source[0, sourceEnd)`.
 *
 * @returns the bytes, or `undefined` where the source is no encoding
 */
export function cobsDecode(source: Uint8Array, sourceEnd: number): Uint8Array | undefined {
  const target = new Uint8Array(sourceEnd);
  let out = 0;
  let at = 0;
  while (at < sourceEnd) {
    const code = source[at] as number;
    const groupEnd = at + code;
    if (code === 0 || groupEnd > sourceEnd) return undefined;
    for (at += 1; at < groupEnd; at += 1) {
      const byte = source[at] as number;
      if (byte === 0) return undefined;
      target[out] = byte;
      out += 1;
    }
    if (code !== 0xff && at < sourceEnd) out += 1;
  }
  return target.subarray(0, out);
}
