import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cobsDecode, cobsEncode, cobsMaxLength } from '../../../services/channel/cobs.js';
import { crc32c } from '../../../services/channel/crc32c.js';
import { encodeFrame, FrameDecoder, maxMessageBytes } from '../../../services/channel/frame.js';

const bytesWithZeros = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.array(fc.constantFrom(0, 1, 255), { maxLength: 2000 }).map((each) => Uint8Array.from(each)),
  fc.nat(1100).map((length) => new Uint8Array(length).fill(7)),
);

describe('crc32c', () => {
  test('gives the check value of the standard for 123456789', () => {
    const bytes = Buffer.from('123456789');
    expect(crc32c(bytes, 0, bytes.length)).toBe(0xe3069283);
  });

  test('gives the value of RFC 3720 for 32 zeros', () => {
    expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a9136aa);
  });

  test('is the same for a slice as for a copy of it', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(20), (bytes, skip) => {
        const start = Math.min(skip, bytes.length);
        const copy = bytes.slice(start);
        expect(crc32c(bytes, start, bytes.length)).toBe(crc32c(copy, 0, copy.length));
      }),
    );
  });
});

describe('COBS', () => {
  const encode = (source: Uint8Array) => {
    const target = new Uint8Array(cobsMaxLength(source.length));
    const end = cobsEncode({ source, sourceEnd: source.length, target, targetStart: 0 });
    return target.subarray(0, end);
  };

  test('never holds a zero, stays within its bound and comes back whole', () => {
    fc.assert(
      fc.property(bytesWithZeros, (bytes) => {
        const encoded = encode(bytes);
        expect(encoded.includes(0)).toBe(false);
        expect(encoded.length).toBeLessThanOrEqual(cobsMaxLength(bytes.length));
        expect(cobsDecode(encoded, encoded.length)).toEqual(bytes);
      }),
    );
  });

  test('encodes the examples of its paper', () => {
    expect([...encode(Uint8Array.of(0))]).toEqual([1, 1]);
    expect([...encode(Uint8Array.of(0x11, 0x22, 0, 0x33))]).toEqual([3, 0x11, 0x22, 2, 0x33]);
  });

  test('refuses a group that reaches past the end', () => {
    expect(cobsDecode(Uint8Array.of(5, 1, 2), 3)).toBeUndefined();
  });

  test('decodes any bytes without throwing', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void cobsDecode(bytes, bytes.length)));
  });
});

function decodeAll(chunks: Iterable<Uint8Array>) {
  const messages: Uint8Array[] = [];
  const corruptions: string[] = [];
  const decoder = new FrameDecoder({
    onMessage: (message) => messages.push(message),
    onCorrupt: (reason) => corruptions.push(reason),
  });
  for (const chunk of chunks) decoder.push(chunk);
  return { messages, corruptions };
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  borders.sort((a, b) => a - b);
  return borders.slice(1).map((border, i) => bytes.subarray(borders[i], border));
}

describe('frames', () => {
  test('come back in order however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(bytesWithZeros, { maxLength: 6 }), fc.array(fc.nat()), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(encodeFrame));
        const { messages, corruptions } = decodeAll(cutAt(stream, cuts));
        expect(messages).toEqual(sent);
        expect(corruptions).toEqual([]);
      }),
    );
  });

  test('are found again after stale bytes that end in the middle of a frame', () => {
    fc.assert(
      fc.property(bytesWithZeros, bytesWithZeros, fc.nat(), (stale, fresh, cut) => {
        const old = encodeFrame(stale);
        const part = old.subarray(0, cut % (old.length - 1));
        const { messages } = decodeAll([part, Uint8Array.of(0), encodeFrame(fresh)]);
        expect(messages).toEqual([fresh]);
      }),
    );
  });

  test('with any byte changed are never taken for another message', () => {
    fc.assert(
      fc.property(bytesWithZeros, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, at, flip) => {
        const frame = encodeFrame(sent);
        const position = at % frame.length;
        frame[position] = (frame[position] as number) ^ flip;
        expect(decodeAll([frame, Uint8Array.of(0)]).messages).toEqual([]);
      }),
    );
  });

  test('that never end are dropped, and the one behind them is found', () => {
    const endless = new Uint8Array(3 * maxMessageBytes).fill(1);
    const { messages, corruptions } = decodeAll([
      endless,
      Uint8Array.of(0),
      encodeFrame(endless.subarray(0, 9)),
    ]);
    expect(messages).toEqual([endless.subarray(0, 9)]);
    expect(corruptions).toEqual(['too long']);
  });

  test('of the largest message come back whole', () => {
    const largest = new Uint8Array(maxMessageBytes).fill(0x41);
    expect(decodeAll([encodeFrame(largest)]).messages).toEqual([largest]);
  });

  test('over the largest message are refused by the sender', () => {
    expect(() => encodeFrame(new Uint8Array(maxMessageBytes + 1))).toThrow(RangeError);
  });
});
