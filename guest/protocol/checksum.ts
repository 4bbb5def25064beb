// The checksum of frames: CRC-32, also for versions of Node.js without a native one.

import * as zlib from 'node:zlib';

/** `zlib.crc32` came with Node.js 20.15 and 22.2; Debian 12 has 18. */
type NativeCrc32 = (data: Uint8Array, value?: number) => number;

const native = (zlib as { crc32?: NativeCrc32 }).crc32;

/** CRC-32 (ISO-HDLC, as in zlib) of the concatenation of the parts, as an unsigned 32-bit number. */
export function checksum(parts: readonly Uint8Array[]): number {
  const step = native ?? portableCrc32;
  // zlib.crc32 returns 0 for an empty buffer without backing store, and loses the running value.
  return parts.reduce((crc, part) => (part.length === 0 ? crc : step(part, crc)), 0);
}

const table = makeTable();

/** The same, without zlib. Continues from the value of the bytes before. */
export function portableCrc32(bytes: Uint8Array, value = 0): number {
  let crc = ~value;
  for (let at = 0; at < bytes.length; at += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}

function makeTable(): Int32Array {
  const result = new Int32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    result[byte] = crc;
  }
  return result;
}
