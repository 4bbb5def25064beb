import { connect, createServer, type Socket } from 'node:net';
import { FrameDecoder } from '../../services/channel/frame.js';
import { GuestFrame, HostFrame } from '../../services/gen/pbot/vm/guest/v1/channel.js';

/** What passed on the data channel, and when. */
export interface TappedFrame {
  readonly kind: string;
  readonly atMs: number;
}

export interface ChannelTap {
  /** Frames since the last call. */
  takeFrames(): TappedFrame[];
  close(): void;
}

/** Stands between the Executor and a machine's data channel, hands every byte on, and notes each frame's time. */
export async function tapChannel(options: {
  listenPort: number;
  machinePort: number;
}): Promise<ChannelTap> {
  let frames: TappedFrame[] = [];
  const note = (kind: string | undefined) => {
    if (kind !== undefined) frames.push({ kind, atMs: performance.now() });
  };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (host) => {
    const machine = connect({ host: '127.0.0.1', port: options.machinePort, noDelay: true });
    relay(host, machine, (header) => note(HostFrame.decode(header).body?.$case));
    relay(machine, host, (header) => note(GuestFrame.decode(header).body?.$case));
    for (const socket of [host, machine]) sockets.add(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: options.listenPort }, resolve);
  });
  return {
    takeFrames() {
      const taken = frames;
      frames = [];
      return taken;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function relay(from: Socket, to: Socket, onHeader: (header: Uint8Array) => void): void {
  const decoder = new FrameDecoder({ onFrame: onHeader, onCorrupt: () => undefined });
  from.on('data', (chunk) => {
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
    decoder.push(chunk);
  });
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}
