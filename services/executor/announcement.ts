// Tells the client of an execution that a machine takes its program, before the program can start.

import { setImmediate } from 'node:timers/promises';
import { cancelled } from './errors.js';
import type { ExecutionIdentity } from './execution/result.js';

/**
 * The client, and a proxy before it, learn of the execution first: whatever happens to this process then, neither takes the
 * call for one that has started nothing.
 *
 * @throws RpcError if the client has gone away: nothing is to be started then
 */
export async function announceExecution(
  request: { announce?: (identity: ExecutionIdentity) => void; signal: AbortSignal },
  identity: ExecutionIdentity,
): Promise<void> {
  request.announce?.(identity);
  // Node.js writes frames of HTTP/2 at the end of a turn of its event loop.
  await setImmediate();
  if (request.signal.aborted) throw cancelled();
}
