// A tap on the data channel, in a process of its own: it does not disturb what is measured.

import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What passed on the data channel, and when, in milliseconds since the Unix epoch. */
export interface TappedFrame {
  readonly kind: string;
  readonly atMs: number;
}

export interface ChannelTap {
  /** Frames since the last call. */
  takeFrames(): Promise<TappedFrame[]>;
  close(): Promise<void>;
}

/** The time of the frames' clock. */
export function tapNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Stands between the Executor and a machine's data channel, hands every byte on, and notes each frame's time. In a
 * process of its own: what the client is busy with must not count as time on the channel, nor the other way round.
 */
export async function tapChannel(options: {
  listenPort: number;
  machinePort: number;
}): Promise<ChannelTap> {
  const ports = [options.listenPort, options.machinePort].map(String);
  const tap = fork(new URL('./channel-tap-process.ts', import.meta.url), ports);
  await once(tap, 'message');
  return {
    async takeFrames() {
      tap.send('take');
      const [frames] = (await once(tap, 'message')) as [TappedFrame[]];
      return frames;
    },
    async close() {
      tap.kill();
      await once(tap, 'exit');
    },
  };
}
