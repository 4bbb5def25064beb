import { existsSync } from 'node:fs';
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

async function startByHand(): Promise<string> {
  // One that lives already does not start again. Whether libvirtd misses it, libvirtd tells.
  const logDaemon = await execa('virtlogd', ['-d'], { reject: false });
  const { failed, stderr } = await execa('libvirtd', ['-d'], { reject: false });
  if (failed) throw new DeployError(`libvirtd does not start: ${stderr}${logDaemon.stderr}`);
  return 'virtlogd -d; libvirtd -d';
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
