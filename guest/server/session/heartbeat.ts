// The heartbeat: one byte at a fixed interval, and one for each probe of the host.

import { heartProof, isHeartNonce } from '../../protocol/proof.js';
import type { Transport } from '../transport/transport.js';
import type { ReadSecret } from './secret.js';

const beat = Uint8Array.of(0x0a);

/**
 * Writes a newline every `intervalMs`, and one at once for whatever the host writes. It runs on the event loop that
 * serves work, so that a server that is stuck goes silent. With a secret, a line that holds a nonce is answered by the
 * proof of that nonce.
 */
export function startHeart(options: {
  transport: Transport;
  intervalMs: number;
  secret: ReadSecret | undefined;
}): void {
  const { transport, intervalMs, secret } = options;
  let writing = false;
  const write = (answer: Uint8Array = beat) => {
    // While the host is away a write may not return: beats must not pile up meanwhile.
    if (writing) return;
    writing = true;
    transport.write(answer, () => {
      writing = false;
    });
  };
  if (secret === undefined) transport.onData(() => write());
  else transport.onData(eachLine((line) => write(answerTo(line, secret))));
  setInterval(write, intervalMs);
  write();
}

function answerTo(line: string, secret: ReadSecret): Uint8Array {
  return isHeartNonce(line) ? Buffer.from(`${heartProof(secret(), line)}\n`) : beat;
}

/** Calls back for each line; a serial port cuts them anywhere. */
function eachLine(onLine: (line: string) => void): (chunk: Uint8Array) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = (lines.pop() ?? '').slice(-maxLineLength);
    for (const line of lines) onLine(line);
  };
}

const maxLineLength = 64;
