// Creates and lists snapshots.

import {
  type Hypervisor,
  HypervisorError,
  type ReadOptions,
  type SnapshotInfo,
  type SnapshotTarget,
} from './hypervisor.js';

/**
 * Saves the running state of a domain. The domain must run: a snapshot without memory would cost a boot at each revert.
 *
 * @throws HypervisorError
 */
export async function createSnapshot(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  options: { replace: boolean },
): Promise<SnapshotInfo> {
  const state = await hypervisor.domainState(target.domain);
  if (state !== 'running') {
    throw new HypervisorError('DOMAIN_NOT_RUNNING', `the domain is "${state}"`);
  }
  if (options.replace) await deleteIfThere(hypervisor, target);
  await hypervisor.createSnapshot(target);
  return hypervisor.snapshotInfo(target);
}

/**
 * The snapshots of a domain, oldest first.
 *
 * @throws HypervisorError
 */
export async function listSnapshots(
  hypervisor: Hypervisor,
  domain: string,
  options: ReadOptions,
): Promise<SnapshotInfo[]> {
  const snapshots: SnapshotInfo[] = [];
  for (const snapshot of await hypervisor.snapshotNames(domain, options)) {
    const info = await infoIfThere(hypervisor, { domain, snapshot }, options);
    if (info !== undefined) snapshots.push(info);
  }
  // The sort is stable: of two snapshots of one second the parent stays first.
  return snapshots.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

async function deleteIfThere(hypervisor: Hypervisor, target: SnapshotTarget): Promise<void> {
  try {
    await hypervisor.deleteSnapshot(target);
  } catch (error) {
    if (!isSnapshotMissing(error)) throw error;
  }
}

/** A listing does not take the mutex: a snapshot may be deleted meanwhile. */
async function infoIfThere(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  options: ReadOptions,
): Promise<SnapshotInfo | undefined> {
  try {
    return await hypervisor.snapshotInfo(target, options);
  } catch (error) {
    if (!isSnapshotMissing(error)) throw error;
    return undefined;
  }
}

function isSnapshotMissing(error: unknown): boolean {
  return error instanceof HypervisorError && error.kind === 'SNAPSHOT_NOT_FOUND';
}
