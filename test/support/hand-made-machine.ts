// Makes a virtual machine by the steps of the guide, without `pbot-vm up`.

import { constants } from 'node:fs';
import { chmod, copyFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { readHost } from '../../deploy/host/host.js';
import { buildImage, type GuestImage } from '../../deploy/host/image/build-image.js';
import { probeKvm } from '../../deploy/host/kvm-probe.js';
import { type ChannelKind, domainXml } from '../../deploy/host/libvirt/domain-xml.js';
import { startProcess, type TestProcess } from './process.js';
import { type MachineEnvironment, machineEnvironment, removeLeftover } from './real-machine.js';
import { fewLanguages } from './tested-languages.js';

/** Debian release of the images, as `pbot-vm up` chooses it. */
export const suite = 'trixie';

const addSerials = fileURLToPath(new URL('../../deploy/add-serials', import.meta.url));

/** Directory of the images that `pbot-vm up` makes. */
export function imageCache(): string {
  return readHost(process.env, process.getuid?.() ?? 0).cacheDirectory;
}

/** An image with the languages that tests name. Debian itself is there when a test asks for it: the machine that all share is made from it. */
export async function guestImage(): Promise<GuestImage> {
  return await buildImage({
    suite,
    cacheDir: imageCache(),
    guestDir: 'dist/guest',
    languages: fewLanguages,
    onProgress: () => undefined,
  });
}

/**
 * A machine that somebody makes by hand, with the commands that the specification names and without `pbot-vm up`. It
 * has no channels until `add-serials` gives it some.
 */
export class HandMadeMachine {
  readonly environment: MachineEnvironment;
  readonly domain: string;
  readonly #services: TestProcess[] = [];

  private constructor(environment: MachineEnvironment) {
    this.environment = environment;
    this.domain = environment['PBOTVM_DOMAIN'] as string;
  }

  /** Where its files are, and go with it; QEMU's own user gets through. */
  get directory(): string {
    return this.environment['PBOTVM_HOME'] as string;
  }

  get consoleLogPath(): string {
    return join(this.directory, 'console.log');
  }

  static async create(name: string): Promise<HandMadeMachine> {
    const machine = new HandMadeMachine(await machineEnvironment(name));
    await chmod(machine.directory, 0o755);
    return machine;
  }

  /**
   * Makes its disk, a layer over the given one, and defines it. It is off.
   *
   * @param options.adapt changes the definition
   */
  async define(
    backing: { path: string; format: 'qcow2' | 'raw' },
    options: { channels?: ChannelKind; adapt?: (domainXml: string) => string } = {},
  ): Promise<void> {
    const image = await guestImage();
    const kernelPath = await this.#own(image.kernelPath);
    const initrdPath = await this.#own(image.initrdPath);
    const diskPath = join(this.directory, 'disk.qcow2');
    const layer = ['-F', backing.format, '-b', await this.#own(backing.path), diskPath];
    await execa('qemu-img', ['create', '-q', '-f', 'qcow2', ...layer]);
    const { usable } = await probeKvm({ kernelPath, timeoutMs: 10_000 });
    const xml = domainXml({
      name: this.domain,
      memoryMiB: 1024,
      vcpus: 1,
      accelerator: usable ? 'kvm' : 'tcg',
      diskIo: 'threads',
      machineType: 'pc',
      diskPath,
      kernelPath,
      initrdPath,
      consoleLogPath: this.consoleLogPath,
      channels: options.channels ?? 'none',
      data: this.#address('PBOTVM_SERIAL'),
      heart: this.#address('PBOTVM_HEART'),
    });
    const xmlPath = join(this.directory, 'domain.xml');
    await writeFile(xmlPath, options.adapt?.(xml) ?? xml);
    await this.virsh('define', xmlPath);
  }

  /** A copy of a file beside its disk: QEMU's own user does not get into the directory of the images. */
  async #own(path: string): Promise<string> {
    if (dirname(path) === this.directory) return path;
    const copy = join(this.directory, `of-image-${basename(path)}`);
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    return copy;
  }

  /** Runs the script of that name. @returns the lines that it printed */
  async addSerials(...flags: string[]): Promise<string[]> {
    const { stdout } = await execa(addSerials, flags, { env: this.environment });
    return stdout.split('\n');
  }

  /** @returns what virsh printed */
  async virsh(...args: string[]): Promise<string> {
    return (await execa('virsh', ['-q', ...args], { env: { LC_ALL: 'C' } })).stdout.trim();
  }

  /** Starts `vm-server` as a person at a terminal does. */
  startServices(variables: MachineEnvironment = {}): TestProcess {
    const environment = { ...process.env, ...this.environment, ...variables };
    const services = startProcess(process.execPath, ['dist/vm-server.js'], environment);
    this.#services.push(services);
    return services;
  }

  /** Leaves nothing of it, whatever state it is in. */
  async remove(): Promise<void> {
    for (const services of this.#services) {
      if (services.child.exitCode === null) await services.stop();
    }
    await removeLeftover(this.domain);
    await rm(this.directory, { recursive: true, force: true });
  }

  #address(variable: string): { host: string; port: number } {
    return { host: '127.0.0.1', port: Number(this.environment[variable]) };
  }
}
