// Runs a program for nobody, in a guest that has come back from its snapshot and that no client needs yet: an emulated processor must
// translate all code again. A client's first program then takes 39 ms in place of 156 (`npm run bench:fresh-machine`).

import { HostFrame, Start } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { encodeFrame } from '../../protocol/frame.js';
import { type SessionOptions, serveSessions } from './session.js';

const execution = 1;

const source = Buffer.from('echo');

const start = Start.fromPartial({
  execution,
  language: 'sh',
  sourceBytes: source.length,
  files: [{ bytes: source.length }],
  outputCredit: 1024,
  wallLimitMs: 5000,
});

/**
 * Begins to run the program. It goes the whole way of a host's, from the first frame to the last, in a session of its own. Where there
 * is no `sh`, it is refused.
 */
export function practise(options: Omit<SessionOptions, 'transport'>): void {
  let hear: (frame: Uint8Array) => void = () => undefined;
  serveSessions({
    ...options,
    transport: {
      onData: (listener) => {
        hear = listener;
      },
      write: (_bytes, settled) => settled(),
    },
  });
  hear(frameOf({ $case: 'hello', value: {} }));
  hear(frameOf({ $case: 'start', value: start }));
  hear(frameOf({ $case: 'source', value: { execution } }, source));
}

function frameOf(
  body: Parameters<typeof HostFrame.fromPartial>[0]['body'],
  payload?: Uint8Array,
): Uint8Array {
  return encodeFrame(HostFrame.encode(HostFrame.fromPartial({ body })).finish(), payload);
}
