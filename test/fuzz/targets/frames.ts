// Fuzz target: the frame decoder finds every whole frame in a damaged stream.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checksum } from '../../../guest/protocol/checksum.js';
import { encodeFrame, FrameDecoder } from '../../../guest/protocol/frame.js';
import { stuff, stuffedMaxLength } from '../../../guest/protocol/stuffing.js';
import type { Target } from './target.js';

interface Frame {
  readonly header: Buffer;
  readonly payload: Buffer;
}

/** Bytes of a stream, and the frames that must be found in them behind a zero. */
interface Part {
  readonly bytes: Uint8Array;
  readonly holds: readonly Frame[];
}

const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.array(fc.constantFrom(0, 1, 2, 255), { maxLength: 80 }).map((each) => Uint8Array.from(each)),
    fc.nat(1500).map((length) => new Uint8Array(length).fill(7)),
  )
  .map((each) => Buffer.from(each));

const frame = fc.record({ header: bytes, payload: bytes });

const encode = ({ header, payload }: Frame) => encodeFrame(header, payload);

const whole = frame.map((each): Part => ({ bytes: encode(each), holds: [each] }));

const repeated = fc.tuple(frame, fc.integer({ min: 2, max: 4 })).map(([each, times]): Part => {
  const copies = Array.from({ length: times }, () => each);
  return { bytes: Buffer.concat(copies.map(encode)), holds: copies };
});

const cut = fc.tuple(frame, fc.nat(), fc.boolean()).map(([each, at, isHead]): Part => {
  const encoded = encode(each);
  // Neither the whole frame nor all of it but its end.
  const place = 1 + (at % (encoded.length - 2));
  return {
    bytes: isHead ? encoded.subarray(0, place) : encoded.subarray(place),
    holds: [],
  };
});

const garbage = bytes.map((each): Part => ({ bytes: each, holds: [] }));

/** Content whose checksum is right, and whose length of the header may reach anywhere. */
const crafted = fc
  .tuple(bytes, fc.nat(2 ** 16 - 1), fc.boolean())
  .map(([rest, length, fits]): Part => {
    const headerBytes = fits ? length % (rest.length + 1) : length;
    const content = Buffer.concat([Buffer.alloc(2), rest, Buffer.alloc(4)]);
    content.writeUInt16LE(headerBytes);
    const end = content.length - 4;
    content.writeUInt32LE(checksum([content.subarray(0, end)]), end);
    const target = Buffer.alloc(stuffedMaxLength(content.length) + 1);
    const stuffed = target.subarray(0, stuff([content], target) + 1);
    if (headerBytes > rest.length) return { bytes: stuffed, holds: [] };
    const header = rest.subarray(0, headerBytes);
    return { bytes: stuffed, holds: [{ header, payload: rest.subarray(headerBytes) }] };
  });

const endless = fc
  .integer({ min: 100_000, max: 300_000 })
  .map((length): Part => ({ bytes: new Uint8Array(length).fill(1), holds: [] }));

const parts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: whole },
    { weight: 2, arbitrary: repeated },
    { weight: 4, arbitrary: cut },
    { weight: 4, arbitrary: garbage },
    { weight: 3, arbitrary: crafted },
    { weight: 1, arbitrary: endless },
  ),
  { maxLength: 8 },
);

const textOf = ({ header, payload }: { header: Uint8Array; payload: Uint8Array }) =>
  `${Buffer.from(header).toString('hex')} ${Buffer.from(payload).toString('hex')}`;

function decode(chunks: readonly Uint8Array[]): { found: string[]; corruptions: number } {
  const found: string[] = [];
  let corruptions = 0;
  const decoder = new FrameDecoder({
    onFrame: (header, payload) => {
      found.push(textOf({ header, payload }));
    },
    onCorrupt: () => {
      corruptions += 1;
    },
  });
  for (const chunk of chunks) decoder.push(chunk);
  return { found, corruptions };
}

function cutAt(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const borders = [0, ...places.map((place) => place % (stream.length + 1)), stream.length];
  borders.sort((a, b) => a - b);
  return borders.slice(1).map((border, i) => stream.subarray(borders[i], border));
}

export const frames: Target = {
  name: 'frames',
  promise: 'every frame behind a zero is found, whatever is around it and however it is cut',
  property: fc.property(parts, fc.array(fc.nat(), { maxLength: 12 }), (stream, places) => {
    const zero = Uint8Array.of(0);
    const joined = Buffer.concat(stream.flatMap((part) => [zero, part.bytes]).concat(zero));
    const atOnce = decode([joined]);
    assert.deepEqual(
      atOnce.found,
      stream.flatMap(({ holds }) => holds.map(textOf)),
    );
    assert.deepEqual(decode(cutAt(joined, places)), atOnce);
  }),
};
