// Finds what a cut has left of a character in UTF-8, so that a text shows no broken character where it was cut.

/** How many bytes at the end begin a character that is not complete. */
export function brokenEndBytes(bytes: Uint8Array): number {
  for (let count = 1; count < longestCharacter; count += 1) {
    const byte = bytes[bytes.length - count];
    if (byte === undefined) return 0;
    if (!isContinuation(byte)) return characterLength(byte) > count ? count : 0;
  }
  return 0;
}

/** How many bytes at the start may continue a character whose beginning is missing. */
export function brokenStartBytes(bytes: Uint8Array): number {
  const first = bytes.subarray(0, longestCharacter - 1);
  const count = first.findIndex((byte) => !isContinuation(byte));
  return count === -1 ? first.length : count;
}

const longestCharacter = 4;

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte < 0xc0;
}

/** Bytes of the character that a byte begins; 1 where no character begins with it. */
export function characterLength(byte: number): number {
  if (byte >= 0xc2 && byte < 0xe0) return 2;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  if (byte >= 0xf0 && byte < 0xf5) return 4;
  return 1;
}
