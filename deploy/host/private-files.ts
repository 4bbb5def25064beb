// The modes of what is kept on this host: other users of the host read nothing of it.

import { chmod, mkdir, stat } from 'node:fs/promises';

/** Mode of a file that its owner alone reads. libvirt gives a machine's disk, kernel and RAM disk to QEMU's user. */
export const ownerAlone = 0o600;

/** Makes a directory that its owner alone enters. Its parents are made too. */
export async function makePrivate(directory: string): Promise<void> {
  await makeDirectory(directory, 0o700);
}

/** Makes a directory that QEMU's user may go through. Nobody but its owner can list it. */
export async function makePassable(directory: string): Promise<void> {
  await makeDirectory(directory, 0o711);
}

/** It may be there since an earlier release, with another mode. */
async function makeDirectory(directory: string, mode: number): Promise<void> {
  await mkdir(directory, { recursive: true, mode });
  if (((await stat(directory)).mode & 0o777) !== mode) await chmod(directory, mode);
}
