import { guardVariables, listeners, variables } from '../lib/config/variables.js';
import type { VirshLimits } from './virsh.js';

/** What the Snapshot service reads from its environment. */
export const snapshotVariables = {
  address: listeners.snapshot,
  libvirtUri: variables.libvirtUri,
  ...guardVariables,
};

/** The libvirt that a user reaches without further rights. */
export function defaultLibvirtUri(uid: number | undefined): string {
  return uid === 0 ? 'qemu:///system' : 'qemu:///session';
}

/** Where libvirt writes the process ids of its QEMUs. Empty for a libvirt that is not one of this host's two usual ones. */
export function qemuPidDirectories(options: { uri: string; uid: number; home: string }): string[] {
  const { uri, uid, home } = options;
  if (uri === 'qemu:///system') return ['/run/libvirt/qemu'];
  if (uri !== 'qemu:///session') return [];
  return [`/run/user/${uid}/libvirt/qemu/run`, `${home}/.cache/libvirt/qemu/run`];
}

/**
 * A read is done in 20 ms, but stands in line while libvirtd probes its QEMUs (15 s). An in-place load takes 0.5 s where
 * QEMU is well. A revert by libvirt takes 1 to 14 s. A snapshot takes as long as the disk needs for the guest's memory.
 */
export const virshLimits: VirshLimits = {
  readMs: 30_000,
  monitorMs: 5_000,
  changeMs: 60_000,
  snapshotMs: 300_000,
};

/** How long a stop waits for clients that have gone quiet, in milliseconds; what they asked for has ended before. */
export const drainGraceMs = 2000;
