// A host of a cluster with a real machine of its own: its own directory, domain, ports, and services as processes.

import { readHost } from '../../deploy/host/host.js';
import { stopServices } from '../../deploy/host/services.js';
import { FrameDecoder } from '../../guest/protocol/frame.js';
import { MachineState } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { machineSecretPath } from '../../services/lib/config/own-machines.js';
import { ChannelProxy } from './channel-proxy.js';
import { Clients } from './clients.js';
import type { HostSystem } from './cluster.js';
import { countEach, type Ledger } from './cluster-load.js';
import { startProcess, type TestProcess } from './process.js';
import { qemuPid } from './qemu-pid.js';
import {
  bringMachineUp,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
  runProgram,
} from './real-machine.js';
import type { ServiceName } from './system.js';
import { waitFor } from './wait.js';

/** A machine that is started again, emulated, on a busy host. */
const recoveryLimitMs = 240_000;

/** A machine that `pbot-vm up` has made. A proxy before its data channel sees which programs it gets. */
export class RealHost implements HostSystem {
  readonly name: string;
  readonly #clients: Clients;
  readonly #environment: MachineEnvironment;
  readonly #channel: ChannelProxy;
  readonly #services = new Map<ServiceName, TestProcess>();

  private constructor(options: {
    name: string;
    environment: MachineEnvironment;
    channel: ChannelProxy;
  }) {
    this.name = options.name;
    this.#environment = options.environment;
    this.#channel = options.channel;
    this.#clients = new Clients(options.environment);
  }

  /** Has the machine reverted, as an operator does. */
  async revertMachine(): Promise<void> {
    await this.#clients.watchdog.revertMachine({ machine: this.name }, { timeoutMs: 60_000 });
  }

  /** Kills QEMU, and waits until the Watchdog has the machine running again. */
  async killQemu(): Promise<void> {
    const { generation } = await this.#clients.machine();
    process.kill(await qemuPid(this.name), 'SIGKILL');
    const isBack = async () => {
      const machine = await this.#clients.machine();
      return machine.state === MachineState.READY && machine.generation !== generation;
    };
    await waitFor('the machine', isBack, recoveryLimitMs);
  }

  /** Makes the machine, which runs then, and no service. */
  static async create(
    name: string,
    clusterEnvironment: Readonly<Record<string, string>>,
  ): Promise<RealHost> {
    await removeLeftover(name);
    const own = await machineEnvironment(name);
    const homeDirectory = own['PBOTVM_HOME'] as string;
    try {
      await bringMachineUp(own, ['--languages', 'sh']);
      await stopServices(readHost(own, process.getuid?.() ?? 0));
    } catch (error) {
      await purgeMachine(own);
      throw error;
    }
    const channel = await ChannelProxy.listen(Number(own['PBOTVM_SERIAL']));
    const environment = {
      ...own,
      ...clusterEnvironment,
      PBOTVM_SERIAL: String(channel.port),
      PBOTVM_SECRET: machineSecretPath({ homeDirectory, domain: name }),
      PBOTVM_CONTROL: `unix:${homeDirectory}/control.sock`,
      PBOTVM_STATE: `${homeDirectory}/state`,
      // A program may take long to begin, emulated, on a busy host.
      PBOTVM_TIMEOUT: '60',
      // So does a machine until it is back. Whoever asked this host for work meanwhile waits for it.
      PBOTVM_MAX_WAIT: String(recoveryLimitMs / 1000),
    };
    return new RealHost({ name, environment, channel });
  }

  launchAll(): Promise<void> {
    for (const name of ['snapshot', 'watchdog', 'executor'] as const) this.start(name);
    return Promise.resolve();
  }

  start(name: ServiceName): TestProcess {
    const environment = { ...process.env, ...this.#environment };
    const service = startProcess(process.execPath, [`dist/${name}.js`], environment);
    this.#services.set(name, service);
    return service;
  }

  service(name: ServiceName): TestProcess {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`${name} was never started`);
    return service;
  }

  async restart(name: ServiceName, options: { signal?: NodeJS.Signals } = {}): Promise<void> {
    await this.service(name).stop(options.signal);
    this.start(name);
  }

  /** Runs `pbot-vm` as the operator of this host. */
  async pbotVm(...args: string[]): Promise<void> {
    const { exitCode, stderr } = await runProgram('pbot-vm', args, this.#environment);
    if (exitCode !== 0) throw new Error(`pbot-vm ${args.join(' ')}: ${stderr}`);
  }

  /** The programs that the machine was given. */
  programs(): string[] {
    const found: string[] = [];
    const decoder = new FrameDecoder({
      onFrame: (_header, payload) => found.push(...idsIn(payload)),
      onCorrupt: () => undefined,
    });
    for (const { bytes } of this.#channel.fromHost) decoder.push(bytes);
    return found;
  }

  async stop(): Promise<void> {
    this.#clients.close();
    for (const service of this.#services.values()) await service.stop();
    await this.#channel.close();
    await purgeMachine(this.#environment);
  }
}

function idsIn(payload: Uint8Array): string[] {
  const text = Buffer.from(payload).toString('latin1');
  return [...text.matchAll(/ran-([0-9a-f-]{36})/g)].map(([, id = '']) => id);
}

/**
 * What the machines were given to run. Nothing that a program writes on a real machine outlives it, so its data channel is
 * read in place of a file. A program whose machine was lost before it began counts as well.
 */
export function channelLedger(hosts: () => readonly RealHost[]): Ledger {
  return {
    command: (id) => `: ran-${id}`,
    runs: () => Promise.resolve(countEach(hosts().flatMap((host) => host.programs()))),
  };
}
