// A domain in memory that behaves as libvirt does.

import { pino } from 'pino';
import {
  type DiskLayer,
  type DomainInfo,
  type DomainState,
  type Hypervisor,
  HypervisorError,
  type HypervisorErrorKind,
  type LoadedDomain,
  type RevertSituation,
  type SnapshotInfo,
  type SnapshotTarget,
} from '../../../services/snapshot/hypervisor.js';

export const silentLog = pino({ level: 'silent' });

type Change =
  | 'createSnapshot'
  | 'deleteSnapshot'
  | 'revertToSnapshot'
  | 'loadInPlace'
  | 'start'
  | 'resume'
  | 'kill';

type Method = Change | 'domainInfo';

/** One domain, "pbot-vm", in memory. It behaves as libvirt does, and fails where it is told to. */
export class FakeHypervisor implements Hypervisor {
  state: DomainState;
  isStoppedBySignal = false;
  hardware: readonly string[] = ['<memory>512</memory>'];
  layer: DiskLayer | undefined;
  /** In the order that libvirt lists them. */
  snapshots: SnapshotInfo[];
  /** The changes that were asked for, with what is peculiar to each. */
  readonly calls: string[] = [];
  readonly #failures = new Map<Method, HypervisorError[]>();

  constructor(options: { state: DomainState; snapshots?: readonly SnapshotInfo[] }) {
    this.state = options.state;
    this.snapshots = [...(options.snapshots ?? [])];
  }

  /** The next call of the method fails; several failures are for several calls. */
  fail(method: Method, kind: HypervisorErrorKind, message = `${method} failed`): void {
    const failures = this.#failures.get(method) ?? [];
    this.#failures.set(method, [...failures, new HypervisorError(kind, message)]);
  }

  async domainState(domain: string): Promise<DomainState> {
    requireKnown(domain);
    return this.state;
  }

  async domainInfo(domain: string): Promise<DomainInfo> {
    requireKnown(domain);
    this.#failAsPrepared('domainInfo');
    return { type: 'qemu', hardware: this.hardware, layer: this.layer };
  }

  async processorTimeNs(domain: string): Promise<bigint | undefined> {
    requireKnown(domain);
    return this.state === 'running' ? 1_500_000_000n : undefined;
  }

  async snapshotNames(domain: string): Promise<string[]> {
    requireKnown(domain);
    return this.snapshots.map((snapshot) => snapshot.name);
  }

  async resetDisk(domain: string): Promise<void> {
    requireKnown(domain);
    this.calls.push('resetDisk');
    this.snapshots = [];
  }

  async snapshotInfo({ domain, snapshot }: SnapshotTarget): Promise<SnapshotInfo> {
    requireKnown(domain);
    const info = this.snapshots.find((candidate) => candidate.name === snapshot);
    if (info === undefined) throw new HypervisorError('SNAPSHOT_NOT_FOUND', 'no such snapshot');
    return info;
  }

  async revertSituation(target: SnapshotTarget): Promise<RevertSituation> {
    const snapshot = await this.snapshotInfo(target);
    const { state, isStoppedBySignal } = this;
    return { state, isStopped: isStoppedBySignal && state !== 'shut off', snapshot };
  }

  async createSnapshot({ snapshot }: SnapshotTarget): Promise<void> {
    this.#call('createSnapshot', snapshot);
    if (this.snapshots.some((candidate) => candidate.name === snapshot)) {
      throw new HypervisorError('SNAPSHOT_EXISTS', 'there is one');
    }
    this.snapshots.push(snapshotInfo({ name: snapshot }));
  }

  async deleteSnapshot(target: SnapshotTarget): Promise<void> {
    this.#call('deleteSnapshot', target.snapshot);
    const info = await this.snapshotInfo(target);
    this.snapshots = this.snapshots.filter((candidate) => candidate !== info);
  }

  async revertToSnapshot({ snapshot }: SnapshotTarget, options: { force: boolean }): Promise<void> {
    this.#call('revertToSnapshot', options.force ? `${snapshot} by force` : snapshot);
    this.state = 'running';
  }

  async loadInPlace(
    { snapshot }: SnapshotTarget,
    { isNew }: { isNew: boolean },
  ): Promise<LoadedDomain> {
    try {
      this.#call('loadInPlace', isNew ? `${snapshot} into a new QEMU` : snapshot);
      return { state: this.state, isExecuting: this.state === 'running' };
    } catch (error) {
      this.state = 'paused';
      throw error;
    }
  }

  async start(_domain: string, { paused } = { paused: false }): Promise<void> {
    this.#call('start', paused ? 'paused' : undefined);
    this.state = paused ? 'paused' : 'running';
  }

  async resume(): Promise<void> {
    this.#call('resume');
    this.state = 'running';
  }

  async kill(): Promise<void> {
    this.#call('kill');
    if (this.state === 'shut off') throw new HypervisorError('DOMAIN_NOT_RUNNING', 'it is off');
    this.state = 'shut off';
  }

  #call(method: Change, detail?: string): void {
    this.calls.push(detail === undefined ? method : `${method} ${detail}`);
    this.#failAsPrepared(method);
  }

  #failAsPrepared(method: Method): void {
    const failure = this.#failures.get(method)?.shift();
    if (failure !== undefined) throw failure;
  }
}

/** A snapshot of the fake's running domain. */
export function snapshotInfo(overrides: Partial<SnapshotInfo> = {}): SnapshotInfo {
  return {
    name: '1',
    createdAt: new Date('2026-11-22T09:00:00Z'),
    domainState: 'running',
    hardware: ['<memory>512</memory>'],
    ...overrides,
  };
}

function requireKnown(domain: string): void {
  if (domain !== 'pbot-vm') throw new HypervisorError('DOMAIN_NOT_FOUND', `no domain ${domain}`);
}
