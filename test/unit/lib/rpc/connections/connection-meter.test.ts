import { describe, expect, it } from 'vitest';
import {
  ConnectionMeter,
  maxConcurrentStreams,
  type Violation,
} from '../../../../../services/lib/rpc/connections/connection-meter.js';
import { type FrameHead, frameFlags } from '../../../../../services/lib/rpc/connections/frames.js';
import { messageFrame, types } from '../../../../support/hostile-client.js';

const { endStream } = frameFlags;

function head(type: number, more: Partial<FrameHead> = {}): FrameHead {
  return { type, flags: 0, streamId: 0, length: 0, ...more };
}

const headers = (streamId: number, more: Partial<FrameHead> = {}) =>
  head(types.headers, { streamId, length: 20, ...more });

const reset = (streamId: number) => head(types.rstStream, { streamId, length: 4 });

/** How often something is taken before it is too much, up to a bound. */
function countUntil(
  bound: number,
  take: (index: number) => Violation | undefined,
): { count: number; violation: Violation | undefined } {
  for (let count = 0; count < bound; count += 1) {
    const violation = take(count);
    if (violation !== undefined) return { count, violation };
  }
  return { count: bound, violation: undefined };
}

/** Sends the bytes of one message, in one data frame. */
function sendMessage(meter: ConnectionMeter, streamId: number, bytes: Buffer): void {
  const frame = head(types.data, { streamId, length: bytes.length });
  expect(meter.received(frame, 0)).toBeUndefined();
  meter.receivedData(frame, bytes);
}

const message = (options: { bytes: number; length?: number }) =>
  messageFrame(1, Buffer.alloc(options.bytes), options).subarray(9);

describe('a client that does too much', () => {
  it('a client that opens streams and never ends one is stopped soon after the number that it may have', () => {
    const meter = new ConnectionMeter(0);
    const { count, violation } = countUntil(10_000, (i) => meter.received(headers(2 * i + 1), 0));
    expect(violation).toBe('streams open');
    expect(count).toBeGreaterThan(maxConcurrentStreams);
    expect(count).toBeLessThan(2 * maxConcurrentStreams);
  });

  it('a client whose calls are all answered may make any number of them, however fast', () => {
    const meter = new ConnectionMeter(0);
    const call = (i: number) => {
      const streamId = 2 * i + 1;
      const violation = meter.received(headers(streamId, { flags: endStream, length: 1000 }), 0);
      meter.sent(headers(streamId, { flags: endStream }));
      return violation;
    };
    expect(countUntil(10_000, call)).toEqual({ count: 10_000, violation: undefined });
    expect(meter.openStreams).toBe(0);
    expect(meter.heldBytes).toBe(0);
  });

  it('a client that opens streams and resets them is stopped before nghttp2 stops to listen', () => {
    const meter = new ConnectionMeter(0);
    const { count, violation } = countUntil(10_000, (i) => {
      const streamId = 2 * i + 1;
      return meter.received(headers(streamId), 0) ?? meter.received(reset(streamId), 0);
    });
    expect(violation).toBe('streams reset');
    expect(count).toBeLessThan(1000);
    expect(meter.openStreams).toBe(0);
  });

  it('a client that cancels 30 calls a second is never stopped', () => {
    const meter = new ConnectionMeter(0);
    const cancel = (i: number) => {
      const streamId = 2 * i + 1;
      const nowMs = i * 34;
      return meter.received(headers(streamId), nowMs) ?? meter.received(reset(streamId), nowMs);
    };
    expect(countUntil(5000, cancel).violation).toBeUndefined();
  });

  it.each([types.ping, types.settings, types.priority, types.windowUpdate, types.unknown])(
    'a client that sends nothing but frames of type %i is stopped',
    (type) => {
      const meter = new ConnectionMeter(0);
      const { violation } = countUntil(10_000, () => meter.received(head(type, { length: 8 }), 0));
      expect(violation).toBe('control frames');
    },
  );

  it('a client that sends data to streams that are not there, or empty data, is stopped', () => {
    const meter = new ConnectionMeter(0);
    const lost = () => meter.received(head(types.data, { streamId: 9, length: 10 }), 0);
    expect(countUntil(10_000, lost).violation).toBe('control frames');
    const other = new ConnectionMeter(0);
    expect(other.received(headers(1), 0)).toBeUndefined();
    const empty = () => other.received(head(types.data, { streamId: 1 }), 0);
    expect(countUntil(10_000, empty).violation).toBe('control frames');
  });

  it('a client that reads a flood may adjust its windows for each frame of it', () => {
    const meter = new ConnectionMeter(0);
    expect(meter.received(headers(1, { flags: endStream }), 0)).toBeUndefined();
    const read = () => {
      meter.sent(head(types.data, { streamId: 1, length: 16_384 }));
      const update = head(types.windowUpdate, { length: 4 });
      return meter.received(update, 0) ?? meter.received({ ...update, streamId: 1 }, 0);
    };
    expect(countUntil(100_000, read).violation).toBeUndefined();
  });

  it('headers of one request over 16 KiB are too many, however they are cut', () => {
    const meter = new ConnectionMeter(0);
    expect(meter.received(headers(1, { length: 16_000 }), 0)).toBeUndefined();
    const more = head(9, { streamId: 1, length: 1000 });
    expect(meter.received(more, 0)).toBe('bytes of headers');
  });

  it('large headers of many requests are too many, and a second later there is room for some', () => {
    const meter = new ConnectionMeter(0);
    const send = (nowMs: number) => (i: number) =>
      meter.received(headers(2 * (i + nowMs) + 1, { length: 12_900 }), nowMs);
    expect(countUntil(100, send(0)).violation).toBe('bytes of headers');
    expect(countUntil(5, send(1000)).violation).toBeUndefined();
  });
});

describe('what a client has under way', () => {
  it('headers count until the stream has ended on both sides', () => {
    const meter = new ConnectionMeter(0);
    meter.received(headers(1, { length: 100 }), 0);
    meter.sent(headers(1, { flags: endStream }));
    expect(meter.heldBytes).toBe(100);
    meter.received(head(types.data, { streamId: 1, flags: endStream }), 0);
    expect(meter.heldBytes).toBe(0);
  });

  it('a message counts until the server answers', () => {
    const meter = new ConnectionMeter(0);
    meter.received(headers(1, { length: 100 }), 0);
    sendMessage(meter, 1, message({ bytes: 1000 }));
    expect(meter.heldBytes).toBe(1100);
    meter.sent(headers(1));
    expect(meter.heldBytes).toBe(100);
  });

  it('a part of a message counts after the answer as well, until the message is whole', () => {
    const meter = new ConnectionMeter(0);
    meter.received(headers(1, { length: 100 }), 0);
    meter.sent(headers(1));
    const whole = message({ bytes: 1000 });
    sendMessage(meter, 1, whole.subarray(0, 505));
    expect(meter.heldBytes).toBe(600);
    sendMessage(meter, 1, whole.subarray(505));
    expect(meter.heldBytes).toBe(100);
  });

  it('only the newest message of a request counts', () => {
    const meter = new ConnectionMeter(0);
    meter.received(headers(1, { length: 100 }), 0);
    sendMessage(meter, 1, Buffer.concat([message({ bytes: 1000 }), message({ bytes: 7 })]));
    expect(meter.heldBytes).toBe(107);
  });

  it('padding does not count', () => {
    const meter = new ConnectionMeter(0);
    meter.received(headers(1, { length: 100 }), 0);
    const padded = Buffer.concat([Buffer.from([20]), message({ bytes: 50 }), Buffer.alloc(20)]);
    const frame = head(types.data, {
      streamId: 1,
      flags: frameFlags.padded,
      length: padded.length,
    });
    meter.received(frame, 0);
    meter.receivedData(frame, padded.subarray(0, 30));
    meter.receivedData(frame, padded.subarray(30));
    expect(meter.heldBytes).toBe(150);
  });

  it('a stream that is reset, by either side, has nothing under way', () => {
    for (const side of ['received', 'sent'] as const) {
      const meter = new ConnectionMeter(0);
      meter.received(headers(1, { length: 100 }), 0);
      sendMessage(meter, 1, message({ bytes: 1000, length: 2000 }));
      meter[side](reset(1), 0);
      expect([meter.heldBytes, meter.openStreams]).toEqual([0, 0]);
    }
  });
});
