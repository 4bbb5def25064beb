import { readFileSync } from 'node:fs';
import { CleanupStack } from '../../services/lib/cleanup.js';
import { Clients } from '../support/clients.js';
import { freePorts } from '../support/ports.js';
import { startProcess } from '../support/process.js';
import {
  bringMachineUp,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
} from '../support/real-machine.js';
import { type ChannelTap, tapChannel } from './channel-tap.js';

/** A real machine with one processor, the three services as bundled, and a tap on the data channel. */
export interface BenchStack {
  readonly environment: MachineEnvironment;
  readonly clients: Clients;
  readonly tap: ChannelTap;
  readonly processes: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startStack(): Promise<BenchStack> {
  await removeLeftover('pbot-vm-bench');
  const environment = await machineEnvironment('pbot-vm-bench');
  const cleanup = new CleanupStack();
  cleanup.defer(() => purgeMachine(environment));
  try {
    await bringMachineUp(environment);
    return await tapStack(environment, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function tapStack(
  environment: MachineEnvironment,
  cleanup: CleanupStack,
): Promise<BenchStack> {
  await stopVmServer(environment['PBOTVM_HOME'] as string);
  const [tapPort] = (await freePorts(1)) as [number];
  const machinePort = Number(environment['PBOTVM_SERIAL']);
  const tap = await tapChannel({ listenPort: tapPort, machinePort });
  cleanup.defer(() => tap.close());
  const processes: Record<string, number> = {};
  for (const name of ['snapshot', 'watchdog', 'executor']) {
    const service = startProcess(process.execPath, [`dist/${name}.js`], {
      ...process.env,
      ...environment,
      ...(name === 'executor' ? { PBOTVM_SERIAL: String(tapPort) } : {}),
      PBOTVM_LOG_LEVEL: 'warn',
    });
    cleanup.defer(() => service.stop());
    processes[name] = service.child.pid as number;
  }
  const pidFile = `/run/libvirt/qemu/${environment['PBOTVM_DOMAIN']}.pid`;
  processes['qemu'] = Number(readFileSync(pidFile, 'utf8'));
  const clients = new Clients(environment);
  cleanup.defer(() => clients.close());
  await clients.ready();
  return { environment, clients, tap, processes, stop: () => cleanup.run() };
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

async function stopVmServer(home: string): Promise<void> {
  const pid = Number(readFileSync(`${home}/run/pbot-vm-bench/vm-server.pid`, 'utf8'));
  process.kill(pid, 'SIGTERM');
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
