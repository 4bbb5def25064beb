import { status } from '@grpc/grpc-js';
import {
  DomainState,
  RevertMethod,
  SnapshotServiceService,
  StartDomainResponse_Method as StartMethod,
} from '../gen/pbot/vm/v1/snapshot.js';
import { type ClientAccess, connect } from '../lib/access/client-access.js';
import { type Address, formatAddress } from '../lib/config/address.js';
import { durationToMs } from '../lib/config/duration.js';
import { RpcError } from '../lib/rpc/error.js';

/** How a domain is. */
export type DomainCondition = 'running' | 'paused' | 'shut-off' | 'crashed' | 'other' | 'not-found';

/** What the Watchdog asks of the Snapshot service. What it throws has one sentence for the operator as its message. */
export interface SnapshotClient {
  getDomain(domain: string, signal: AbortSignal): Promise<DomainCondition>;
  /** In milliseconds, since its QEMU was started; `undefined` where it has none. */
  processorTimeMs(domain: string, signal: AbortSignal): Promise<number | undefined>;
  /** Puts a running or dead domain back to its snapshot. */
  revert(target: SnapshotTarget, signal: AbortSignal): Promise<Restoration>;
  /** Starts a domain that is off. */
  start(target: SnapshotTarget, signal: AbortSignal): Promise<Restoration>;
  /** Saves the running domain. */
  create(target: SnapshotTarget, signal: AbortSignal): Promise<void>;
}

/** How a domain was made to run. */
export interface Restoration {
  /** In words. */
  readonly how: string;
  /** It has none any more, and a new one is to be taken when it is up. */
  readonly needsSnapshot: boolean;
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
  const where = formatAddress(options.address);
  return {
    async getDomain(domain, signal) {
      const options = { timeoutMs: 10_000, signal };
      try {
        const { domain: found } = await client.getDomain({ domain }, options);
        return conditions[found?.state ?? DomainState.OTHER];
      } catch (error) {
        if (RpcError.from(error).code === status.NOT_FOUND) return 'not-found';
        throw explain(error, where);
      }
    },
    async processorTimeMs(domain, signal) {
      const options = { timeoutMs: 10_000, signal };
      const request = { domain };
      try {
        const { processorTime } = await client.getProcessorTime(request, options);
        return processorTime && durationToMs(processorTime);
      } catch (error) {
        throw explain(error, where);
      }
    },
    async revert(target, signal) {
      const options = { timeoutMs: changeTimeoutMs, signal };
      try {
        const response = await client.revertSnapshot(target, options);
        const needsSnapshot = response.method === RevertMethod.REBUILD;
        return { how: revertMethods[response.method], needsSnapshot };
      } catch (error) {
        throw explain(error, where);
      }
    },
    async start(target, signal) {
      const options = { timeoutMs: changeTimeoutMs, signal };
      try {
        const response = await client.startDomain(target, options);
        const needsSnapshot = response.method === StartMethod.REBUILD;
        return { how: startMethods[response.method], needsSnapshot };
      } catch (error) {
        throw explain(error, where);
      }
    },
    async create(target, signal) {
      const options = { timeoutMs: createTimeoutMs, signal };
      try {
        const request = { ...target, replace: true };
        await client.createSnapshot(request, options);
      } catch (error) {
        throw explain(error, where);
      }
    },
    close: () => client.close(),
  };
}

/** Longer than all ways of the Snapshot service together, each with its slowest step. */
const changeTimeoutMs = 300_000;

/** As long as the disk needs for the guest's memory. */
const createTimeoutMs = 340_000;

const conditions: Record<DomainState, DomainCondition> = {
  [DomainState.UNSPECIFIED]: 'other',
  [DomainState.RUNNING]: 'running',
  [DomainState.PAUSED]: 'paused',
  [DomainState.SHUT_OFF]: 'shut-off',
  [DomainState.CRASHED]: 'crashed',
  [DomainState.OTHER]: 'other',
};

const revertMethods: Record<RevertMethod, string> = {
  [RevertMethod.UNSPECIFIED]: 'in an unknown way',
  [RevertMethod.IN_PLACE]: 'in place',
  [RevertMethod.LIBVIRT]: 'by libvirt',
  [RevertMethod.RESTART]: 'by a restart of QEMU',
  [RevertMethod.REBUILD]: 'to its image, because its snapshot was of no use',
};

const startMethods: Record<StartMethod, string> = {
  [StartMethod.UNSPECIFIED]: 'in an unknown way',
  [StartMethod.RUNNING]: 'by somebody else',
  [StartMethod.SNAPSHOT]: 'from its snapshot',
  [StartMethod.BOOT]: 'by a boot',
  [StartMethod.REBUILD]: 'from its image, because it had no snapshot',
};

function explain(error: unknown, where: string): Error {
  const rpcError = RpcError.from(error);
  // Without an ErrorInfo the status comes from the connection, not from the service.
  if (rpcError.code === status.UNAVAILABLE && rpcError.reason === 'UNAVAILABLE') {
    const message = `The Snapshot service at ${where} can't be reached: is it running?`;
    return new Error(message, { cause: error });
  }
  return rpcError;
}
