// One machine of the host: whether libvirt has it, how it is made, stopped and removed.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { findSecret } from '../../services/lib/config/own-machines.js';
import type { MachineConfig } from '../../services/lib/config/pool.js';
import type { DomainState, HypervisorErrorKind } from '../../services/snapshot/hypervisor.js';
import { parseDomainState, parseSnapshotNames } from '../../services/snapshot/virsh-output.js';
import type { Host } from './host.js';
import type { GuestImage } from './image/build-image.js';
import { type ChannelKind, type DiskIo, domainXml } from './libvirt/domain-xml.js';
import { VirshError } from './libvirt/virsh.js';
import {
  type MachineFiles,
  machineFiles,
  makeMachineFiles,
  writePrivate,
} from './machine-files.js';
import type { MadeWith } from './up/made-with.js';

/** A virtual machine of a host. */
export interface Machine extends MachineConfig {
  readonly host: Host;
}

/** The machines of a host. */
export function machinesOf(host: Host): Machine[] {
  return host.machines.map((config) => ({ ...config, host }));
}

/** What `pbot-vm up` was asked for, and has found out about the host. */
interface MachineSettings {
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly accelerator: 'kvm' | 'tcg';
  readonly channels: ChannelKind;
  readonly diskIo: DiskIo;
}

/** All that a machine is made from; another blueprint needs another machine. */
export interface Blueprint {
  readonly image: GuestImage;
  /** Debian release of the image. */
  readonly suite: string;
  /** A profile, or names of languages. */
  readonly languages: string;
  /** Languages that the machine is made again with later. */
  readonly next?: string | undefined;
  /** The host's ends of the channels were asked to be TCP ports. */
  readonly tcpChannels: boolean;
  readonly settings: MachineSettings;
}

/**
 * - `absent`: libvirt knows no such domain
 * - `current`: made by us from this very blueprint
 * - `outdated`: made by us from another one
 */
export type MachineStatus = 'absent' | 'current' | 'outdated';

export async function machineStatus(
  machine: Machine,
  blueprint: Blueprint,
): Promise<MachineStatus> {
  if ((await domainState(machine)) === 'absent') return 'absent';
  const record = await readRecord(machine);
  return record?.inputs === inputsOf(machine, blueprint) ? 'current' : 'outdated';
}

/**
 * Makes the disk of a machine, as a copy-on-write layer over the image, and defines its domain.
 *
 * @throws UserError
 */
export async function createMachine(machine: Machine, blueprint: Blueprint): Promise<void> {
  const { host } = machine;
  const files = filesOf(machine);
  await makeMachineFiles(host, { files, image: blueprint.image });
  await writePrivate(files.definitionPath, definition(machine, blueprint.settings));
  await host.virsh('define', files.definitionPath);
  await writeRecord(machine, blueprint);
}

/** Writes down what a machine was made from. */
export async function writeRecord(machine: Machine, blueprint: Blueprint): Promise<void> {
  const { suite, languages, next, tcpChannels } = blueprint;
  const { memoryMiB, vcpus, channels, accelerator } = blueprint.settings;
  const record: MachineRecord = {
    inputs: inputsOf(machine, blueprint),
    madeWith: {
      ...{ suite, languages, memoryMiB, vcpus, channels, tcpChannels, accelerator },
      ...(next === undefined ? {} : { next }),
    },
  };
  await writePrivate(filesOf(machine).recordPath, `${JSON.stringify(record)}\n`);
}

/** What a machine of ours was made with, where that is known. */
export async function madeWith(machine: Machine): Promise<MadeWith | undefined> {
  const record = await readRecord(machine);
  // Earlier releases had the languages of one profile.
  return record?.madeWith && { languages: 'minimal', ...record.madeWith };
}

/** Ends a machine that we made, with its snapshots and files. A machine that is not there is no error. */
export async function removeMachine(machine: Machine): Promise<void> {
  if (await isOurs(machine)) {
    await stopMachine(machine);
    const undefine = machine.host.virsh('undefine', '--snapshots-metadata', domainOf(machine));
    await succeeds(undefine, kindsWithoutMachine);
  }
  await rm(filesOf(machine).directory, { recursive: true, force: true });
}

/** The machine with the secret that was made for it, where it is ours. */
export function withSecret({ host, ...config }: Machine): MachineConfig {
  const { homeDirectory } = host;
  const secretPath = findSecret({ homeDirectory, domain: config.domain });
  return secretPath === undefined ? config : { ...config, secretPath };
}

/** Whether the machine was made by `pbot-vm up`, and is ours to stop and to remove. */
export async function isOurs(machine: Machine): Promise<boolean> {
  return (await readRecord(machine)) !== undefined;
}

/** Boots the machine where it does not run. */
export async function startMachine(machine: Machine): Promise<void> {
  if ((await domainState(machine)) === 'running') return;
  await machine.host.virsh('start', domainOf(machine));
}

/** @returns whether it ran */
export async function stopMachine(machine: Machine): Promise<boolean> {
  const destroy = machine.host.virsh('destroy', domainOf(machine));
  return await succeeds(destroy, ['DOMAIN_NOT_RUNNING', ...kindsWithoutMachine]);
}

/** Whether libvirt says that the machine does not run. */
export async function isOff(machine: Machine): Promise<boolean> {
  return (await domainState(machine)) === 'shut off';
}

/** Whether libvirt knows a domain of this name that somebody else has made. */
export async function isForeign(machine: Machine): Promise<boolean> {
  return !(await isOurs(machine)) && (await domainState(machine)) !== 'absent';
}

/**
 * Whether the machine has the snapshot that it is reverted to.
 *
 * @throws VirshError where libvirt does not say
 */
export async function hasSnapshot(machine: Machine): Promise<boolean> {
  const stdout = await machine.host.virsh('snapshot-list', '--name', domainOf(machine));
  return parseSnapshotNames(stdout).includes(machine.snapshotName);
}

/** A machine is not there: libvirt does not know it, or is not there itself. */
const kindsWithoutMachine: readonly HypervisorErrorKind[] = [
  'DOMAIN_NOT_FOUND',
  'VIRSH_MISSING',
  'LIBVIRT_UNAVAILABLE',
];

/** Whether a command of virsh succeeds; it may fail in some ways alone. */
async function succeeds(
  command: Promise<string>,
  mayFailWith: readonly HypervisorErrorKind[],
): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    if (error instanceof VirshError && mayFailWith.includes(error.kind)) return false;
    throw error;
  }
}

/** @throws VirshError where libvirt does not say */
async function domainState(machine: Machine): Promise<DomainState | 'absent'> {
  try {
    return parseDomainState(await machine.host.virsh('domstate', domainOf(machine)));
  } catch (error) {
    if (error instanceof VirshError && error.kind === 'DOMAIN_NOT_FOUND') return 'absent';
    throw error;
  }
}

function domainOf(machine: Machine): string {
  return `--domain=${machine.domain}`;
}

function filesOf(machine: Machine): MachineFiles {
  return machineFiles(machine.host, machine.domain);
}

function definition(machine: Machine, settings: MachineSettings): string {
  return domainXml({
    name: machine.domain,
    ...settings,
    machineType: 'pc',
    ...filesOf(machine),
    data: machine.serial,
    heart: machine.heart,
  });
}

/** What a machine was made from. */
interface MachineRecord {
  readonly inputs: string;
  /** Absent where an earlier release has made the machine. */
  readonly madeWith?: Omit<MadeWith, 'languages'> & Partial<Pick<MadeWith, 'languages'>>;
}

function inputsOf(machine: Machine, { image, settings }: Blueprint): string {
  const xml = definition(machine, settings);
  return createHash('sha256').update(image.directory).update(xml).digest('hex');
}

async function readRecord(machine: Machine): Promise<MachineRecord | undefined> {
  const path = filesOf(machine).recordPath;
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as MachineRecord) : undefined;
}
