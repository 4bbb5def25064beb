import { variables } from '../lib/variables.js';
import type { VirshLimits } from './virsh.js';

/** What the Snapshot service reads from its environment. */
export const snapshotVariables = {
  address: variables.snapshot,
  libvirtUri: variables.libvirtUri,
};

/** The libvirt that a user reaches without further rights. */
export function defaultLibvirtUri(uid: number | undefined): string {
  return uid === 0 ? 'qemu:///system' : 'qemu:///session';
}

/**
 * A read is done in 20 ms, but stands in line while libvirtd probes its QEMUs (15 s). An in-place load takes 0.5 s where
 * QEMU is well. A revert by libvirt takes 1 to 14 s, the killing of a QEMU that hangs 12 s. A snapshot takes as long as
 * the disk needs for the guest's memory.
 */
export const virshLimits: VirshLimits = {
  readMs: 30_000,
  monitorMs: 5_000,
  changeMs: 60_000,
  snapshotMs: 300_000,
};

/** How long a stop waits for clients that have gone quiet, in milliseconds; what they asked for has ended before. */
export const drainGraceMs = 2000;
