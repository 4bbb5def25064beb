// Starts libvirt for a bench without two delays that only hosts without udev and systemd have.

import { existsSync } from 'node:fs';
import { chmod, chown, stat } from 'node:fs/promises';
import { execa } from 'execa';
import { startLibvirt, stopLibvirt } from '../support/libvirt-daemon.js';
import { waitFor } from '../support/wait.js';

/**
 * Two things make libvirt slow on a host without udev and systemd, and are no fault of it: /dev/kvm belongs to root
 * alone, so that QEMU is asked for its abilities at each start, and PID 1 sees the end of a QEMU a second late. Whoever
 * compares with libvirt has to compare with one that has neither.
 */
export const canCureLibvirt =
  (process.getuid?.() ?? 0) === 0 && !existsSync('/run/systemd/system') && existsSync('/dev/kvm');

/** Gives /dev/kvm to root alone while the task runs, as on a host without udev; `pbot-vm up` shares it. */
export async function withPrivateKvmNode<T>(task: () => Promise<T>): Promise<T> {
  const before = await stat('/dev/kvm');
  await chown('/dev/kvm', 0, 0);
  await chmod('/dev/kvm', 0o600);
  try {
    return await task();
  } finally {
    await chown('/dev/kvm', before.uid, before.gid);
    await chmod('/dev/kvm', before.mode & 0o777);
  }
}

/** Has libvirt run below a process that sees the end of each QEMU at once, while the task runs. */
export async function withReaper<T>(task: () => Promise<T>): Promise<T> {
  await stopLibvirt();
  const reaper = execa('python3', ['-c', reaperScript], { reject: false, stdio: 'ignore' });
  try {
    await untilDaemonAnswers();
    return await task();
  } finally {
    await stopLibvirt();
    await reaper;
    await startLibvirt();
  }
}

/** prctl(PR_SET_CHILD_SUBREAPER): orphans below it become its children. It ends with libvirtd; QEMUs live on. */
const reaperScript = `
import ctypes, os, subprocess
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
daemon = subprocess.Popen(['libvirtd'])
while os.wait()[0] != daemon.pid:
    pass
`;

async function untilDaemonAnswers(): Promise<void> {
  await waitFor('libvirtd', async () => {
    const { failed } = await execa('virsh', ['-c', 'qemu:///system', 'list'], { reject: false });
    return !failed;
  });
}
