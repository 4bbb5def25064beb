// The end of a connection whose client was answered.

import type { Socket } from 'node:net';

const lingerMs = 1000;

/** A client that was answered and does not close its side, or keeps sending, is cut off after a second. */
export function cutOffSoon(socket: Socket): void {
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(linger));
}
