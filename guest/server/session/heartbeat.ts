// The heartbeat: one byte at a fixed interval, and one for each probe of the host.

import type { Transport } from '../transport/transport.js';

const beat = Uint8Array.of(0x0a);

/**
 * Writes a newline every `intervalMs`, and one at once for whatever the host writes. It runs on the event loop that
 * serves work, so that a server that is stuck goes silent.
 */
export function startHeart(options: { transport: Transport; intervalMs: number }): void {
  let writing = false;
  const write = () => {
    // While the host is away a write may not return: beats must not pile up meanwhile.
    if (writing) return;
    writing = true;
    options.transport.write(beat, () => {
      writing = false;
    });
  };
  options.transport.onData(write);
  setInterval(write, options.intervalMs);
  write();
}
