// Brings up a real machine and the three bundled services for a bench.

import { readFileSync } from 'node:fs';
import { readHost } from '../../deploy/host/host.js';
import { poolEnvironment } from '../../deploy/host/pool.js';
import { stopServices } from '../../deploy/host/services.js';
import { CleanupStack } from '../../services/lib/process/cleanup.js';
import { Clients } from '../support/clients.js';
import { startProcess } from '../support/process.js';
import { qemuPid } from '../support/qemu-pid.js';
import {
  bringMachineUp,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
} from '../support/real-machine.js';

/** A real machine, with one processor unless its flags say more. */
export interface BenchMachine {
  readonly environment: MachineEnvironment;
  stop(): Promise<void>;
}

/** The three services as bundled. */
export interface BenchServices {
  readonly clients: Clients;
  /** Process ids by name, QEMU's too. */
  readonly processes: Readonly<Record<string, number>>;
  /** What the Executor has logged. */
  executorLog(): string;
  stop(): Promise<void>;
}

/**
 * @param options.machines how many there are to be
 * @param options.flags of `pbot-vm up`
 */
export async function startMachine(options: {
  machines: number;
  flags?: readonly string[];
}): Promise<BenchMachine> {
  for (let number = 1; number <= Math.max(3, options.machines); number += 1) {
    await removeLeftover(number === 1 ? 'pbot-vm-bench' : `pbot-vm-bench-${number}`);
  }
  const environment = await machineEnvironment('pbot-vm-bench');
  try {
    const flags = ['--machines', String(options.machines), ...(options.flags ?? [])];
    await bringMachineUp(environment, flags);
    await stopServices(readHost(environment, process.getuid?.() ?? 0));
  } catch (error) {
    await purgeMachine(environment);
    throw error;
  }
  return { environment, stop: () => purgeMachine(environment) };
}

/** @param variables what is other than the machine's own: where a tap is, when to revert */
export async function startServices(
  environment: MachineEnvironment,
  variables: NodeJS.ProcessEnv = {},
): Promise<BenchServices> {
  const host = readHost(environment, process.getuid?.() ?? 0);
  const cleanup = new CleanupStack();
  const processes: Record<string, number> = {};
  let executorLog = () => '';
  for (const name of ['snapshot', 'watchdog', 'executor']) {
    const service = startProcess(process.execPath, [`dist/${name}.js`], {
      ...process.env,
      ...environment,
      ...poolEnvironment(host),
      PBOTVM_LOG_LEVEL: 'warn',
      ...variables,
    });
    cleanup.defer(() => service.stop());
    processes[name] = service.child.pid as number;
    executorLog = () => service.output();
  }
  const clients = new Clients(environment);
  cleanup.defer(() => clients.close());
  try {
    processes['qemu'] = await qemuPid(environment['PBOTVM_DOMAIN'] as string);
    for (const { name } of host.machines) await clients.ready(undefined, name);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
  return { clients, processes, executorLog, stop: () => cleanup.run() };
}

/** Time of a processor that a process has used so far, in milliseconds. */
export function processorMs(pid: number): number {
  const [user = 0, kernel = 0] = processorTicks(pid);
  return ((user + kernel) / ticksPerSecond) * 1000;
}

/** The same of the processes that it started and that have ended. */
export function processorMsOfChildren(pid: number): number {
  const [, , user = 0, kernel = 0] = processorTicks(pid);
  return ((user + kernel) / ticksPerSecond) * 1000;
}

/** `utime`, `stime`, `cutime` and `cstime` of `/proc/PID/stat`, proc(5). */
function processorTicks(pid: number): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
}

const ticksPerSecond = 100;
