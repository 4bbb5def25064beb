// Starts libvirt where it does not answer.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { sleep, systemClock } from '../../../services/lib/process/clock.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import type { Host } from '../host.js';
import { VirshError } from './virsh.js';

const startLimitMs = 20_000;

/**
 * Makes sure that libvirt answers, and starts it where it does not: through systemd where that runs, else by hand.
 * The session daemon of an unprivileged user starts by itself.
 *
 * @returns what was done
 * @throws UserError
 */
export async function ensureLibvirt(host: Host): Promise<string> {
  const error = await connectionError(host);
  if (error === undefined) return 'libvirt answers';
  if (!host.isRoot) {
    throw new UserError(
      `libvirt does not answer at ${host.uri}: ${error.reason}\n` +
        'Start it (sudo systemctl start libvirtd), or use the session daemon: PBOTVM_LIBVIRT_URI=qemu:///session.',
    );
  }
  const how = existsSync('/run/systemd/system') ? await startBySystemd() : await startByHand();
  await waitUntilAnswering(host);
  return `started libvirt (${how})`;
}

/** Why libvirt does not answer; `undefined` where it does. */
async function connectionError(host: Host): Promise<VirshError | undefined> {
  try {
    await host.virsh('version');
    return undefined;
  } catch (error) {
    if (error instanceof VirshError) return error;
    throw error;
  }
}

async function startBySystemd(): Promise<string> {
  // Newer distributions have one daemon a driver in place of libvirtd.
  for (const unit of ['libvirtd.service', 'virtqemud.socket']) {
    const { failed } = await execa('systemctl', ['start', unit], { reject: false });
    if (!failed) return `systemctl start ${unit}`;
  }
  throw new UserError(
    'Neither libvirtd.service nor virtqemud.socket starts: see `journalctl -xe`.',
  );
}

/** The log daemon may have outlived the other one, and does not start twice. */
async function startByHand(): Promise<string> {
  const started: string[] = [];
  for (const daemon of ['virtlogd', 'libvirtd']) {
    if (await runs(daemon)) continue;
    const { failed, stderr } = await execa(daemon, ['-d'], { reject: false });
    if (failed) throw new UserError(`${daemon} does not start: ${stderr}`);
    started.push(`${daemon} -d`);
  }
  return started.length > 0 ? started.join('; ') : 'it was starting by itself';
}

/** The name distinguishes a daemon from a process that got the id of a dead one. */
async function runs(daemon: string): Promise<boolean> {
  try {
    const pid = (await readFile(`/run/${daemon}.pid`, 'utf8')).trim();
    return (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() === daemon;
  } catch {
    return false;
  }
}

async function waitUntilAnswering(host: Host): Promise<void> {
  const giveUpAt = performance.now() + startLimitMs;
  for (;;) {
    const error = await connectionError(host);
    if (error === undefined) return;
    if (performance.now() > giveUpAt) {
      throw new UserError(
        `libvirt was started and does not answer at ${host.uri}: ${error.reason}`,
      );
    }
    await sleep(systemClock, 100);
  }
}
