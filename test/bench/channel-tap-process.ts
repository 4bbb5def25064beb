// The process behind a channel tap: passes the bytes of the data channel on and notes each frame
// with its time.

import { connect, createServer, type Socket } from 'node:net';
import { FrameDecoder } from '../../guest/protocol/frame.js';
import { GuestFrame, HostFrame } from '../../services/gen/pbot/vm/guest/v1/channel.js';
import { type TappedFrame, tapNowMs } from './channel-tap.js';

const [listenPort, machinePort] = process.argv.slice(2).map(Number) as [number, number];
let frames: TappedFrame[] = [];
let chunkAtMs = 0;

createServer({ noDelay: true }, (host) => {
  const machine = connect({ host: '127.0.0.1', port: machinePort, noDelay: true });
  relay(host, machine, (header) => note(HostFrame.decode(header).body?.$case));
  relay(machine, host, (header) => note(GuestFrame.decode(header).body?.$case));
}).listen({ host: '127.0.0.1', port: listenPort }, () => process.send?.('listening'));

process.on('message', () => {
  process.send?.(frames);
  frames = [];
});

function note(kind: string | undefined): void {
  if (kind !== undefined) frames.push({ kind, atMs: chunkAtMs });
}

function relay(from: Socket, to: Socket, onHeader: (header: Uint8Array) => void): void {
  const decoder = new FrameDecoder({ onFrame: onHeader, onCorrupt: () => undefined });
  from.on('data', (chunk) => {
    chunkAtMs = tapNowMs();
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
    // Later: nobody must wait for our own work.
    decoder.push(chunk);
  });
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}
