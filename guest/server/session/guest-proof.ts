// The guest's side of the proof that a host knows the secret of the machine.

import { randomBytes } from 'node:crypto';
import type {
  Challenge,
  Hello,
  HostFrame,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { isProof, nonceBytes, prove } from '../../protocol/proof.js';
import type { ReadSecret } from './secret.js';

/** Judges the Hellos of hosts. A Hello without the right proof is answered by a challenge, and changes nothing else. */
export class GuestProof {
  readonly #secret: ReadSecret;
  readonly #bootId: string;
  /** Of the last challenge. */
  #question: { readonly key: string; readonly nonce: Uint8Array } | undefined;

  constructor(options: { secret: ReadSecret; bootId: string }) {
    this.#secret = options.secret;
    this.#bootId = options.bootId;
  }

  /** @returns the challenge that the host must answer first; `undefined` where it has proved that it knows the secret */
  challenge(frame: HostFrame, hello: Hello): Challenge | undefined {
    const { generation, session } = frame;
    const key = `${generation} ${session} ${Buffer.from(hello.nonce).toString('hex')}`;
    if (this.#question?.key !== key) this.#question = { key, nonce: randomBytes(nonceBytes) };
    const { nonce } = this.#question;
    const bootId = this.#bootId;
    const secret = this.#secret();
    const exchange = { generation, session, hostNonce: hello.nonce, guestNonce: nonce, bootId };
    if (isProof(secret, { side: 'host', exchange, proof: hello.proof })) return undefined;
    if (hello.proof.length > 0) {
      process.stderr.write('guest-server: a host that does not know the secret was refused\n');
    }
    return { nonce, bootId, proof: prove(secret, 'guest', exchange) };
  }
}
