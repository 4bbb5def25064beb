// The settings of the Snapshot service, and how long it waits for libvirt.

import { guardedAddress, guardSettings } from '../lib/access/settings.js';
import { libvirtUri, machineSettings } from '../lib/config/machine-settings.js';
import { serviceAddresses } from '../lib/config/service-addresses.js';
import { maxConnections } from '../lib/rpc/connections/settings.js';
import type { VirshLimits } from './virsh.js';

/** Clients must be known: the Snapshot service reverts machines for them. */
export const snapshotSettings = {
  address: guardedAddress(serviceAddresses.snapshot, { knowsClients: true }),
  libvirtUri,
  domain: machineSettings.domain,
  machines: machineSettings.machines,
  maxConnections,
  ...guardSettings,
};

/** The libvirt connection that a user has without further rights. */
export function defaultLibvirtUri(uid: number | undefined): string {
  return uid === 0 ? 'qemu:///system' : 'qemu:///session';
}

/** Where libvirt writes the process ids of its QEMUs. Empty for a libvirt that is not one of this host's two usual ones. */
export function qemuPidDirectories(options: {
  uri: string;
  uid: number;
  /** Fails for a user whom the system does not know, as in a container. Only libvirt of a user has need of it. */
  home: () => string;
}): string[] {
  const { uri, uid, home } = options;
  if (uri === 'qemu:///system') return ['/run/libvirt/qemu'];
  if (uri !== 'qemu:///session') return [];
  return [`/run/user/${uid}/libvirt/qemu/run`, `${home()}/.cache/libvirt/qemu/run`];
}

/**
 * A read takes 20 ms, but waits while libvirtd probes its QEMUs (15 s). An in-place load takes 0.5 s where QEMU is
 * healthy. One into a new QEMU takes seconds for each GiB on a busy host, so it has the time of a change. A revert by libvirt
 * takes 1 to 14 s. A snapshot takes as long as the disk needs for the guest's memory.
 */
export const virshLimits: VirshLimits = {
  readMs: 30_000,
  monitorMs: 5_000,
  changeMs: 60_000,
  snapshotMs: 300_000,
};

/** How long a stop waits for idle clients, in milliseconds. Their calls have ended before. */
export const drainGraceMs = 2000;
