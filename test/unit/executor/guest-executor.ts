// An Executor whose machines are guests of tests.

import { createExecutor } from '../../../services/executor/create-executor.js';
import type { Executor } from '../../../services/executor/executor.js';
import type { Address } from '../../../services/lib/config/address.js';
import { builtInLimits } from '../../../services/lib/config/limit-table.js';
import { silentLog } from '../lib/loopback.js';

/** It has each machine reverted that has a fault, and one request may wait. */
export function guestExecutor(
  machines: readonly { readonly name: string; readonly dataAddress: Address }[],
): Executor {
  return createExecutor({
    machines,
    isSingleUse: false,
    reportFault: () => Promise.resolve('revert'),
    limits: { maxCodeBytes: 1000, timeLimitMs: 60_000, maxWaitMs: 5000, table: builtInLimits },
    maxWaiting: 1,
    maxUnreadMs: 3000,
    log: silentLog,
    sources: {
      random: { session: () => 1, entropy: () => new Uint8Array(64) },
      nowUs: () => 0n,
    },
    newExecutionId: () => 'id',
  });
}
