import { maxPieceBytes } from './frame.js';

/** Cuts bytes into pieces that fit into a frame each. The pieces are views. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += maxPieceBytes) {
    yield bytes.subarray(at, Math.min(at + maxPieceBytes, bytes.length));
  }
}
