// Finds the QEMU of a machine.

import { readFile } from 'node:fs/promises';

/** Process id of the QEMU that libvirt of the system runs for a domain. It is another one after each start. */
export async function qemuPid(domain: string): Promise<number> {
  return Number(await readFile(`/run/libvirt/qemu/${domain}.pid`, 'utf8'));
}
