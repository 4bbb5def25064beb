// A tap on the data channel, in a process of its own: it does not disturb what is measured.

import { once } from 'node:events';
import { startHelper } from './helper-process.js';

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
  const { listenPort, machinePort } = options;
  const tap = await startHelper(new URL('./channel-tap-process.ts', import.meta.url), [
    listenPort,
    machinePort,
  ]);
  return {
    async takeFrames() {
      tap.child.send('take');
      const [frames] = (await once(tap.child, 'message')) as [TappedFrame[]];
      return frames;
    },
    close: () => tap.stop(),
  };
}
