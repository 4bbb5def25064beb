import { describe, expect, it } from 'vitest';
import { FrameDecoder } from '../../../../guest/protocol/frame.js';
import { Sender } from '../../../../guest/server/transport/sender.js';
import type { Transport } from '../../../../guest/server/transport/transport.js';
import { GuestFrame } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

/** A channel that takes nothing until the test calls `takeOne`. */
class SlowTransport implements Transport {
  readonly #pending: (() => void)[] = [];

  onData(): void {}

  write(_data: Uint8Array, done: () => void): void {
    this.#pending.push(done);
  }

  takeOne(): void {
    this.#pending.shift()?.();
  }
}

const piece = new Uint8Array(64 * 1024);

function congestedSender() {
  const transport = new SlowTransport();
  const sender = new Sender(transport, { generation: 1, session: 1 });
  // The byte that separates sessions.
  transport.takeOne();
  const header = sender.encodeHeader({ $case: 'output', value: { execution: 1, stream: 1 } });
  const sendPiece = () => sender.sendPayload(header, piece);
  while (!sender.isCongested) sendPiece();
  return { transport, sender, sendPiece };
}

/** A channel that takes all at once. */
function openSender() {
  const frames: GuestFrame[] = [];
  const decoder = new FrameDecoder({
    onFrame: (header) => frames.push(GuestFrame.decode(header)),
    onCorrupt: (reason) => expect.unreachable(reason),
  });
  const transport: Transport = {
    onData: () => undefined,
    write: (data, done) => {
      decoder.push(data);
      done();
    },
  };
  const sender = new Sender(transport, { generation: 1, session: 1 });
  return { sender, sent: () => frames.map(({ body }) => body?.$case) };
}

describe('a frame that waits for the next', () => {
  it('a frame that waits goes out before the next one', () => {
    const { sender, sent } = openSender();
    sender.sendWithNext({ $case: 'noSession', value: {} });
    expect(sent()).toEqual([]);
    sender.send({ $case: 'finished', value: { execution: 1 } });
    expect(sent()).toEqual(['noSession', 'finished']);
  });

  it('a frame that waits goes out when it is asked for, and once', () => {
    const { sender, sent } = openSender();
    sender.sendWithNext({ $case: 'noSession', value: {} });
    for (let round = 0; round < 2; round += 1) sender.sendWaiting();
    expect(sent()).toEqual(['noSession']);
  });
});

describe('a sender', () => {
  it('a sender is congested until the host has caught up', () => {
    const { transport, sender } = congestedSender();
    let isDrained = false;
    sender.onDrained(() => {
      isDrained = true;
    });
    expect(isDrained).toBe(false);
    transport.takeOne();
    expect(isDrained).toBe(true);
    expect(sender.isCongested).toBe(false);
  });

  it('a sender gives each that waits a turn, however much the first has to send', () => {
    const { transport, sender, sendPiece } = congestedSender();
    const turns: string[] = [];
    const flood = (name: string) => {
      sender.onDrained(() => {
        turns.push(name);
        while (!sender.isCongested) sendPiece();
        flood(name);
      });
    };
    for (const name of ['a', 'b', 'c']) flood(name);
    for (let i = 0; i < 6; i += 1) transport.takeOne();
    expect(turns).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('a sender that is closed is no longer congested and wakes all that wait', () => {
    const { transport, sender, sendPiece } = congestedSender();
    let woken = 0;
    for (let i = 0; i < 3; i += 1) {
      sender.onDrained(() => {
        woken += 1;
        sendPiece();
      });
    }
    sender.close();
    expect(sender.isCongested).toBe(false);
    transport.takeOne();
    expect(woken).toBe(3);
  });
});
