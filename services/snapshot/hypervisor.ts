// What the logic of the Snapshot service needs from libvirt, and how libvirt fails.

/** State of a domain in libvirt's words. `other` stands for the rare rest: idle, in shutdown, pmsuspended. */
export type DomainState = 'running' | 'paused' | 'shut off' | 'crashed' | 'other';

export interface SnapshotInfo {
  readonly name: string;
  readonly createdAt: Date;
  /** In libvirt's words: `running` holds memory, `shutoff` does not. */
  readonly domainState: string;
  /** The hardware that its memory image belongs to, to be compared with `DomainInfo.hardware`. */
  readonly hardware: readonly string[];
}

export interface DomainInfo {
  /** `kvm` or `qemu` (emulation). */
  readonly type: string;
  /** What the guest sees as its machine, one line a part. */
  readonly hardware: readonly string[];
  /** Present where the disk may be thrown away, because all that is worth something is in its base. */
  readonly layer: DiskLayer | undefined;
}

/** A domain as a revert finds it. */
export interface RevertSituation {
  readonly state: DomainState;
  /** Whether a signal has stopped its QEMU, which answers nothing then. `false` also where nobody can tell. */
  readonly isStopped: boolean;
  readonly snapshot: SnapshotInfo;
}

/** A domain after a load that went well. */
export interface LoadedDomain {
  readonly state: DomainState;
  /** Whether QEMU itself says that the processors run. */
  readonly isExecuting: boolean;
}

/** A disk that is a copy-on-write layer over an image. */
export interface DiskLayer {
  readonly path: string;
  readonly basePath: string;
}

export type HypervisorErrorKind =
  | 'DOMAIN_NOT_FOUND'
  | 'DOMAIN_NOT_RUNNING'
  | 'SNAPSHOT_NOT_FOUND'
  | 'SNAPSHOT_EXISTS'
  /** QEMU runs, and can't load it. */
  | 'SNAPSHOT_BROKEN'
  /** libvirt wants to be forced, because the revert throws away the running QEMU. */
  | 'FORCE_NEEDED'
  | 'LIBVIRT_UNAVAILABLE'
  | 'VIRSH_MISSING'
  | 'TIMED_OUT'
  | 'CANCELLED'
  | 'OTHER';

/** An operation on a domain failed. The message is one line without a full stop, as libvirt says it. */
export class HypervisorError extends Error {
  override readonly name = 'HypervisorError';
  readonly kind: HypervisorErrorKind;

  constructor(kind: HypervisorErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/**
 * What the logic needs from libvirt. Every method rejects with HypervisorError. Only reads take a signal: a change
 * that is cut half-way leaves a domain in a state that nobody asked for.
 */
export interface Hypervisor {
  domainState(domain: string, options?: ReadOptions): Promise<DomainState>;
  /** Since libvirt 12 it times out where the domain's QEMU answers nothing. */
  domainInfo(domain: string, options?: ReadOptions): Promise<DomainInfo>;
  /** In nanoseconds, since its QEMU was started; `undefined` where it has none. */
  processorTimeNs(domain: string, options?: ReadOptions): Promise<bigint | undefined>;
  /** Parents before their children. */
  snapshotNames(domain: string, options?: ReadOptions): Promise<string[]>;
  snapshotInfo(target: SnapshotTarget, options?: ReadOptions): Promise<SnapshotInfo>;
  /** libvirt answers this whatever state the domain's QEMU is in. */
  revertSituation(target: SnapshotTarget): Promise<RevertSituation>;
  createSnapshot(target: SnapshotTarget): Promise<void>;
  deleteSnapshot(target: SnapshotTarget): Promise<void>;
  /** Reverts the domain by way of libvirt, and lets it run. */
  revertToSnapshot(target: SnapshotTarget, options: { force: boolean }): Promise<void>;
  /**
   * Loads the snapshot into the running QEMU. After a failure the domain stands still, its memory garbage. `isNew`: that
   * QEMU has just started. It can't hang yet, and all memory of the machine is new to the host.
   */
  loadInPlace(target: SnapshotTarget, options: { isNew: boolean }): Promise<LoadedDomain>;
  /** `paused`: QEMU is there, and the guest does nothing yet. */
  start(domain: string, options?: { paused: boolean }): Promise<void>;
  resume(domain: string): Promise<void>;
  /** Forgets the domain's snapshots, and makes its disk a new layer over the image. The domain must be off. */
  resetDisk(domain: string, layer: DiskLayer): Promise<void>;
  /** Kills the domain's QEMU, even one that is stopped or hangs. Resolves when libvirt has seen it. */
  kill(domain: string): Promise<void>;
}

export interface SnapshotTarget {
  readonly domain: string;
  readonly snapshot: string;
}
