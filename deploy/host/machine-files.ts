// The files of one machine, and who may read them.

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { machineDirectory, machineSecretPath } from '../../services/lib/config/own-machines.js';
import { UserError } from '../../services/lib/process/user-error.js';
import { type Host, isSession } from './host.js';
import type { GuestImage } from './image/build-image.js';
import { makePassable, makePrivate, ownerAlone } from './private-files.js';

/** Where the files of a machine are. */
export interface MachineFiles {
  readonly directory: string;
  /** Holds the sockets of the channels. */
  readonly channelDirectory: string;
  readonly basePath: string;
  readonly diskPath: string;
  readonly kernelPath: string;
  readonly initrdPath: string;
  readonly consoleLogPath: string;
  /** What host and guest of the machine prove to each other, for the services. */
  readonly secretPath: string;
  /** The same for QEMU, which hands it to the guest: libvirt gives that file to QEMU's user. */
  readonly guestSecretPath: string;
  readonly definitionPath: string;
  readonly recordPath: string;
}

export function machineFiles(host: Pick<Host, 'homeDirectory'>, domain: string): MachineFiles {
  const place = { homeDirectory: host.homeDirectory, domain };
  const directory = machineDirectory(place);
  return {
    directory,
    channelDirectory: join(directory, 'channels'),
    basePath: join(directory, 'base.qcow2'),
    diskPath: join(directory, 'disk.qcow2'),
    kernelPath: join(directory, 'vmlinuz'),
    initrdPath: join(directory, 'initrd.img'),
    consoleLogPath: join(directory, 'console.log'),
    secretPath: machineSecretPath(place),
    guestSecretPath: join(directory, 'guest-secret'),
    definitionPath: join(directory, 'domain.xml'),
    recordPath: join(directory, 'machine.json'),
  };
}

/**
 * Makes the directories of a machine, its part of the image, its disk as a copy-on-write layer over that, and its secret.
 *
 * @throws UserError
 */
export async function makeMachineFiles(
  host: Host,
  { files, image }: { files: MachineFiles; image: GuestImage },
): Promise<void> {
  const { directory } = files;
  await rm(directory, { recursive: true, force: true });
  const makeDirectory = isSession(host.uri) ? makePrivate : makePassable;
  for (const each of [host.homeDirectory, dirname(directory), directory]) await makeDirectory(each);
  // libvirt makes the sockets and hands them to QEMU, whose own user need not get there.
  await makePrivate(files.channelDirectory);
  const place = host.isRoot || isSession(host.uri) ? linkOrCopy : copyAlone;
  await place(image.diskPath, files.basePath);
  await place(image.kernelPath, files.kernelPath);
  await place(image.initrdPath, files.initrdPath);
  await createOverlay(files);
  await makeSecret(files);
}

/** Makes a new secret for the machine, which must be off: QEMU reads the file when it starts. */
export async function makeSecret(files: MachineFiles): Promise<void> {
  const secret = randomBytes(secretBytes).toString('hex');
  const paths = [files.secretPath, files.guestSecretPath];
  // On a full disk the old ones stay.
  for (const path of paths) await writePrivate(`${path}.new`, secret);
  for (const path of paths) await rename(`${path}.new`, path);
}

const secretBytes = 32;

/** Writes a file that its owner alone reads. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: ownerAlone });
}

/** A link of its own: the image may be thrown out of the cache while the machine lives. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
    await chmod(to, ownerAlone);
  } catch {
    // Another file system, or one without links.
    await copyAlone(from, to);
  }
}

/** libvirt gives the file to QEMU's user. A user who is not root could not read a linked image any more. */
async function copyAlone(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await chmod(to, ownerAlone);
}

async function createOverlay(files: { basePath: string; diskPath: string }): Promise<void> {
  const args = ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', files.basePath, files.diskPath];
  await run('qemu-img', args);
  await chmod(files.diskPath, ownerAlone);
}

/**
 * Replaces the disk of a machine by a copy of another one's, with its snapshots. Both machines must be off.
 *
 * @throws UserError where the disk can't be copied; the machine then has the disk that it had before
 */
export async function copyDisk({
  from,
  to,
}: {
  from: MachineFiles;
  to: MachineFiles;
}): Promise<void> {
  const newPath = `${to.diskPath}.new`;
  try {
    const before = await stat(from.diskPath);
    await run('cp', ['--reflink=auto', '--sparse=auto', '--', from.diskPath, newPath]);
    const after = await stat(from.diskPath);
    if (before.mtimeMs !== after.mtimeMs || before.size !== after.size) {
      throw new UserError(`${from.diskPath} was written to while it was copied: a machine runs`);
    }
    // It names the file under it, which goes with the machine that it is copied from.
    await run('qemu-img', [
      'rebase',
      '-u',
      '-f',
      'qcow2',
      '-F',
      'qcow2',
      '-b',
      to.basePath,
      newPath,
    ]);
    await chmod(newPath, ownerAlone);
    await rename(newPath, to.diskPath);
  } finally {
    await rm(newPath, { force: true });
  }
}

/** @throws UserError */
async function run(program: string, args: readonly string[]): Promise<void> {
  const { failed, stderr, shortMessage } = await execa(program, args, { reject: false });
  if (failed) throw new UserError(`A machine's disk can't be made: ${stderr || shortMessage}`);
}
