// A Watchdog in a process of its own, and its client.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  type FaultReason,
  type Machine,
  MachineState,
  WatchdogServiceService,
} from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { createClient, type RpcClient } from '../../../services/lib/rpc/client.js';
import { sharedPrograms } from '../../support/programs.js';

const timeoutMs = 20_000;

/** A Watchdog as its own process, and a client of it. Its machine is called `vm`. */
export class WatchdogProcess {
  readonly client: RpcClient<WatchdogServiceService>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, target: string) {
    this.#child = child;
    this.client = createClient(WatchdogServiceService, { target: target });
  }

  /** Resolves when it listens on a Unix socket in `folder`. */
  static async start(options: {
    folder: string;
    heartPort: number;
    snapshotPort: number;
    noRevert?: boolean;
  }): Promise<WatchdogProcess> {
    const address = `unix:${options.folder}/watchdog`;
    const child = spawn(process.execPath, [sharedPrograms().watchdog], {
      env: {
        ...process.env,
        PBOTVM_WATCHDOG: address,
        PBOTVM_SNAPSHOT: String(options.snapshotPort),
        PBOTVM_HEART: String(options.heartPort),
        PBOTVM_DOMAIN: 'vm',
        PBOTVM_SNAPSHOT_NAME: 'clean',
        PBOTVM_NOREVERT: options.noRevert === true ? '1' : '0',
        PBOTVM_LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      log.push(line);
      if (line.includes('"listening"')) {
        child.stderr.resume();
        return new WatchdogProcess(child, address);
      }
    }
    throw new Error(`the Watchdog did not start:\n${log.join('\n')}`);
  }

  async machine(): Promise<Machine> {
    const client = this.client;
    const { machines } = await client.listMachines({}, { timeoutMs });
    const [machine] = machines;
    if (machine === undefined) throw new Error('the Watchdog has no machine');
    return machine;
  }

  reportFault(report: { machine?: string; generation: number; reason: FaultReason }) {
    const request = { machine: 'vm', detail: 'a test says so', executionId: 'e1', ...report };
    return this.client.reportFault(request, { timeoutMs });
  }

  revert(machine = 'vm') {
    return this.client.revertMachine({ machine }, { timeoutMs });
  }

  /** Every message that a watcher gets, from the first. Leaving the loop ends the watch. */
  async *changes(): AsyncGenerator<Machine[]> {
    for await (const { machines } of this.client.watchMachines({})) yield machines;
  }

  /** The states that a watcher sees, up to the first machine that fits. */
  async until(fits: (machine: Machine) => boolean): Promise<Machine> {
    for await (const machines of this.changes()) {
      const machine = machines.find(fits);
      if (machine !== undefined) return machine;
    }
    throw new Error('the watch ended before the machine came to that state');
  }

  ready(generation?: number): Promise<Machine> {
    return this.until(
      (machine) =>
        machine.state === MachineState.READY &&
        (generation === undefined || machine.generation === generation),
    );
  }

  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  /** Resolves with the exit code, or with the signal that ended it. */
  async exit(): Promise<number | string> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null) return exitCode;
    if (signalCode !== null) return signalCode;
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
    return code ?? signal ?? 'unknown';
  }

  async close(): Promise<void> {
    this.client.close();
    this.#child.kill('SIGKILL');
    await this.exit();
  }
}
