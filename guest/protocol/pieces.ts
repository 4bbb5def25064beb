// Cuts what the host sends into pieces of one frame each.

/**
 * What the host sends at a time. A serial port carries 0.1 MB/s to the guest: the end of an execution must not wait long
 * for a piece of its input.
 */
export const hostPieceBytes = 16 * 1024;

/** Cuts what goes to the guest into pieces, a frame each. The pieces are views. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += hostPieceBytes) {
    yield bytes.subarray(at, Math.min(at + hostPieceBytes, bytes.length));
  }
}
