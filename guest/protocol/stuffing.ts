// Byte stuffing: removes zeros from a frame, so that a zero can end it.

/**
 * Byte stuffing: any bytes become bytes without a zero. The first byte says how:
 *
 * - `runs`: COBS (Cheshire and Baker, 1999) with group headers of three bytes: a group is as long as the bytes before the
 *   next zero, and is moved by one copy. Text has hardly a zero in it.
 * - `base64`, where there are many zeros.
 *
 * Both leave the work to functions of the runtime that are not JavaScript: under emulation a loop over bytes takes a
 * hundred times longer than a copy.
 */
const runs = 1;
const base64 = 2;

/** Each run is written after its length as three digits of this base, each raised by one. A zero is between two runs. */
const base = 255;

const runHeaderBytes = 3;

/** Most bytes that may be stuffed at once. */
export const maxStuffableBytes = 128 * 1024;

/** From here on base64 is faster. */
const maxRuns = 16;

const scratch = Buffer.alloc(maxStuffableBytes);

/** Most bytes that `length` bytes can become. */
export function stuffedMaxLength(length: number): number {
  return 1 + Math.max(length + runHeaderBytes * maxRuns, base64Length(length));
}

/**
 * Writes the stuffed concatenation of the parts, of at most `maxStuffableBytes` together, to the start of `target`.
 *
 * @returns where it ends in `target`
 */
export function stuff(parts: readonly Uint8Array[], target: Buffer): number {
  return stuffRuns(parts, target) ?? stuffBase64(parts, target);
}

/**
 * Undoes `stuff`.
 *
 * @param source without a zero
 * @returns the bytes, or `undefined` where the source was not made by `stuff`
 */
export function unstuff(source: Uint8Array): Uint8Array | undefined {
  if (source[0] === runs) return unstuffRuns(source);
  if (source[0] === base64) return unstuffBase64(source);
  return undefined;
}

/** @returns the end, or `undefined` where there are too many zeros */
function stuffRuns(parts: readonly Uint8Array[], target: Buffer): number | undefined {
  target[0] = runs;
  let headerAt = 1;
  let out = headerAt + runHeaderBytes;
  let count = 1;
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const zero = part.indexOf(0, at);
      const end = zero === -1 ? part.length : zero;
      target.set(part.subarray(at, end), out);
      out += end - at;
      if (zero === -1) break;
      count += 1;
      if (count > maxRuns) return undefined;
      writeRunLength(target, headerAt, out);
      headerAt = out;
      out += runHeaderBytes;
      at = zero + 1;
    }
  }
  writeRunLength(target, headerAt, out);
  return out;
}

function writeRunLength(target: Uint8Array, headerAt: number, end: number): void {
  const length = end - headerAt - runHeaderBytes;
  target[headerAt] = (length % base) + 1;
  target[headerAt + 1] = (Math.floor(length / base) % base) + 1;
  target[headerAt + 2] = Math.floor(length / base ** 2) + 1;
}

function unstuffRuns(source: Uint8Array): Uint8Array | undefined {
  // Every byte of it is written below.
  const target = Buffer.allocUnsafeSlow(source.length);
  let out = 0;
  for (let at = 1; ; ) {
    if (at + runHeaderBytes > source.length) return undefined;
    const length = readRunLength(source, at);
    at += runHeaderBytes;
    if (length < 0 || at + length > source.length) return undefined;
    target.set(source.subarray(at, at + length), out);
    out += length;
    at += length;
    if (at === source.length) return target.subarray(0, out);
    target[out] = 0;
    out += 1;
  }
}

function readRunLength(source: Uint8Array, at: number): number {
  const digit = (index: number) => (source[at + index] as number) - 1;
  return digit(0) + base * digit(1) + base ** 2 * digit(2);
}

function stuffBase64(parts: readonly Uint8Array[], target: Buffer): number {
  let length = 0;
  for (const part of parts) {
    scratch.set(part, length);
    length += part.length;
  }
  target[0] = base64;
  return 1 + target.write(scratch.toString('base64', 0, length), 1, 'latin1');
}

function unstuffBase64(source: Uint8Array): Uint8Array {
  const text = Buffer.from(source.buffer, source.byteOffset, source.length).toString('latin1', 1);
  const target = Buffer.allocUnsafeSlow(text.length);
  return target.subarray(0, target.write(text, 'base64'));
}

function base64Length(length: number): number {
  return 4 * Math.ceil(length / 3);
}
