import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RequestMessages } from '../../../../../services/lib/rpc/connections/request-messages.js';
import { messageFrame } from '../../../../support/hostile-client.js';

const frameHeadBytes = 9;

/** Messages as they stand in data frames, one after the other. */
function encode(messages: readonly { flag: number; content: Uint8Array }[]): Buffer {
  return Buffer.concat(
    messages.map(({ flag, content }) =>
      messageFrame(1, content, { flag }).subarray(frameHeadBytes),
    ),
  );
}

/** Takes bytes in frames that are cut anywhere, and gives what becomes of them. */
function take(bytes: Buffer, places: readonly number[]): { bytes: Buffer; heldBytes: number } {
  const messages = new RequestMessages();
  const borders = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  borders.sort((a, b) => a - b);
  borders.slice(1).forEach((border, i) => {
    const payload = bytes.subarray(borders[i], border);
    if (payload.length === 0) return;
    const frame = { type: 0, flags: 0, streamId: 1, length: payload.length };
    const half = Math.ceil(payload.length / 2);
    messages.take(frame, payload.subarray(0, half));
    if (half < payload.length) messages.take(frame, payload.subarray(half));
  });
  return { bytes, heldBytes: messages.heldBytes };
}

const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 });

const cuts = fc.array(fc.nat(), { maxLength: 6 });

it('messages that are not compressed pass as they are, and the newest counts', () => {
  const property = fc.property(contents, cuts, (all, places) => {
    const sent = encode(all.map((content) => ({ flag: 0, content })));
    const taken = take(Buffer.from(sent), places);
    expect(taken.bytes.equals(sent)).toBe(true);
    expect(taken.heldBytes).toBe(all.at(-1)?.length);
  });
  fc.assert(property);
});

it('a message with another flag becomes unreadable, and no other one', () => {
  const flags = fc.array(fc.nat(255), { minLength: 6, maxLength: 6 });
  const property = fc.property(contents, flags, cuts, (all, flagOf, places) => {
    const messages = all.map((content, i) => ({ flag: flagOf[i] ?? 0, content }));
    const spoilt = messages.map(({ flag, content }) => ({
      flag,
      content: flag === 0 ? content : content.map((byte, i) => (i === 0 ? 7 : byte)),
    }));
    expect(take(encode(messages), places).bytes.equals(encode(spoilt))).toBe(true);
  });
  fc.assert(property);
});
