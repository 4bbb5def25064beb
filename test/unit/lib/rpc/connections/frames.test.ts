import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type FrameHead,
  FrameReader,
  goawayFrame,
  http2Preface,
} from '../../../../../services/lib/rpc/connections/frames.js';
import { frame } from '../../../../support/hostile-client.js';

interface Read {
  readonly head: FrameHead;
  readonly payload: string;
}

function readAll(chunks: readonly Uint8Array[], options: { hasPreface: boolean }): Read[] {
  const found: { head: FrameHead; payload: string }[] = [];
  const reader = new FrameReader(
    {
      head: (head) => found.push({ head, payload: '' }),
      payload: (head, bytes) => {
        const last = found.at(-1);
        if (last?.head !== head) throw new Error('a payload of another frame');
        last.payload += bytes.toString('hex');
      },
    },
    options,
  );
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  expect(reader.isBetweenFrames).toBe(true);
  return found;
}

const anyFrame = fc.record({
  type: fc.nat(255),
  flags: fc.nat(255),
  streamId: fc.nat(0x7fffffff),
  payload: fc.uint8Array({ maxLength: 300 }),
});

it('frames are read the same however their bytes are cut', () => {
  const property = fc.property(
    fc.array(anyFrame, { maxLength: 8 }),
    fc.array(fc.nat(), { maxLength: 8 }),
    fc.boolean(),
    (frames, places, hasPreface) => {
      const bytes = Buffer.concat([
        ...(hasPreface ? [http2Preface] : []),
        ...frames.map(({ type, payload, ...rest }) =>
          frame(type, { ...rest, payload: Buffer.from(payload) }),
        ),
      ]);
      const borders = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
      borders.sort((a, b) => a - b);
      const chunks = borders.slice(1).map((border, i) => bytes.subarray(borders[i], border));
      expect(readAll(chunks, { hasPreface })).toEqual(
        frames.map(({ type, flags, streamId, payload }) => ({
          head: { type, flags, streamId, length: payload.length },
          payload: Buffer.from(payload).toString('hex'),
        })),
      );
    },
  );
  fc.assert(property);
});

it('a frame that is cut is not yet over', () => {
  const reader = new FrameReader(
    { head: () => undefined, payload: () => undefined },
    { hasPreface: false },
  );
  const bytes = frame(0, { payload: Buffer.alloc(3) });
  for (const byte of bytes.subarray(0, -1)) {
    reader.read(Buffer.from([byte]));
    expect(reader.isBetweenFrames).toBe(false);
  }
  reader.read(Buffer.alloc(1));
  expect(reader.isBetweenFrames).toBe(true);
});

it('GOAWAY has the last stream, the code and a text', () => {
  const [goaway] = readAll([goawayFrame({ lastStreamId: 7, code: 11, text: 'calm' })], {
    hasPreface: false,
  });
  expect(goaway).toEqual({
    head: { type: 7, flags: 0, streamId: 0, length: 12 },
    payload: `000000070000000b${Buffer.from('calm').toString('hex')}`,
  });
});
