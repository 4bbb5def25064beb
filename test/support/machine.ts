// Stands in for libvirt, QEMU and a machine in integration tests.

import { once } from 'node:events';
import { access, mkdtemp, rm, symlink } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createFakeVirsh, type FakeVirsh } from './fake-virsh.js';
import { startGuest, type TestGuest } from './guest.js';

/** What the guest server needs, and the languages that the tests speak: asking all for their versions takes seconds. */
const guestCommands = ['sh', 'readlink', 'bash', 'gcc'];

/**
 * Stands in for libvirt, QEMU and the machine in it: a fake virsh with one domain, "pbot-vm", and the real guest server
 * as a process of this host. A start, a revert or an end of the domain is one of the guest server, so that it comes back
 * as from a snapshot: the same place, nothing left of what ran.
 */
export class TestMachine {
  readonly virsh: FakeVirsh;
  readonly #options: MachineOptions;
  readonly #control: Server;
  readonly #searchPath: string;
  #guest: TestGuest | undefined;
  /** Starts and ends, one after the other. */
  #changes: Promise<void> = Promise.resolve();

  private constructor(options: MachineOptions, control: Server, searchPath: string) {
    this.#options = options;
    this.#control = control;
    this.#searchPath = searchPath;
    this.virsh = createFakeVirsh({ machinePort: (control.address() as AddressInfo).port });
    control.on('connection', (socket) => this.#obey(socket));
  }

  /** A machine that is shut off and has the snapshot "1". */
  static async create(options: MachineOptions): Promise<TestMachine> {
    const control = createServer().listen(0, '127.0.0.1');
    await once(control, 'listening');
    const searchPath = await mkdtemp(join(tmpdir(), 'pbot-vm-guest-commands-'));
    for (const command of guestCommands) {
      const path = await findCommand(command);
      if (path !== undefined) await symlink(path, join(searchPath, command));
    }
    const machine = new TestMachine(options, control, searchPath);
    machine.virsh.setState('shut off');
    machine.virsh.addSnapshot('1');
    return machine;
  }

  /** The port of 127.0.0.1 where the fake virsh says what becomes of the machine. */
  get controlPort(): number {
    return (this.#control.address() as AddressInfo).port;
  }

  /** What a process needs to find the fake virsh first. */
  get environment(): Record<string, string> {
    const { path, environment } = this.virsh;
    return { ...environment, PATH: `${path}${delimiter}${process.env['PATH']}` };
  }

  /** Process id of the guest server that runs now. */
  get guestPid(): number | undefined {
    return this.#guest?.process.child.pid;
  }

  /** What the guest server has printed since its last start. */
  get guestOutput(): string {
    return this.#guest?.process.output() ?? '';
  }

  /** How often the domain was put back in place. */
  get reverts(): number {
    return this.virsh.calls().filter((call) => call.includes('loadvm')).length;
  }

  /** As if somebody had started the domain. */
  async powerOn(): Promise<void> {
    this.virsh.setState('running');
    await this.#change(() => this.#start());
  }

  /** As if QEMU had died. */
  async powerOff(): Promise<void> {
    this.virsh.setState('shut off');
    await this.#change(() => this.#stop());
  }

  /** The guest server dies, and the machine goes on without one. */
  async killGuest(): Promise<void> {
    await this.#change(() => this.#stop());
  }

  /** The machine stands still: nothing in it runs, nothing answers. */
  freeze(): void {
    this.#guest?.process.child.kill('SIGSTOP');
  }

  async remove(): Promise<void> {
    this.#control.close();
    await this.#change(() => this.#stop());
    this.virsh.remove();
    await rm(this.#searchPath, { recursive: true });
  }

  #obey(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    createInterface(socket).once('line', (order) => {
      const change = () => (order === 'run' ? this.#start() : this.#stop());
      void this.#change(change).then(() => socket.end('done\n'));
    });
  }

  #change(change: () => Promise<void>): Promise<void> {
    this.#changes = this.#changes.then(change);
    return this.#changes;
  }

  async #start(): Promise<void> {
    await this.#stop();
    const { ports, programPath, capacity } = this.#options;
    this.#guest = await startGuest(ports, {
      programPath,
      searchPath: this.#searchPath,
      ...(capacity === undefined ? {} : { capacity }),
    });
  }

  async #stop(): Promise<void> {
    await this.#guest?.stop();
    this.#guest = undefined;
  }
}

export interface MachineOptions {
  readonly ports: { readonly data: number; readonly heart: number };
  /** The bundled guest server. */
  readonly programPath: string;
  /** Executions at the same time; 1 unless given. */
  readonly capacity?: number | undefined;
}

async function findCommand(name: string): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
