// Growth: a machine that serves with few languages soon is made again with more of them when their image is built.

import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runDirectory } from '../../../services/lib/config/own-machines.js';
import { sleep, systemClock } from '../../../services/lib/process/clock.js';
import type { Host } from '../host.js';
import { machinesOf, madeWith } from '../machine.js';
import { readPid } from '../pid-file.js';
import { ownerAlone } from '../private-files.js';
import { together } from './made-with.js';

/** The languages that the machines of the host are to have next; `undefined` where they have what they were asked to have. */
export async function languagesToCome(host: Host): Promise<string | undefined> {
  return together(await Promise.all(machinesOf(host).map(madeWith)))?.next;
}

/** Starts `pbot-vm up` with these languages, in the background. It outlives us. */
export async function growInBackground(options: {
  host: Host;
  /** Directory of the bundled programs. */
  programs: string;
  environment: NodeJS.ProcessEnv;
  languages: string;
}): Promise<void> {
  const { host, programs, environment, languages } = options;
  const log = openSync(growthLogPath(host), 'w', ownerAlone);
  const args = ['up', '--languages', languages, '--yes', '--detach', '--no-link'];
  const child = spawn(process.execPath, [join(programs, 'pbot-vm.js'), ...args], {
    env: environment,
    stdio: ['ignore', log, log],
    // With the tools that build the image, it is a group that one signal ends.
    detached: true,
  });
  await writeFile(pidPath(host), `${child.pid}\n`);
  child.unref();
}

/** Ends it, if another process grows the machines of this host. @returns whether one did */
export async function stopGrowth(host: Host): Promise<boolean> {
  const pid = await growingProcess(host);
  // `up` that grows the machines is told so by its own pid.
  if (pid === undefined || pid === process.pid) return false;
  await endGroup(pid);
  await rm(pidPath(host), { force: true });
  return true;
}

/** How long the tools of an image builder may take to put their things away. */
const groupEndMs = 15_000;

/** Ends a group of processes. mmdebstrap ends after the programs that it has started, and after the process that has started it. */
async function endGroup(leader: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const untilMs = performance.now() + groupEndMs;
    if (!signalGroup(leader, signal)) return;
    while (performance.now() < untilMs) {
      if (!signalGroup(leader, 0)) return;
      await sleep(systemClock, 50);
    }
  }
}

/** @returns whether the group has a process */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    // Those of another user namespace may not be signalled, but they are there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Process id of what grows the machines of this host, while it lives. */
export async function growingProcess(host: Host): Promise<number | undefined> {
  return await readPid(pidPath(host), 'pbot-vm.js');
}

/** What `pbot-vm status` says of languages that are to come. */
export async function growthNote(host: Host): Promise<string | undefined> {
  const path = growthLogPath(host);
  if ((await growingProcess(host)) !== undefined) return `Languages are being added (${path}).`;
  const next = await languagesToCome(host);
  if (next === undefined || !existsSync(path)) return undefined;
  return `The languages of "${next}" were not added (${path}). \`pbot-vm up\` tries again.`;
}

/** What it has written. */
export function growthLogPath(host: Host): string {
  return join(runDirectory(host), 'growth.log');
}

function pidPath(host: Host): string {
  return join(runDirectory(host), 'growth.pid');
}
