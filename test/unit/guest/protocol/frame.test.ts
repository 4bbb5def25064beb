import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum, portableCrc32 } from '../../../../guest/protocol/checksum.js';
import {
  encodeFrame,
  FrameDecoder,
  maxHeaderBytes,
  maxPieceBytes,
} from '../../../../guest/protocol/frame.js';
import {
  maxStuffableBytes,
  stuff,
  stuffedMaxLength,
  unstuff,
} from '../../../../guest/protocol/stuffing.js';

const bytesWithZeros = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.array(fc.constantFrom(0, 1, 255), { maxLength: 2000 }).map((each) => Uint8Array.from(each)),
  fc.nat(1100).map((length) => new Uint8Array(length).fill(7)),
);

describe('the checksum', () => {
  test('the checksum of 123456789 is the check value of CRC-32, with and without zlib', () => {
    const bytes = Buffer.from('123456789');
    expect(checksum([bytes])).toBe(0xcbf43926);
    expect(portableCrc32(bytes)).toBe(0xcbf43926);
  });

  test('an empty buffer does not change the checksum, even one that has no memory', () => {
    const bytes = Buffer.from('123456789');
    const nowhere = new Uint8Array(new ArrayBuffer(0));
    expect(checksum([bytes, nowhere])).toBe(0xcbf43926);
  });

  test('the checksum of parts is that of their concatenation, with and without zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (head, tail) => {
        const whole = checksum([Buffer.concat([head, tail])]);
        expect(checksum([head, tail])).toBe(whole);
        expect(portableCrc32(tail, portableCrc32(head))).toBe(whole);
      }),
    );
  });
});

describe('stuffing', () => {
  const stuffed = (parts: readonly Uint8Array[]) => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const target = Buffer.alloc(stuffedMaxLength(length));
    return target.subarray(0, stuff(parts, target));
  };

  test('stuffed bytes hold no zero, stay within their bound and are unstuffed unchanged', () => {
    fc.assert(
      fc.property(fc.array(bytesWithZeros, { maxLength: 3 }), (parts) => {
        const bytes = Buffer.concat(parts);
        const encoded = stuffed(parts);
        expect(encoded.includes(0)).toBe(false);
        expect(encoded.length).toBeLessThanOrEqual(stuffedMaxLength(bytes.length));
        expect(Buffer.from(unstuff(encoded) ?? 'wrong')).toEqual(bytes);
      }),
    );
  });

  test('stuffing adds four bytes to the largest input without a zero', () => {
    const longest = new Uint8Array(maxStuffableBytes).fill(9);
    expect(stuffed([longest]).length).toBe(maxStuffableBytes + 4);
    expect(Buffer.from(unstuff(stuffed([longest])) ?? '').equals(longest)).toBe(true);
  });

  test('stuffing makes bytes full of zeros a third longer', () => {
    const zeros = new Uint8Array(maxStuffableBytes);
    expect(stuffed([zeros]).length).toBe(1 + 4 * Math.ceil(maxStuffableBytes / 3));
    expect(Buffer.from(unstuff(stuffed([zeros])) ?? '').equals(zeros)).toBe(true);
  });

  test('unstuffing refuses a run past the end and an unknown way to stuff', () => {
    expect(unstuff(Uint8Array.of(1, 5, 1, 1, 2))).toBeUndefined();
    expect(unstuff(Uint8Array.of(1, 5))).toBeUndefined();
    expect(unstuff(Uint8Array.of(3, 1, 1, 1))).toBeUndefined();
    expect(unstuff(Uint8Array.of())).toBeUndefined();
  });

  test('unstuffing takes any bytes without an exception', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2), fc.uint8Array(), (way, bytes) => {
        unstuff(Uint8Array.of(way, ...bytes));
      }),
    );
  });
});

interface Frame {
  readonly header: Buffer;
  readonly payload: Buffer;
}

const frames = fc.record({
  header: bytesWithZeros.map((bytes) => Buffer.from(bytes)),
  payload: bytesWithZeros.map((bytes) => Buffer.from(bytes)),
});
const encode = ({ header, payload }: Frame) => encodeFrame(header, payload);

function decodeAll(chunks: Iterable<Uint8Array>) {
  const received: Frame[] = [];
  const corruptions: string[] = [];
  const decoder = new FrameDecoder({
    onFrame: (header, payload) => {
      received.push({ header: Buffer.from(header), payload: Buffer.from(payload) });
    },
    onCorrupt: (reason) => corruptions.push(reason),
  });
  for (const chunk of chunks) decoder.push(chunk);
  return { received, corruptions };
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  borders.sort((a, b) => a - b);
  return borders.slice(1).map((border, i) => bytes.subarray(borders[i], border));
}

describe('frames', () => {
  test('frames are decoded in order however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 6 }), fc.array(fc.nat()), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(encode));
        const { received, corruptions } = decodeAll(cutAt(stream, cuts));
        expect(received).toEqual(sent);
        expect(corruptions).toEqual([]);
      }),
    );
  });

  test('a frame is found after stale bytes that end in the middle of another', () => {
    fc.assert(
      fc.property(frames, frames, fc.nat(), (stale, fresh, cut) => {
        const old = encode(stale);
        const part = old.subarray(0, cut % (old.length - 1));
        const { received } = decodeAll([part, Uint8Array.of(0), encode(fresh)]);
        expect(received).toEqual([fresh]);
      }),
    );
  });

  test('a frame with any byte changed is never taken for another message', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, at, flip) => {
        const frame = encode(sent);
        const position = at % frame.length;
        frame[position] = (frame[position] as number) ^ flip;
        expect(decodeAll([frame, Uint8Array.of(0)]).received).toEqual([]);
      }),
    );
  });

  test('a frame that never ends is dropped, and the next one is found', () => {
    const endless = new Uint8Array(1_000_000).fill(1);
    const fresh = { header: Buffer.from('header'), payload: Buffer.from('payload') };
    const { received, corruptions } = decodeAll([endless, Uint8Array.of(0), encode(fresh)]);
    expect(received).toEqual([fresh]);
    expect(corruptions).toEqual(['too long']);
  });

  test('a frame of the largest size is decoded unchanged, even one full of zeros', () => {
    for (const byte of [0, 0x41]) {
      const header = Buffer.alloc(maxHeaderBytes, byte);
      const payload = Buffer.alloc(maxPieceBytes, byte);
      expect(decodeAll([encodeFrame(header, payload)]).received).toEqual([{ header, payload }]);
    }
  });

  test('a frame over the largest size cannot be encoded', () => {
    expect(() => encodeFrame(new Uint8Array(maxHeaderBytes + 1))).toThrow(RangeError);
    expect(() => encodeFrame(new Uint8Array(1), new Uint8Array(maxPieceBytes + 1))).toThrow(
      RangeError,
    );
  });
});
