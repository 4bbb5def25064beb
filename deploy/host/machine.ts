import { createHash } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { DeployError } from './deploy-error.js';
import { type Host, machineDirectory } from './host.js';
import type { GuestImage } from './image/build-image.js';
import { type ChannelKind, type DiskIo, domainXml } from './libvirt/domain-xml.js';
import { tryVirsh, virsh } from './libvirt/virsh.js';

export interface MachineSettings {
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly accelerator: 'kvm' | 'tcg';
  readonly channels: ChannelKind;
  readonly diskIo: DiskIo;
}

/** What a machine was made from; another set of inputs needs another machine. */
interface MachineRecord {
  readonly inputs: string;
}

/**
 * - `absent`: libvirt knows no such domain
 * - `current`: made by us from these very inputs
 * - `outdated`: made by us from others
 */
export type MachineStatus = 'absent' | 'current' | 'outdated';

export async function machineStatus(options: {
  host: Host;
  image: GuestImage;
  settings: MachineSettings;
}): Promise<MachineStatus> {
  const { host } = options;
  if (!(await domainExists(host))) return 'absent';
  return (await readRecord(host))?.inputs === inputsOf(options) ? 'current' : 'outdated';
}

/**
 * Makes the disk of a machine, as a copy-on-write layer over the image, and defines its domain.
 *
 * @throws DeployError
 */
export async function createMachine(options: {
  host: Host;
  image: GuestImage;
  settings: MachineSettings;
}): Promise<void> {
  const { host, image, settings } = options;
  const directory = machineDirectory(host);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  // QEMU's own user must get through; what it may read there is decided file by file.
  if (host.isRoot) {
    for (const each of [host.homeDirectory, dirname(directory), directory])
      await chmod(each, 0o755);
  }
  const files = machineFiles(directory);
  // Links of its own: the image may be thrown out of the cache while the machine lives.
  await linkOrCopy(image.diskPath, files.basePath);
  await linkOrCopy(image.kernelPath, files.kernelPath);
  await linkOrCopy(image.initrdPath, files.initrdPath);
  await createOverlay(files);
  const xmlPath = join(directory, 'domain.xml');
  await writeFile(xmlPath, definition(host, settings, directory));
  await virsh(host.uri, ['define', xmlPath]);
  const record: MachineRecord = { inputs: inputsOf(options) };
  await writeFile(recordPath(host), `${JSON.stringify(record)}\n`);
}

/** Ends a machine that we made, with its snapshots and files. A machine that is not there is no error. */
export async function removeMachine(host: Host): Promise<void> {
  if ((await isOurs(host)) && (await domainExists(host))) {
    await stopMachine(host);
    await virsh(host.uri, ['undefine', '--snapshots-metadata', `--domain=${host.domain}`]);
  }
  await rm(machineDirectory(host), { recursive: true, force: true });
}

/** Whether the machine was made by `pbot-vm up`, and is ours to stop and to remove. */
export async function isOurs(host: Host): Promise<boolean> {
  return (await readRecord(host)) !== undefined;
}

/** @returns whether it ran */
export async function stopMachine(host: Host): Promise<boolean> {
  const { failed } = await tryVirsh(host.uri, ['destroy', `--domain=${host.domain}`]);
  return !failed;
}

/** Whether libvirt knows a domain of this name that somebody else has made. */
export async function isForeign(host: Host): Promise<boolean> {
  return !(await isOurs(host)) && (await domainExists(host));
}

async function domainExists(host: Host): Promise<boolean> {
  return !(await tryVirsh(host.uri, ['domstate', `--domain=${host.domain}`])).failed;
}

export async function isRunning(host: Host): Promise<boolean> {
  const { stdout } = await tryVirsh(host.uri, ['domstate', `--domain=${host.domain}`]);
  return stdout.trim() === 'running';
}

export async function hasSnapshot(host: Host): Promise<boolean> {
  const { stdout } = await tryVirsh(host.uri, [
    'snapshot-list',
    '--name',
    `--domain=${host.domain}`,
  ]);
  return stdout.split('\n').some((name) => name.trim() === host.snapshotName);
}

function machineFiles(directory: string) {
  return {
    basePath: join(directory, 'base.qcow2'),
    diskPath: join(directory, 'disk.qcow2'),
    kernelPath: join(directory, 'vmlinuz'),
    initrdPath: join(directory, 'initrd.img'),
    consoleLogPath: join(directory, 'console.log'),
  };
}

function definition(host: Host, settings: MachineSettings, directory: string): string {
  const { basePath, diskPath, kernelPath, initrdPath, consoleLogPath } = machineFiles(directory);
  return domainXml({
    name: host.domain,
    ...settings,
    machineType: 'pc',
    basePath,
    diskPath,
    kernelPath,
    initrdPath,
    consoleLogPath,
    data: host.addresses.data,
    heart: host.addresses.heart,
  });
}

function inputsOf({
  host,
  image,
  settings,
}: {
  host: Host;
  image: GuestImage;
  settings: MachineSettings;
}): string {
  const xml = definition(host, settings, machineDirectory(host));
  return createHash('sha256').update(image.directory).update(xml).digest('hex');
}

function recordPath(host: Host): string {
  return join(machineDirectory(host), 'machine.json');
}

async function readRecord(host: Host): Promise<MachineRecord | undefined> {
  const path = recordPath(host);
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as MachineRecord) : undefined;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    // Another file system, or one without links.
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

async function createOverlay(files: { basePath: string; diskPath: string }): Promise<void> {
  const args = ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', files.basePath, files.diskPath];
  const { failed, stderr } = await execa('qemu-img', args, { reject: false });
  if (failed) throw new DeployError(`qemu-img can't make the machine's disk: ${stderr}`);
}
