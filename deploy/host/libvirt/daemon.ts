import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { DeployError } from '../deploy-error.js';
import type { Host } from '../host.js';
import { tryVirsh } from './virsh.js';

const startLimitMs = 20_000;

/**
 * Makes sure that libvirt answers, and starts it where it does not: through systemd where that runs, else by hand.
 * The session daemon of an unprivileged user starts by itself.
 *
 * @returns what was done
 * @throws DeployError
 */
export async function ensureLibvirt(host: Host): Promise<string> {
  const first = await tryVirsh(host.uri, ['version']);
  if (!first.failed) return 'libvirt answers';
  if (!host.isRoot) {
    throw new DeployError(
      `libvirt does not answer at ${host.uri}: ${first.stderr.trim()}\n` +
        'Start it (sudo systemctl start libvirtd), or use the session daemon: PBOTVM_LIBVIRT_URI=qemu:///session.',
    );
  }
  const how = existsSync('/run/systemd/system') ? await startBySystemd() : await startByHand();
  await waitUntilAnswering(host.uri);
  return `started libvirt (${how})`;
}

async function startBySystemd(): Promise<string> {
  // Newer distributions have one daemon a driver in place of libvirtd.
  for (const unit of ['libvirtd.service', 'virtqemud.socket']) {
    const { failed } = await execa('systemctl', ['start', unit], { reject: false });
    if (!failed) return `systemctl start ${unit}`;
  }
  throw new DeployError(
    'Neither libvirtd.service nor virtqemud.socket starts: see `journalctl -xe`.',
  );
}

/** The log daemon may have outlived the other one, and refuses to be started twice. */
async function startByHand(): Promise<string> {
  const started: string[] = [];
  for (const daemon of ['virtlogd', 'libvirtd']) {
    if (await runs(daemon)) continue;
    const { failed, stderr } = await execa(daemon, ['-d'], { reject: false });
    if (failed) throw new DeployError(`${daemon} does not start: ${stderr}`);
    started.push(`${daemon} -d`);
  }
  return started.length > 0 ? started.join('; ') : 'it was starting by itself';
}

/** The name tells a daemon from a process that got the id of a dead one. */
async function runs(daemon: string): Promise<boolean> {
  try {
    const pid = (await readFile(`/run/${daemon}.pid`, 'utf8')).trim();
    return (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() === daemon;
  } catch {
    return false;
  }
}

async function waitUntilAnswering(uri: string): Promise<void> {
  const giveUpAt = performance.now() + startLimitMs;
  for (;;) {
    const { failed, stderr } = await tryVirsh(uri, ['version']);
    if (!failed) return;
    if (performance.now() > giveUpAt) {
      throw new DeployError(`libvirt was started and does not answer at ${uri}: ${stderr.trim()}`);
    }
    await sleep(100);
  }
}
