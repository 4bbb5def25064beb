// Starts the real guest server as a process of this host, in place of a machine.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startProcess, type TestProcess } from './process.js';
import { sharedPrograms } from './programs.js';

export interface TestGuest {
  readonly process: TestProcess;
  /** Ends it at once, and all that runs in it. */
  stop(): Promise<void>;
}

/**
 * The real guest server as a process of this host, unconfined, on two local ports in place of a machine's devices:
 * the services can't tell the difference, and no machine has to boot.
 */
export async function startGuest(
  ports: { data: number; heart: number },
  options: {
    /** A bundle; by default that of this run of tests. */
    programPath?: string;
    /** Executions at the same time; 1 unless given. */
    capacity?: number;
    /** File with the secret that the host must know. */
    secretPath?: string;
    /** PATH, where the guest looks for its languages. */
    searchPath?: string;
    /** Runs it as a guest does, by `start-server`, with the command `node` that is in this directory. */
    nodeDirectory?: string;
  } = {},
): Promise<TestGuest> {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-guest-'));
  const { capacity = 1, nodeDirectory } = options;
  const searchPath =
    nodeDirectory === undefined
      ? options.searchPath
      : `${nodeDirectory}:${options.searchPath ?? process.env['PATH']}`;
  const program = options.programPath ?? sharedPrograms().guestServer;
  const [command, ...first] =
    nodeDirectory === undefined
      ? [process.execPath, program]
      : [join(dirname(program), 'start-server')];
  const guest = startProcess(
    command,
    [
      ...first,
      '--unconfined',
      `--capacity=${capacity}`,
      // The host of the test may be a guest that has one.
      `--secret=${options.secretPath ?? join(directory, 'no-secret')}`,
      `--data=listen:${ports.data}`,
      `--heart=listen:${ports.heart}`,
      `--work-dir=${directory}`,
    ],
    { ...process.env, ...(searchPath === undefined ? {} : { PATH: searchPath }) },
  );
  return {
    process: guest,
    async stop() {
      // Its helper notices, and ends what runs.
      await guest.stop('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Process ids of the living children of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children.split(' ').filter(Boolean).map(Number);
}
