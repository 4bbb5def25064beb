// Stops and starts the libvirt daemon of this host.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { readHost } from '../../deploy/host/host.js';
import { ensureLibvirt } from '../../deploy/host/libvirt/daemon.js';
import { waitFor } from './wait.js';

/** Ends the libvirt daemon of this host; its machines run on. */
export async function stopLibvirt(): Promise<void> {
  if (existsSync('/run/systemd/system')) {
    // Newer distributions have the second in place of the first. With its sockets open it would be started again.
    for (const name of ['libvirtd', 'virtqemud']) {
      const sockets = ['', '-ro', '-admin'].map((kind) => `${name}${kind}.socket`);
      await execa('systemctl', ['stop', ...sockets, `${name}.service`], { reject: false });
    }
    return;
  }
  const pid = Number(await readFile('/run/libvirtd.pid', 'utf8'));
  process.kill(pid, 'SIGTERM');
  await waitFor('the end of libvirtd', async () => {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // A zombie waits for its parent alone.
    return status === undefined || status.includes(') Z ');
  });
}

export async function startLibvirt(): Promise<void> {
  await ensureLibvirt(readHost(process.env, process.getuid?.() ?? 0));
}
