// Reverts a domain to its snapshot by the fastest method that works. It knows no virsh: libvirt comes in as a Hypervisor.

import type { Log } from '../lib/process/log.js';
import {
  type DiskLayer,
  type DomainState,
  type Hypervisor,
  HypervisorError,
  type RevertSituation,
  type SnapshotInfo,
  type SnapshotTarget,
} from './hypervisor.js';

/**
 * How a domain was reverted, in the order in which the methods are tried: `in-place` loads the snapshot into the
 * running QEMU (its process and its channels stay); `restart` ends QEMU, starts another and loads the snapshot;
 * `libvirt` lets libvirt revert, which takes several times longer; `rebuild` boots from the image, without the
 * snapshot.
 */
export type RevertMethodName = 'in-place' | 'restart' | 'libvirt' | 'rebuild';

/**
 * Reverts a domain to a snapshot by the fastest method that works. A method has worked if the domain runs afterwards. A
 * revert that has begun goes on to its end.
 *
 * @throws HypervisorError of the last method, with the messages of all of them
 */
export async function revertDomain(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  log: Log,
): Promise<RevertMethodName> {
  try {
    return await revertToSnapshot(hypervisor, target, log);
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
    if (!(await isSnapshotUnusable(hypervisor, target.domain, error))) throw error;
    const layer = await findLayer(hypervisor, target.domain);
    if (layer === undefined) throw error;
    log.error(
      { ...target, failure: error.message },
      'the snapshot is unusable: the domain is rebuilt from its image',
    );
    await rebuildDomain(hypervisor, target.domain, layer);
    return 'rebuild';
  }
}

/** Makes a new disk for a domain from its image and boots it. Its snapshots are deleted. */
export async function rebuildDomain(
  hypervisor: Hypervisor,
  domain: string,
  layer: DiskLayer,
): Promise<void> {
  await killIfRunning(hypervisor, domain);
  await hypervisor.resetDisk(domain, layer);
  await hypervisor.start(domain);
}

async function revertToSnapshot(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  log: Log,
): Promise<RevertMethodName> {
  const situation = await hypervisor.revertSituation(target);
  const failures: HypervisorError[] = [];
  let isBroken = false;
  for (const method of methods) {
    if (!method.suits(situation)) continue;
    try {
      await method.run(hypervisor, target, situation);
      return method.name;
    } catch (error) {
      if (!(error instanceof HypervisorError) || isFinal(error)) throw error;
      log.warn(
        { ...target, method: method.name, failure: error.message },
        'a method of reverting has failed',
      );
      failures.push(error);
      // A QEMU that ran may have been unable to load anything. In a fresh one it is the snapshot that is broken.
      isBroken ||= method.name === 'restart' && error.kind === 'SNAPSHOT_BROKEN';
    }
  }
  const kind = isBroken ? 'SNAPSHOT_BROKEN' : (failures.at(-1)?.kind ?? 'OTHER');
  throw new HypervisorError(kind, failures.map((failure) => failure.message).join('; '));
}

/** Kills a domain's QEMU, where it has one. */
export async function killIfRunning(hypervisor: Hypervisor, domain: string): Promise<void> {
  try {
    await hypervisor.kill(domain);
  } catch (error) {
    if (!(error instanceof HypervisorError) || error.kind !== 'DOMAIN_NOT_RUNNING') throw error;
  }
}

interface RevertMethod {
  readonly name: RevertMethodName;
  suits(situation: RevertSituation): boolean;
  /** The domain has been seen to run when it resolves. */
  run(hypervisor: Hypervisor, target: SnapshotTarget, situation: RevertSituation): Promise<void>;
}

/** Fastest first. */
const methods: readonly RevertMethod[] = [
  {
    name: 'in-place',
    suits: ({ state, isStopped, snapshot }) =>
      hasQemu(state) && !isStopped && holdsMemory(snapshot),
    run: (hypervisor, target, { snapshot }) =>
      revertInPlace(hypervisor, target, snapshot, { isNew: false }),
  },
  {
    name: 'restart',
    suits: ({ snapshot }) => holdsMemory(snapshot),
    async run(hypervisor, target, { snapshot }) {
      await killIfRunning(hypervisor, target.domain);
      // Otherwise the guest would boot until the snapshot is loaded.
      await hypervisor.start(target.domain, { paused: true });
      await revertInPlace(hypervisor, target, snapshot, { isNew: true });
    },
  },
  {
    name: 'libvirt',
    suits: () => true,
    async run(hypervisor, target) {
      // libvirt would wait half a minute for a QEMU that hangs.
      await killIfRunning(hypervisor, target.domain);
      await revertByLibvirt(hypervisor, target);
      await requireRunning(hypervisor, target.domain);
    },
  },
];

function holdsMemory(snapshot: SnapshotInfo): boolean {
  return snapshot.domainState === 'running';
}

function hasQemu(state: DomainState): boolean {
  return state === 'running' || state === 'paused' || state === 'crashed';
}

async function revertInPlace(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  snapshot: SnapshotInfo,
  { isNew }: { isNew: boolean },
): Promise<void> {
  const { hardware } = await hypervisor.domainInfo(target.domain);
  requireSameHardware(hardware, snapshot.hardware);
  const { isExecuting, state } = await hypervisor.loadInPlace(target, { isNew });
  if (isExecuting && state === 'running') return;
  // A load leaves QEMU as it was: one that was paused stays paused. It is resumed only here, after a load that went well:
  // after a failed one the memory is garbage and must never run.
  if (!isExecuting) await hypervisor.resume(target.domain);
  await requireRunning(hypervisor, target.domain);
}

/** QEMU reports no error when it loads a snapshot of another processor or without a device, and the guest fails later. */
function requireSameHardware(running: readonly string[], saved: readonly string[]): void {
  const difference =
    saved.find((line) => !running.includes(line)) ?? running.find((line) => !saved.includes(line));
  if (difference === undefined && running.length === saved.length) return;
  throw new HypervisorError(
    'OTHER',
    `the running machine is not the one of the snapshot (${difference ?? 'another number of like parts'})`,
  );
}

async function revertByLibvirt(hypervisor: Hypervisor, target: SnapshotTarget): Promise<void> {
  try {
    await hypervisor.revertToSnapshot(target, { force: false });
  } catch (error) {
    if (!(error instanceof HypervisorError) || error.kind !== 'FORCE_NEEDED') throw error;
    await hypervisor.revertToSnapshot(target, { force: true });
  }
}

async function requireRunning(hypervisor: Hypervisor, domain: string): Promise<void> {
  const state = await hypervisor.domainState(domain);
  if (state === 'running') return;
  throw new HypervisorError('OTHER', `the domain is "${state}" after the revert, not running`);
}

/** A rebuild deletes every snapshot, so it must not follow from a wrong name or from a snapshot that nobody has tried. */
async function isSnapshotUnusable(
  hypervisor: Hypervisor,
  domain: string,
  error: HypervisorError,
): Promise<boolean> {
  if (error.kind === 'SNAPSHOT_BROKEN') return true;
  if (error.kind !== 'SNAPSHOT_NOT_FOUND') return false;
  return (await hypervisor.snapshotNames(domain)).length === 0;
}

/**
 * The layer of a domain that can't be used as it is. A QEMU that hangs is killed if libvirt says nothing of its domain otherwise.
 *
 * @throws HypervisorError
 */
export async function findLayer(
  hypervisor: Hypervisor,
  domain: string,
): Promise<DiskLayer | undefined> {
  try {
    return (await hypervisor.domainInfo(domain)).layer;
  } catch (error) {
    if (!(error instanceof HypervisorError) || error.kind !== 'TIMED_OUT') throw error;
    await killIfRunning(hypervisor, domain);
    return (await hypervisor.domainInfo(domain)).layer;
  }
}

/** Whether every other method would fail too. */
function isFinal(error: HypervisorError): boolean {
  switch (error.kind) {
    case 'DOMAIN_NOT_FOUND':
    case 'SNAPSHOT_NOT_FOUND':
    case 'LIBVIRT_UNAVAILABLE':
    case 'VIRSH_MISSING':
      return true;
    case 'DOMAIN_NOT_RUNNING':
    case 'SNAPSHOT_EXISTS':
    case 'SNAPSHOT_BROKEN':
    case 'FORCE_NEEDED':
    case 'TIMED_OUT':
    case 'CANCELLED':
    case 'OTHER':
      return false;
  }
}
