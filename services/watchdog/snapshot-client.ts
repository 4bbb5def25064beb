// The Watchdog's client of the Snapshot service: conditions of domains, reverts and new snapshots.

import { status } from '@grpc/grpc-js';
import {
  type Domain,
  DomainState,
  RevertMethod,
  SnapshotServiceService,
  StartDomainResponse_Method as StartMethod,
} from '../gen/pbot/vm/v1/snapshot.js';
import { type ClientAccess, connect } from '../lib/access/client-access.js';
import { type Address, formatAddress } from '../lib/config/address.js';
import { durationToMs } from '../lib/config/duration.js';
import { snapshotCommand } from '../lib/config/virsh-command.js';
import { enumTable } from '../lib/rpc/enum-table.js';
import { RpcError } from '../lib/rpc/error.js';

/** How a domain is. */
export type DomainCondition = 'running' | 'paused' | 'shut-off' | 'crashed' | 'other' | 'not-found';

/** What the Watchdog asks of the Snapshot service. What it throws has one sentence for the operator as its message. */
export interface SnapshotClient {
  getDomain(target: SnapshotTarget, signal: AbortSignal): Promise<DomainView>;
  /** In milliseconds, since its QEMU was started; `undefined` where it has none. */
  processorTimeMs(domain: string, signal: AbortSignal): Promise<number | undefined>;
  /**
   * Reverts a running or dead domain to its snapshot.
   *
   * @throws NoSnapshotError where it has none, and nothing was changed
   */
  revert(target: SnapshotTarget, signal: AbortSignal): Promise<Reversion>;
  /** Starts a domain that is off. */
  start(target: SnapshotTarget, signal: AbortSignal): Promise<Restoration>;
  /** Saves the running domain. */
  create(target: SnapshotTarget, signal: AbortSignal): Promise<void>;
}

/** What a look at a domain has shown. */
export interface DomainView {
  readonly condition: DomainCondition;
  /** What keeps it from being reverted, in words that follow its name; `undefined` where nothing does. */
  readonly obstacle: string | undefined;
}

/** A domain can't be reverted, since it has no snapshot. */
export class NoSnapshotError extends Error {
  override readonly name = 'NoSnapshotError';
  /** In words that follow the machine's name. */
  readonly obstacle: string;

  constructor(obstacle: string, options?: ErrorOptions) {
    super(`It ${obstacle}`, options);
    this.obstacle = obstacle;
  }
}

/** How a domain was made to run. */
export interface Restoration {
  /** As text for the operator. */
  readonly how: string;
  /** It has none any more, and a new one is to be taken when it is up. */
  readonly needsSnapshot: boolean;
}

/** How a domain was reverted. */
export interface Reversion extends Restoration {
  /** As metrics name it. */
  readonly method: string;
}

interface SnapshotTarget {
  readonly domain: string;
  readonly snapshot: string;
}

/** The Snapshot service at an address. It need not be there yet. */
export function connectSnapshot(options: {
  address: Address;
  access: ClientAccess;
}): SnapshotClient & { close(): void } {
  const client = connect(SnapshotServiceService, options);
  const answerOf = <T>(call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      throw explain(error, options.address);
    });
  return {
    async getDomain(target, signal) {
      try {
        const limits = { timeoutMs: askTimeoutMs, signal };
        const { domain } = await answerOf(client.getDomain({ domain: target.domain }, limits));
        const condition = conditions.fromWire(domain?.state) ?? 'other';
        return { condition, obstacle: domain && obstacleOf(domain, target) };
      } catch (error) {
        if (error instanceof RpcError && error.code === status.NOT_FOUND) {
          return { condition: 'not-found', obstacle: undefined };
        }
        throw error;
      }
    },
    async processorTimeMs(domain, signal) {
      const limits = { timeoutMs: askTimeoutMs, signal };
      const { processorTime } = await answerOf(client.getProcessorTime({ domain }, limits));
      return processorTime && durationToMs(processorTime);
    },
    async revert(target, signal) {
      const limits = { timeoutMs: changeTimeoutMs, connectMs, signal };
      const revert = answerOf(client.revertSnapshot(target, limits));
      const { method } = await revert.catch((error: unknown) => {
        throw noSnapshotErrorOf(error, target) ?? error;
      });
      return { ...revertMethods[method], needsSnapshot: method === RevertMethod.REBUILD };
    },
    async start(target, signal) {
      const limits = { timeoutMs: changeTimeoutMs, connectMs, signal };
      const { method } = await answerOf(client.startDomain(target, limits));
      return { how: startMethods[method], needsSnapshot: method === StartMethod.REBUILD };
    },
    async create(target, signal) {
      const limits = { timeoutMs: createTimeoutMs, signal };
      await answerOf(client.createSnapshot({ ...target, replace: true }, limits));
    },
    close: () => client.close(),
  };
}

/** A Snapshot service that is being restarted is back by then: a revert that waits for it has not failed. */
const connectMs = 1_000;

const askTimeoutMs = 10_000;

/** Longer than all ways of the Snapshot service together, each with its slowest step. */
const changeTimeoutMs = 300_000;

/** As long as the disk needs for the guest's memory. */
const createTimeoutMs = 340_000;

const conditions = enumTable({
  running: DomainState.RUNNING,
  paused: DomainState.PAUSED,
  'shut-off': DomainState.SHUT_OFF,
  crashed: DomainState.CRASHED,
  other: DomainState.OTHER,
});

const revertMethods: Record<RevertMethod, Pick<Reversion, 'method' | 'how'>> = {
  [RevertMethod.UNSPECIFIED]: { method: 'unknown', how: 'in an unknown way' },
  [RevertMethod.IN_PLACE]: { method: 'in-place', how: 'in place' },
  [RevertMethod.LIBVIRT]: { method: 'libvirt', how: 'by libvirt' },
  [RevertMethod.RESTART]: { method: 'restart', how: 'by a restart of QEMU' },
  [RevertMethod.REBUILD]: {
    method: 'rebuild',
    how: 'to its image, because its snapshot was of no use',
  },
};

const startMethods: Record<StartMethod, string> = {
  [StartMethod.UNSPECIFIED]: 'in an unknown way',
  [StartMethod.RUNNING]: 'by somebody else',
  [StartMethod.SNAPSHOT]: 'from its snapshot',
  [StartMethod.BOOT]: 'by a boot',
  [StartMethod.REBUILD]: 'from its image, because it had no snapshot',
};

/** One that pbot-vm has made is made again where all its snapshots are lost. */
function obstacleOf(domain: Domain, target: SnapshotTarget): string | undefined {
  const { snapshots, rebuildable, libvirtUri: uri } = domain;
  if (snapshots.includes(target.snapshot)) return undefined;
  if (rebuildable && snapshots.length === 0) return undefined;
  return `has no snapshot: ${snapshotCommand({ ...target, uri })}`;
}

function noSnapshotErrorOf(error: unknown, target: SnapshotTarget): Error | undefined {
  if (!(error instanceof RpcError) || error.reason !== 'SNAPSHOT_NOT_FOUND') return undefined;
  const uri = error.metadata['libvirt_uri'] ?? '';
  const obstacle = `has no snapshot: ${snapshotCommand({ ...target, uri })}`;
  return new NoSnapshotError(obstacle, { cause: error });
}

function explain(error: unknown, address: Address): Error {
  const rpcError = RpcError.from(error);
  if (!rpcError.isOfConnection) return rpcError;
  const where = formatAddress(address);
  return new Error(`The Snapshot service at ${where} can't be reached: is it running?`, {
    cause: error,
  });
}
