// Opens /dev/kvm to its group on a host without udev.

import { chmod, chown, readFile, stat } from 'node:fs/promises';

/**
 * Gives /dev/kvm to the group `kvm` where it belongs to root alone, as on a host without udev. libvirt would otherwise
 * ask QEMU for its abilities again at every start, because root and QEMU's own user see different ones; that costs
 * seconds.
 *
 * @returns whether something was changed
 */
export async function shareKvmNode(): Promise<boolean> {
  const node = await stat('/dev/kvm').catch(() => undefined);
  const group = /^kvm:[^:]*:(\d+):/m.exec(await readFile('/etc/group', 'utf8'))?.[1];
  if (node === undefined || group === undefined) return false;
  const isOpenToAll = (node.mode & 0o006) === 0o006;
  if (node.gid !== 0 || isOpenToAll) return false;
  await chown('/dev/kvm', node.uid, Number(group));
  await chmod('/dev/kvm', 0o660);
  return true;
}
