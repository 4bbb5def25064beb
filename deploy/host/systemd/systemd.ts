// Has systemd run the services: installs units and users, starts and stops a machine set, removes what it has made.

import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../services/lib/process/user-error.js';
import type { Host } from '../host.js';
import { belongsToSystemd, setDirectory } from './set.js';
import {
  dropInDirectory,
  installedPrograms,
  packagedPrograms,
  readableNode,
  services,
  setFiles,
  sharedUnit,
  targetOf,
  unitDirectory,
} from './unit-files.js';

/** The system that is changed. Tests have a directory for the root, and run nothing. */
export interface SystemRoot {
  readonly root: string;
  readonly run: (command: readonly [string, ...string[]]) => Promise<void>;
}

const thisSystem: SystemRoot = { root: '/', run: runCommand };

const usersFile = '/etc/sysusers.d/pbot-vm.conf';

/** @throws UserError where systemd does not run here, or we may not change it */
export function requireSystemd(host: Pick<Host, 'isRoot'>, { root } = thisSystem): void {
  if (!existsSync(join(root, '/run/systemd/system'))) {
    throw new UserError(
      'systemd does not run on this host (there is no /run/systemd/system): leave out --systemd, and have vm-server started by what starts services here.',
    );
  }
  if (!host.isRoot) throw new UserError('--systemd needs root: sudo pbot-vm up --systemd');
}

/**
 * Installs the services, starts them, and has systemd start them at each boot. Services that run are started again only
 * where a file has changed.
 *
 * @param options.programs directory of the bundled programs
 * @throws UserError
 */
export async function startUnits(
  host: Host,
  options: { programs: string; nodePath: string },
  system = thisSystem,
): Promise<void> {
  requireSystemd(host, system);
  const hasChanged = [
    options.programs === packagedPrograms ? false : await installShared(options, system),
    await writeAll(setFiles(host), system),
  ].some(Boolean);
  await system.run(['systemctl', 'daemon-reload']);
  await system.run(['systemctl', 'enable', targetOf(host)]);
  await system.run(['systemctl', hasChanged ? 'restart' : 'start', targetOf(host)]);
}

/** Stops the services, now and at the next boot. @returns whether systemd had them */
export async function stopUnits(
  host: Pick<Host, 'poolName'>,
  system = thisSystem,
): Promise<boolean> {
  if (!belongsToSystemd(host, system.root)) return false;
  await system.run(['systemctl', 'disable', '--now', targetOf(host)]);
  return true;
}

/** Removes what `startUnits` has written; with the last set, also the units and the programs. The users stay. @returns what was done */
export async function removeUnits(
  host: Pick<Host, 'poolName'>,
  system = thisSystem,
): Promise<string[]> {
  if (!belongsToSystemd(host, system.root)) return [];
  await stopUnits(host, system);
  const paths = [setDirectory(host), ...services.map((name) => dropInDirectory(host, name))];
  const others = await readdir(join(system.root, dirname(setDirectory(host))));
  if (others.every((name) => name === host.poolName)) {
    paths.push(...sharedNames.map((name) => `${unitDirectory}/${name}`));
    paths.push(usersFile, dirname(installedPrograms));
  }
  for (const path of paths) await rm(join(system.root, path), { recursive: true, force: true });
  await system.run(['systemctl', 'daemon-reload']);
  return [`removed the units of ${host.poolName}`];
}

const sharedNames = [
  ...services.map((name) => `pbot-vm-${name}@.service`),
  'pbot-vm@.target',
] as const;

/** Programs, units and users, for all sets. @returns whether anything has changed */
async function installShared(
  { programs, nodePath }: { programs: string; nodePath: string },
  system: SystemRoot,
): Promise<boolean> {
  const node = readableNode(nodePath);
  const source = (name: string) => readFile(join(programs, 'systemd', name), 'utf8');
  const files = [{ path: usersFile, text: await source('pbot-vm.sysusers') }];
  for (const name of sharedNames) {
    files.push({ path: `${unitDirectory}/${name}`, text: sharedUnit(await source(name), node) });
  }
  const hasChanged = await writeAll(files, system);
  const isNew = await copyPrograms(programs, system);
  await system.run(['systemd-sysusers', usersFile]);
  return hasChanged || isNew;
}

/** @returns whether they are other ones than before */
async function copyPrograms(programs: string, { root }: SystemRoot): Promise<boolean> {
  const target = join(root, installedPrograms);
  const names = (await readdir(programs)).filter((name) => /\.js$|^package\.json$/.test(name));
  const isSame = await Promise.all(names.map((name) => areEqual(programs, target, name)));
  if (isSame.every(Boolean)) return false;
  const staging = `${target}.new`;
  await rm(staging, { recursive: true, force: true });
  for (const name of names) await cp(join(programs, name), join(staging, name));
  for (const directory of [dirname(target), staging]) await chmod(directory, 0o755);
  await rm(target, { recursive: true, force: true });
  await rename(staging, target);
  return true;
}

async function areEqual(one: string, other: string, name: string): Promise<boolean> {
  const [left, right] = await Promise.all(
    [one, other].map((directory) => readFile(join(directory, name)).catch(() => undefined)),
  );
  return left !== undefined && right !== undefined && left.equals(right);
}

/** @returns whether one was not there, or was another */
async function writeAll(
  files: readonly { path: string; text: string }[],
  { root }: SystemRoot,
): Promise<boolean> {
  let hasChanged = false;
  for (const { path, text } of files) {
    const target = join(root, path);
    if ((await readFile(target, 'utf8').catch(() => undefined)) === text) continue;
    hasChanged = true;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    await chmod(target, 0o644);
  }
  return hasChanged;
}

/** @throws UserError */
async function runCommand([program, ...args]: readonly [string, ...string[]]): Promise<void> {
  const { failed, stderr, shortMessage } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
  });
  if (failed) {
    const why = stderr || shortMessage;
    throw new UserError(`${[program, ...args].join(' ')} has failed: ${why}`);
  }
}
