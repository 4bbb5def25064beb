import { existsSync } from 'node:fs';
import { chmod, chown, readFile, stat } from 'node:fs/promises';
import { execa } from 'execa';
import { waitFor } from '../support/wait.js';

/**
 * Two things make libvirt slow on a host without udev and systemd, and are no fault of it: /dev/kvm belongs to root
 * alone, so that QEMU is asked for its abilities at each start, and PID 1 sees the end of a QEMU a second late. Whoever
 * compares with libvirt has to compare with one that has neither.
 */
export const canCureLibvirt =
  (process.getuid?.() ?? 0) === 0 && !existsSync('/run/systemd/system') && existsSync('/dev/kvm');

/** Gives /dev/kvm an owner and a mode while the task runs. */
export async function withKvmNode<T>(
  node: { gid: number; mode: number },
  task: () => Promise<T>,
): Promise<T> {
  const before = await stat('/dev/kvm');
  await chown('/dev/kvm', before.uid, node.gid);
  await chmod('/dev/kvm', node.mode);
  try {
    return await task();
  } finally {
    await chown('/dev/kvm', before.uid, before.gid);
    await chmod('/dev/kvm', before.mode & 0o777);
  }
}

/** Has libvirt run below a process that sees the end of each QEMU at once, while the task runs. */
export async function withReaper<T>(task: () => Promise<T>): Promise<T> {
  await stopDaemon();
  const reaper = execa('python3', ['-c', reaperScript], { reject: false, stdio: 'ignore' });
  try {
    await untilDaemonAnswers();
    return await task();
  } finally {
    await stopDaemon();
    await reaper;
    await execa('libvirtd', ['-d']);
    await untilDaemonAnswers();
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

const pidPath = '/run/libvirtd.pid';

async function stopDaemon(): Promise<void> {
  const pid = Number(await readFile(pidPath, 'utf8'));
  process.kill(pid, 'SIGTERM');
  await waitFor('the end of libvirtd', () => !existsSync(`/proc/${pid}`));
}

async function untilDaemonAnswers(): Promise<void> {
  await waitFor('libvirtd', async () => {
    const { failed } = await execa('virsh', ['-c', 'qemu:///system', 'list'], { reject: false });
    return !failed;
  });
}
