// Starts a program of the benches as a process of its own, so that its work is not what is measured.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface HelperProcess {
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/**
 * Starts a program. Resolves when it has sent its first message, which says that it is ready: its own
 * start takes a processor for a while.
 */
export async function startHelper(
  program: URL,
  args: readonly (string | number)[],
): Promise<HelperProcess> {
  const child = fork(program, args.map(String));
  await once(child, 'message');
  return {
    child,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
