// Sets the clocks and random generators of guests from this host.

import { randomBytes } from 'node:crypto';
import type { MachineOptions } from './machine.js';

/** What this host sets the clocks and random generators of its guests by. */
export const hostSources: Pick<MachineOptions, 'random' | 'nowUs'> = {
  random: {
    session: () => randomBytes(4).readUInt32LE(),
    entropy: () => randomBytes(64),
  },
  nowUs: () => BigInt(Date.now()) * 1000n,
};
