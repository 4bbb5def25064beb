// Which bytes of a heartbeat channel count as a beat: every newline, or the proof that the guest knows the secret.

import { randomBytes } from 'node:crypto';
import { isHeartProof, nonceBytes } from '../../guest/protocol/proof.js';

export interface HeartAnswers {
  /** What asks for a beat. */
  probe(): string;
  /** Whether what came holds a beat. */
  isBeat(chunk: Buffer): boolean;
  /** Another connection begins. */
  reset(): void;
}

/** For a guest that need not know a secret. */
export const newlines: HeartAnswers = {
  probe: () => '\n',
  isBeat: (chunk) => chunk.includes('\n'),
  reset: () => undefined,
};

/** Answers may be late: some of the last nonces are open. */
const maxOpenNonces = 8;

/** More than two answers; the rest of a flood is not looked at. */
const maxKeptBytes = 256;

/** For a guest that must know the secret: a beat is an answer to a nonce that was sent on this connection. */
export class ProvenAnswers implements HeartAnswers {
  readonly #secret: Uint8Array;
  #nonces: readonly string[] = [];
  #rest = '';

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  probe(): string {
    const nonce = randomBytes(nonceBytes).toString('hex');
    this.#nonces = [...this.#nonces, nonce].slice(-maxOpenNonces);
    return `${nonce}\n`;
  }

  isBeat(chunk: Buffer): boolean {
    const lines = (this.#rest + chunk.toString('latin1')).slice(-maxKeptBytes).split('\n');
    this.#rest = lines.pop() ?? '';
    const secret = this.#secret;
    const answered = this.#nonces.findLastIndex((nonce) =>
      lines.some((proof) => isHeartProof(secret, { nonce, proof })),
    );
    if (answered === -1) return false;
    this.#nonces = this.#nonces.slice(answered + 1);
    return true;
  }

  reset(): void {
    this.#nonces = [];
    this.#rest = '';
  }
}
