import { mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const names = ['pbot-vm', 'vm-exec', 'vm-client', 'vm-server'];

interface LinkOptions {
  readonly isRoot: boolean;
  /** Directory of the bundled programs. */
  readonly programs: string;
}

/**
 * Makes the programs known by their names. What is there and not ours is left alone.
 *
 * @returns what is worth telling
 */
export async function linkPrograms(options: LinkOptions): Promise<string[]> {
  const directory = linkDirectory(options.isRoot);
  await mkdir(directory, { recursive: true });
  const told: string[] = [];
  for (const name of names) {
    const link = join(directory, name);
    const target = join(options.programs, `${name}.js`);
    const current = await readlink(link).catch((error: NodeJS.ErrnoException) => error.code);
    if (current === target) continue;
    if (current !== 'ENOENT') {
      told.push(`${link} is not ours and stays; the program is ${target}`);
      continue;
    }
    await symlink(target, link);
    told.push(`linked ${link}`);
  }
  return told;
}

/** Removes the links that `linkPrograms` has made. */
export async function unlinkPrograms(options: LinkOptions): Promise<string[]> {
  const told: string[] = [];
  for (const name of names) {
    const link = join(linkDirectory(options.isRoot), name);
    const current = await readlink(link).catch(() => undefined);
    if (current !== join(options.programs, `${name}.js`)) continue;
    await unlink(link);
    told.push(`removed ${link}`);
  }
  return told;
}

function linkDirectory(isRoot: boolean): string {
  return isRoot ? '/usr/local/bin' : join(homedir(), '.local/bin');
}
