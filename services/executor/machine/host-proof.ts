// The host's side of the proof that a guest knows the secret of its machine, for one connection.

import { isProof, prove } from '../../../guest/protocol/proof.js';
import type { Challenge } from '../../gen/pbot/vm/guest/v1/channel.js';

/** What a Hello carries for the guest's proof, and for ours. */
interface HelloProof {
  readonly nonce: Uint8Array;
  /** Empty until the guest has sent its challenge. */
  readonly proof: Uint8Array;
}

export class HostProof {
  readonly #secret: Uint8Array | undefined;
  readonly #session: { readonly generation: number; readonly session: number };
  readonly #nonce: Uint8Array;
  #proof: Uint8Array | undefined;

  constructor(options: {
    secret: Uint8Array | undefined;
    generation: number;
    session: number;
    nonce: Uint8Array;
  }) {
    const { secret, nonce, ...session } = options;
    this.#secret = secret;
    this.#session = session;
    this.#nonce = nonce;
  }

  /** The guest has proved that it knows the secret, or none is asked for. */
  get isComplete(): boolean {
    return this.#secret === undefined || this.#proof !== undefined;
  }

  get hello(): HelloProof {
    return { nonce: this.#nonce, proof: this.#proof ?? new Uint8Array() };
  }

  /** @returns what is wrong with the challenge */
  answer({ nonce: guestNonce, bootId, proof }: Challenge): string | undefined {
    const secret = this.#secret;
    if (secret === undefined) return 'it asks for a secret, and none is configured here';
    const exchange = { ...this.#session, hostNonce: this.#nonce, guestNonce, bootId };
    if (!isProof(secret, { side: 'guest', exchange, proof })) return wrongSecret;
    this.#proof = prove(secret, 'host', exchange);
    return undefined;
  }
}

const wrongSecret = 'it does not know the secret of the machine';
