// How host and guest prove to each other that they know the secret of a machine: HMAC-SHA256 over what both have sent.

import { createHmac, timingSafeEqual } from 'node:crypto';

/** What both sides have said before one of them proves something. */
export interface Exchange {
  readonly generation: number;
  readonly session: number;
  readonly hostNonce: Uint8Array;
  readonly guestNonce: Uint8Array;
  /** Of the guest. */
  readonly bootId: string;
}

/** A proof of one side is none of the other. */
export type Side = 'host' | 'guest';

/** Bytes of a nonce. */
export const nonceBytes = 16;

export function prove(secret: Uint8Array, side: Side, exchange: Exchange): Uint8Array {
  return createHmac('sha256', secret).update(encodeExchange(side, exchange)).digest();
}

/** Compares in constant time. */
export function isProof(
  secret: Uint8Array,
  { side, exchange, proof }: { side: Side; exchange: Exchange; proof: Uint8Array },
): boolean {
  return areEqual(prove(secret, side, exchange), proof);
}

/** The bytes that a proof is made over: each field with its length, so that no two exchanges have the same. */
export function encodeExchange(side: Side, exchange: Exchange): Uint8Array {
  const { generation, session, hostNonce, guestNonce, bootId } = exchange;
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(generation, 0);
  numbers.writeUInt32LE(session, 4);
  const fields = [Buffer.from(side), hostNonce, guestNonce, Buffer.from(bootId)];
  return Buffer.concat([numbers, ...fields.flatMap((field) => [lengthOf(field), field])]);
}

/** A question of the Watchdog: a nonce in hexadecimal digits. */
export function isHeartNonce(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** The beat that answers a nonce of the Watchdog, in hexadecimal digits. */
export function heartProof(secret: Uint8Array, nonce: string): string {
  return createHmac('sha256', secret).update(`heart ${nonce}`).digest('hex');
}

/** Compares in constant time. */
export function isHeartProof(
  secret: Uint8Array,
  options: { nonce: string; proof: string },
): boolean {
  return areEqual(Buffer.from(heartProof(secret, options.nonce)), Buffer.from(options.proof));
}

function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function lengthOf(field: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(field.length);
  return length;
}
