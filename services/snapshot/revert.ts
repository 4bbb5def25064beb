import type { Log } from '../lib/log.js';
import {
  type DomainState,
  type Hypervisor,
  HypervisorError,
  type SnapshotInfo,
  type SnapshotTarget,
} from './hypervisor.js';

/**
 * How a domain was put back: through the running QEMU (its process and its channels stay), by libvirt (which starts
 * QEMU anew), or by libvirt after QEMU was killed.
 */
export type RevertMethodName = 'in-place' | 'libvirt' | 'restart';

/**
 * Puts a domain back to a snapshot by the fastest way that works, each proved by the domain running afterwards. Once
 * begun it goes on to its end.
 *
 * @throws HypervisorError of the last way, all their messages joined
 */
export async function revertDomain(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  log: Log,
): Promise<RevertMethodName> {
  const situation = await readSituation(hypervisor, target);
  const failures: HypervisorError[] = [];
  for (const method of methods) {
    if (!method.suits(situation)) continue;
    try {
      await method.run(hypervisor, target, situation);
      await requireRunning(hypervisor, target.domain);
      return method.name;
    } catch (error) {
      if (!(error instanceof HypervisorError) || isFinal(error)) throw error;
      log.warn(
        { ...target, method: method.name, failure: error.message },
        'this way of reverting failed',
      );
      failures.push(error);
      if (error.kind === 'TIMED_OUT') situation.isHung = true;
    }
  }
  const kind = failures.at(-1)?.kind ?? 'OTHER';
  throw new HypervisorError(kind, failures.map((failure) => failure.message).join('; '));
}

/** Kills a domain's QEMU, where it has one. */
export async function destroyIfRunning(hypervisor: Hypervisor, domain: string): Promise<void> {
  try {
    await hypervisor.destroy(domain);
  } catch (error) {
    if (!(error instanceof HypervisorError) || error.kind !== 'DOMAIN_NOT_RUNNING') throw error;
  }
}

interface Situation {
  readonly state: DomainState;
  readonly hardware: readonly string[];
  readonly snapshot: SnapshotInfo;
  /** Something has timed out: QEMU no longer answers, and libvirt waits for it in vain. */
  isHung: boolean;
}

interface RevertMethod {
  readonly name: RevertMethodName;
  suits(situation: Situation): boolean;
  run(hypervisor: Hypervisor, target: SnapshotTarget, situation: Situation): Promise<void>;
}

/** Fastest first. */
const methods: readonly RevertMethod[] = [
  {
    name: 'in-place',
    suits: ({ state, snapshot }) => hasQemu(state) && snapshot.domainState === 'running',
    run: revertInPlace,
  },
  {
    name: 'libvirt',
    suits: ({ isHung }) => !isHung,
    run: revertByLibvirt,
  },
  {
    name: 'restart',
    suits: () => true,
    async run(hypervisor, target) {
      await destroyIfRunning(hypervisor, target.domain);
      await revertByLibvirt(hypervisor, target);
    },
  },
];

async function readSituation(hypervisor: Hypervisor, target: SnapshotTarget): Promise<Situation> {
  const [state, { hardware }, snapshot] = await Promise.all([
    hypervisor.domainState(target.domain),
    hypervisor.domainInfo(target.domain),
    hypervisor.snapshotInfo(target),
  ]);
  return { state, hardware, snapshot, isHung: false };
}

function hasQemu(state: DomainState): boolean {
  return state === 'running' || state === 'paused' || state === 'crashed';
}

async function revertInPlace(
  hypervisor: Hypervisor,
  target: SnapshotTarget,
  { hardware, snapshot }: Situation,
): Promise<void> {
  requireSameHardware(hardware, snapshot.hardware);
  await hypervisor.loadInPlace(target);
  // QEMU goes on as it was before the load: one that stood still, stands still. Only here is it known that the
  // load went well: after a failed one the memory is garbage and must never run.
  if (!(await hypervisor.isExecuting(target.domain))) await hypervisor.resume(target.domain);
}

/** QEMU loads a snapshot of another processor or with a device less without a word, and the guest goes wrong later. */
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

/** No other way of reverting would do better. */
function isFinal(error: HypervisorError): boolean {
  switch (error.kind) {
    case 'DOMAIN_NOT_FOUND':
    case 'SNAPSHOT_NOT_FOUND':
    case 'LIBVIRT_UNAVAILABLE':
    case 'VIRSH_MISSING':
      return true;
    case 'DOMAIN_NOT_RUNNING':
    case 'SNAPSHOT_EXISTS':
    case 'FORCE_NEEDED':
    case 'TIMED_OUT':
    case 'CANCELLED':
    case 'OTHER':
      return false;
  }
}
