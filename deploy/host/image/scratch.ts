// Directories for what is needed during a build alone, and their end.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { leftovers, temporaryName } from './cache.js';
import { type UserNamespace, userNamespace } from './user-namespace.js';

/** Where the files of a build lie that says nothing else. */
export const defaultScratchDirectory = '/var/tmp';

export interface Scratch {
  /** Of the guest's root. */
  readonly system: string;
  /** Of this user. */
  readonly tools: string;
}

/** Gives `use` new directories, and removes them and those of builds that were cut short. */
export async function withScratch<T>(
  options: { parent: string; namespace: UserNamespace; signal: AbortSignal | undefined },
  use: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const { namespace, signal } = options;
  const scratch = await newNames(options.parent);
  try {
    await mkdir(scratch.tools, { mode: 0o755 });
    // Made inside the namespace, its owner is the guest's root, who writes there.
    const purpose = 'Making a scratch directory';
    await namespace.run(['mkdir', '--mode=0755', scratch.system], { purpose, signal });
    return await use(scratch);
  } finally {
    await removeOwn([scratch.tools]);
    // What cannot go now goes with the next build, and hides no error of this one.
    await removeIn(namespace, [scratch.system]).catch(() => undefined);
  }
}

/** Removes what builds of this user have left that were cut short. */
export async function removeCutShort(parent = defaultScratchDirectory): Promise<void> {
  const [system, tools] = prefixes();
  const unpacked = await leftovers(parent, new RegExp(`^${system}$`));
  if (unpacked.length > 0) await removeIn(userNamespace(), unpacked);
  await removeOwn(await leftovers(parent, new RegExp(`^${tools}$`)));
}

/** @returns of a directory of the guest's root, and of one of this user */
function prefixes(): [string, string] {
  const userId = process.getuid?.() ?? 0;
  return [`pbot-vm-image-${userId}`, `pbot-vm-image-tools-${userId}`];
}

async function newNames(parent: string): Promise<Scratch> {
  await removeCutShort(parent);
  const [system, tools] = prefixes();
  return { system: join(parent, temporaryName(system)), tools: join(parent, temporaryName(tools)) };
}

async function removeIn(namespace: UserNamespace, paths: string[]): Promise<void> {
  if (paths.length === 0) return;
  await namespace.run(['rm', '--recursive', '--force', '--one-file-system', ...paths], {
    purpose: 'Removing unpacked files',
    // Not cancelled with the build: what was unpacked must go in any case.
    signal: undefined,
  });
}

async function removeOwn(paths: string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}
