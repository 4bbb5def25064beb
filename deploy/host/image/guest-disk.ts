// Puts the guest server's files onto a copy of the base system: the upper half of the guest image.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { UserError } from '../../../services/lib/process/user-error.js';
import { guestLibrary, guestUnit } from './guest-system.js';
import { requireTools, runTool } from './tools.js';

/** File or directory that goes into the guest. */
export interface GuestEntry {
  /** Path below the guest directory, `/` between its parts. */
  path: string;
  kind: 'directory' | 'file';
  executable: boolean;
  /** SHA-256 of a file's content, empty for a directory. */
  digest: string;
}

/** A file of the guest directory whose content is made, not copied. */
export interface MadeFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Lists the files of the guest server, parents first.
 *
 * @throws UserError when the directory, or the service file in it, is missing.
 */
export async function guestEntries(guestDir: string): Promise<GuestEntry[]> {
  const paths = await readdir(guestDir, { recursive: true }).catch((error: unknown) => {
    throw new UserError(
      `The files of the guest server cannot be read from ${guestDir}. Run "npm run build" first.`,
      { cause: error },
    );
  });
  if (!paths.includes(guestUnit)) {
    throw new UserError(
      `There is no ${guestUnit} in ${guestDir}, so nothing would start in the guest. ` +
        'Run "npm run build" first.',
    );
  }
  return Promise.all(paths.sort().map((path) => guestEntry(guestDir, path)));
}

/**
 * Composes the disk of the guest: the base system and the guest server's files, which belong to root whoever builds.
 * debugfs writes into the file system from outside, so that nothing is mounted and no privilege is needed.
 */
export async function composeDisk(options: {
  /** Sparse ext4 image of the base system. */
  baseDisk: string;
  guestDir: string;
  entries: readonly GuestEntry[];
  made: readonly MadeFile[];
  /** Directory for the result and for what is needed on the way to it. */
  directory: string;
  /** File that the disk is written to, qcow2. */
  diskPath: string;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { signal } = options;
  requireTools(['debugfs', 'qemu-img']);
  const raw = join(options.directory, 'disk.raw');
  const script = join(options.directory, 'debugfs-commands');
  const purpose = "Writing the guest server's files to the disk";
  await runTool(['cp', '--sparse=always', '--reflink=auto', options.baseDisk, raw], {
    purpose,
    signal,
  });
  const { directory, guestDir, entries, made } = options;
  const commands = debugfsCommands(guestDir, entries);
  const contents: string[] = [];
  for (const { path, content } of made) {
    const source = join(directory, `made-${contents.length}`);
    contents.push(source);
    await writeFile(source, content);
    commands.push(...writeCommands(source, `${guestLibrary}/${path}`, false));
  }
  await writeFile(script, `${commands.join('\n')}\n`);
  const output = await runTool(['debugfs', '-w', '-f', script, raw], { purpose, signal });
  requireNoErrors(output);
  await runTool(['qemu-img', 'convert', '-q', '-f', 'raw', '-O', 'qcow2', raw, options.diskPath], {
    purpose: 'Converting the disk',
    signal,
  });
  for (const path of [raw, script, ...contents]) await rm(path);
}

/** Commands of debugfs that put the entries into the guest with the modes they need. */
export function debugfsCommands(guestDir: string, entries: readonly GuestEntry[]): string[] {
  const commands: string[] = [];
  for (const entry of entries) {
    const target = `${guestLibrary}/${entry.path}`;
    if (entry.kind === 'directory') commands.push(`mkdir ${quoted(target)}`);
    else commands.push(...writeCommands(join(guestDir, entry.path), target, entry.executable));
  }
  const unit = join(guestDir, guestUnit);
  commands.push(...writeCommands(unit, `/etc/systemd/system/${guestUnit}`, false));
  return commands;
}

async function guestEntry(guestDir: string, path: string): Promise<GuestEntry> {
  const file = join(guestDir, path);
  const status = await stat(file);
  return {
    path: relative(guestDir, file),
    kind: status.isDirectory() ? 'directory' : 'file',
    executable: !status.isDirectory() && (status.mode & 0o111) !== 0,
    digest: status.isDirectory() ? '' : await digest(file),
  };
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function writeCommands(source: string, target: string, executable: boolean): string[] {
  const slash = target.lastIndexOf('/');
  const name = quoted(target.slice(slash + 1));
  return [
    // The name that is written to is taken as it stands, in the current directory.
    `cd ${quoted(target.slice(0, slash))}`,
    `write ${quoted(source)} ${name}`,
    `set_inode_field ${name} mode ${executable ? '0100755' : '0100644'}`,
    'cd /',
  ];
}

function quoted(path: string): string {
  if (/["\n]/.test(path)) {
    throw new UserError(`The path ${JSON.stringify(path)} has a quote or a line break; rename it.`);
  }
  return `"${path}"`;
}

/** debugfs exits with 0 whatever happens; beyond its version, echoed commands and inode numbers it prints errors. */
function requireNoErrors(output: string): void {
  const errors = output
    .split('\n')
    .filter((line) => !/^(debugfs |debugfs: |Allocated inode: |\s*$)/.test(line));
  if (errors.length === 0) return;
  throw new UserError(
    `Writing the guest server's files to the disk failed: debugfs printed:\n${errors.join('\n')}`,
  );
}
