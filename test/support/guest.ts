import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram, type TestProcess } from './process.js';

export interface TestGuest {
  readonly process: TestProcess;
  stop(): Promise<void>;
}

/**
 * The real guest server as a process of this host, unconfined, on two local ports in place of a machine's devices:
 * the services can't tell the difference, and no machine has to boot.
 */
export async function startGuest(ports: { data: number; heart: number }): Promise<TestGuest> {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-guest-'));
  const guest = startProgram('guest/server/main.ts', {
    args: [
      '--unconfined',
      `--data=listen:${ports.data}`,
      `--heart=listen:${ports.heart}`,
      `--run-dir=${join(directory, 'run')}`,
      `--work-dir=${join(directory, 'work')}`,
    ],
  });
  return {
    process: guest,
    async stop() {
      await guest.stop('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
