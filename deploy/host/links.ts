// Links the programs into the user's directory for programs, and removes the links again.

import {
  mkdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Host } from './host.js';

type Home = Pick<Host, 'homeDirectory'>;

const names = ['pbot-vm', 'vm-exec', 'vm-client', 'vm-server'];

/**
 * Makes the programs known by their names. What is there and not ours is left alone. A package that has brought the
 * programs has linked them itself.
 *
 * @param options.programs directory of the bundled programs
 * @param options.searchPath the PATH of this user
 * @returns what was done, line by line
 */
export async function linkPrograms(
  host: Pick<Host, 'isRoot' | 'homeDirectory'>,
  options: { programs: string; searchPath: string; directory?: string },
): Promise<string[]> {
  const { programs, searchPath } = options;
  const directory =
    options.directory ?? (host.isRoot ? '/usr/local/bin' : join(homedir(), '.local/bin'));
  await mkdir(directory, { recursive: true });
  const lines: string[] = [];
  const made = new Set(await readMadeLinks(host));
  for (const name of names) {
    const link = join(directory, name);
    const target = join(programs, `${name}.js`);
    const current = await linkTarget(link);
    if (current === target || (await isOnPath(name, target, searchPath))) continue;
    if (current !== 'absent') {
      lines.push(`${link} is not ours and stays; the program is ${target}`);
      continue;
    }
    await symlink(target, link);
    made.add(link);
    lines.push(`linked ${link}`);
  }
  await writeMadeLinks(host, [...made]);
  return lines;
}

/** Removes the links that `linkPrograms` has made for this home. */
export async function unlinkPrograms(host: Home): Promise<string[]> {
  const lines: string[] = [];
  for (const link of await readMadeLinks(host)) {
    if ((await linkTarget(link)) === 'absent') continue;
    await unlink(link);
    lines.push(`removed ${link}`);
  }
  await rm(recordPath(host), { force: true });
  return lines;
}

async function isOnPath(name: string, target: string, searchPath: string): Promise<boolean> {
  // npm has such directories on the PATH of what it starts, and of nobody else.
  const directories = searchPath.split(':').filter((each) => !each.endsWith('/node_modules/.bin'));
  const program = await realpath(target);
  const found = directories.map((each) => realpath(join(each, name)).catch(() => undefined));
  return (await Promise.all(found)).includes(program);
}

async function linkTarget(link: string): Promise<string> {
  try {
    return await readlink(link);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'no link';
  }
}

async function readMadeLinks(host: Home): Promise<string[]> {
  const text = await readFile(recordPath(host), 'utf8').catch(() => '[]');
  return JSON.parse(text) as string[];
}

async function writeMadeLinks(host: Home, links: readonly string[]): Promise<void> {
  await mkdir(dirname(recordPath(host)), { recursive: true });
  await writeFile(recordPath(host), `${JSON.stringify(links)}\n`);
}

function recordPath(host: Home): string {
  return join(host.homeDirectory, 'links.json');
}
