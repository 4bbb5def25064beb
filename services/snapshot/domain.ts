// Describes a domain, and starts one that does not run.

import type { Log } from '../lib/process/log.js';
import type { DomainState, Hypervisor, ReadOptions, SnapshotTarget } from './hypervisor.js';
import { findLayer, killIfRunning, rebuildDomain, revertDomain } from './revert.js';
import { listSnapshots } from './snapshots.js';

export interface DomainDescription {
  readonly state: DomainState;
  /** `kvm` or `qemu` (emulation). */
  readonly type: string;
  /** Names, oldest first. */
  readonly snapshots: readonly string[];
  /** Without any snapshot it is made again from its image. */
  readonly isRebuildable: boolean;
}

/** @throws HypervisorError */
export async function describeDomain(
  hypervisor: Hypervisor,
  domain: string,
  options: ReadOptions,
): Promise<DomainDescription> {
  const [state, { type, layer }, snapshots] = await Promise.all([
    hypervisor.domainState(domain, options),
    hypervisor.domainInfo(domain, options),
    listSnapshots(hypervisor, domain, options),
  ]);
  return {
    state,
    type,
    snapshots: snapshots.map((snapshot) => snapshot.name),
    isRebuildable: layer !== undefined,
  };
}

/** How a domain came to run: it ran already, from its snapshot, by a boot, or by a boot from its image. */
export type StartMethod = 'running' | 'snapshot' | 'boot' | 'rebuild';

/**
 * Starts a domain. One that is paused or has crashed isn't resumed: a failed load may have left garbage in its memory.
 *
 * @throws HypervisorError
 */
export async function startDomain(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  log: Log,
): Promise<StartMethod> {
  const state = await hypervisor.domainState(target.domain);
  if (state === 'running') return 'running';
  const snapshots = await hypervisor.snapshotNames(target.domain);
  if (snapshots.includes(target.snapshot)) {
    const method = await revertDomain(hypervisor, target, log);
    return method === 'rebuild' ? 'rebuild' : 'snapshot';
  }
  const layer = await findLayer(hypervisor, target.domain);
  if (layer !== undefined && snapshots.length === 0) {
    // Nobody knows how the content of the disk came about.
    await rebuildDomain(hypervisor, target.domain, layer);
    return 'rebuild';
  }
  if (state !== 'shut off') await killIfRunning(hypervisor, target.domain);
  await hypervisor.start(target.domain);
  return 'boot';
}
