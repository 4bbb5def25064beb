import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Exchange,
  encodeExchange,
  heartProof,
  isHeartNonce,
  isHeartProof,
  isProof,
  prove,
} from '../../../../guest/protocol/proof.js';

const uint32 = fc.nat(0xff_ff_ff_ff);
const bytes = fc.uint8Array({ maxLength: 20 });
const secrets = fc.uint8Array({ minLength: 1, maxLength: 64 });
const exchanges: fc.Arbitrary<Exchange> = fc.record({
  generation: uint32,
  session: uint32,
  hostNonce: bytes,
  guestNonce: bytes,
  bootId: fc.string({ unit: 'binary', maxLength: 40 }),
});

describe('a proof', () => {
  it('a proof holds for its side, its exchange and its secret', () => {
    fc.assert(
      fc.property(
        secrets,
        exchanges,
        fc.constantFrom('host', 'guest'),
        (secret, exchange, side) => {
          expect(isProof(secret, { side, exchange, proof: prove(secret, side, exchange) })).toBe(
            true,
          );
        },
      ),
    );
  });

  it('a proof of one side is none of the other', () => {
    fc.assert(
      fc.property(secrets, exchanges, (secret, exchange) => {
        const proof = prove(secret, 'guest', exchange);
        expect(isProof(secret, { side: 'host', exchange, proof })).toBe(false);
      }),
    );
  });

  it('bytes of any length that a stranger makes up are no proof', () => {
    const made = fc.uint8Array({ maxLength: 70 });
    fc.assert(
      fc.property(secrets, exchanges, made, (secret, exchange, proof) => {
        expect(isProof(secret, { side: 'host', exchange, proof })).toBe(false);
      }),
    );
  });

  it('two exchanges that differ in anything are proved over different bytes', () => {
    const textOf = (exchange: Exchange) =>
      JSON.stringify([
        exchange.generation,
        exchange.session,
        [...exchange.hostNonce],
        [...exchange.guestNonce],
        Buffer.from(exchange.bootId).toString('hex'),
      ]);
    fc.assert(
      fc.property(exchanges, exchanges, (left, right) => {
        const areSame = textOf(left) === textOf(right);
        const encoded = [left, right].map((each) => Buffer.from(encodeExchange('host', each)));
        expect(encoded[0]?.equals(encoded[1] as Buffer)).toBe(areSame);
      }),
    );
  });

  it('bytes that move from one field to the next change what is proved', () => {
    const one = { generation: 1, session: 2, bootId: 'b' };
    const left = { ...one, hostNonce: Uint8Array.of(1, 2), guestNonce: Uint8Array.of(3) };
    const right = { ...one, hostNonce: Uint8Array.of(1), guestNonce: Uint8Array.of(2, 3) };
    expect(prove(Buffer.from('s'), 'host', left)).not.toEqual(
      prove(Buffer.from('s'), 'host', right),
    );
  });
});

describe('the answer of a heart', () => {
  const secret = Buffer.from('s'.repeat(32));
  const nonce = '0123456789abcdef0123456789abcdef';

  it('an answer holds for its nonce and its secret alone', () => {
    const proof = heartProof(secret, nonce);
    expect(isHeartProof(secret, { nonce, proof })).toBe(true);
    expect(isHeartProof(secret, { nonce: nonce.replace('0', '1'), proof })).toBe(false);
    expect(isHeartProof(Buffer.from('other'), { nonce, proof })).toBe(false);
    for (const text of ['', '\n', proof.slice(1), `${proof}0`, '\u00e9'.repeat(64)]) {
      expect(isHeartProof(secret, { nonce, proof: text })).toBe(false);
    }
  });

  it('a nonce is 32 hexadecimal digits and nothing else', () => {
    expect(isHeartNonce(nonce)).toBe(true);
    for (const text of ['', nonce.slice(1), `${nonce}0`, nonce.toUpperCase(), ` ${nonce}`]) {
      expect(isHeartNonce(text)).toBe(false);
    }
  });
});
