// Translates between the contract of the Snapshot service and its logic.

import { trace } from '@opentelemetry/api';
import {
  DomainState as DomainStateMessage,
  RevertMethod,
  type Snapshot,
  type SnapshotServiceServer,
  SnapshotServiceService,
  StartDomainResponse_Method as StartMethodMessage,
} from '../gen/pbot/vm/v1/snapshot.js';
import { durationFromMs } from '../lib/config/duration.js';
import { domainName, snapshotNameText } from '../lib/config/names.js';
import type { Clock } from '../lib/process/clock.js';
import type { KeyedMutex } from '../lib/process/keyed-mutex.js';
import type { Log } from '../lib/process/log.js';
import { enumTable } from '../lib/rpc/enum-table.js';
import { type FieldViolation, RpcError } from '../lib/rpc/error.js';
import { type CallContext, unary } from '../lib/rpc/handler.js';
import type { RpcService } from '../lib/rpc/server.js';
import { describeDomain, startDomain } from './domain.js';
import { cancelled, notConfigured, toRpcError } from './errors.js';
import type { Hypervisor, SnapshotInfo } from './hypervisor.js';
import { revertMeter } from './metrics.js';
import { quiesce } from './quiesce.js';
import { revertDomain } from './revert.js';
import { createSnapshot, listSnapshots } from './snapshots.js';

/** Two names and a flag fit into far less. */
export const maxRequestBytes = 16 * 1024;

export interface SnapshotServiceOptions {
  readonly hypervisor: Hypervisor;
  /** Nothing is done to any other domain of this libvirt. */
  readonly domains: ReadonlySet<string>;
  /** Lets one change at a time be made to a domain. */
  readonly mutex: KeyedMutex;
  /** Where the hypervisor is, for the sentences of errors. */
  readonly uri: string;
  /** The same for commands of virsh; empty where virsh finds it by itself. */
  readonly virshUri: string;
  readonly log: Log;
  /** Never steps. */
  readonly clock: Clock;
}

/**
 * pbot.vm.v1.SnapshotService. One change at a time is made to a domain. Others wait, as long as their clients do; reads
 * don't wait. A change that has begun goes on to its end, even when its client goes away.
 */
export function snapshotService(options: SnapshotServiceOptions): RpcService {
  const operations = new Operations(options);
  const implementation: SnapshotServiceServer = {
    ...changeHandlers(options, operations),
    ...readHandlers(options, operations),
  };
  return { definition: SnapshotServiceService, implementation };
}

type Changes = 'createSnapshot' | 'revertSnapshot' | 'deleteSnapshot' | 'startDomain';

function changeHandlers(
  { hypervisor, domains, clock, log }: SnapshotServiceOptions,
  operations: Operations,
): Pick<SnapshotServiceServer, Changes> {
  const measureRevert = revertMeter(() => clock.nowMs());
  return {
    createSnapshot: unary(log, async ({ domain, snapshot, replace }, context) => {
      const target = { domain, snapshot: snapshot || defaultSnapshot };
      requireOwn(target, domains);
      const operation = { name: 'CreateSnapshot', ...target };
      // Before the mutex is taken: a revert must not wait for that.
      const isIdle = await operations.read(operation, context, () =>
        quiesce(hypervisor, domain, clock),
      );
      if (!isIdle) log.warn(target, 'the domain is not idle: it is saved while it works');
      const { result, durationMs } = await operations.change(operation, context, () =>
        createSnapshot(hypervisor, target, { replace }),
      );
      return { snapshot: toSnapshotMessage(result), duration: durationFromMs(durationMs) };
    }),

    revertSnapshot: unary(log, async ({ domain, snapshot }, context) => {
      const target = { domain, snapshot: snapshot || defaultSnapshot };
      requireOwn(target, domains);
      const { result, durationMs } = await operations.change(
        { name: 'RevertSnapshot', ...target },
        context,
        () => measureRevert(() => revertDomain(hypervisor, target, log)),
      );
      return { method: revertMethods.toWire(result), duration: durationFromMs(durationMs) };
    }),

    deleteSnapshot: unary(log, async ({ domain, snapshot }, context) => {
      const target = { domain, snapshot };
      requireOwn(target, domains);
      await operations.change({ name: 'DeleteSnapshot', ...target }, context, () =>
        hypervisor.deleteSnapshot(target),
      );
      return {};
    }),

    startDomain: unary(log, async ({ domain, snapshot }, context) => {
      const target = { domain, snapshot: snapshot || defaultSnapshot };
      requireOwn(target, domains);
      const { result, durationMs } = await operations.change(
        { name: 'StartDomain', ...target },
        context,
        () => startDomain(hypervisor, target, log),
      );
      return { method: startMethods.toWire(result), duration: durationFromMs(durationMs) };
    }),
  };
}

type Reads = 'listSnapshots' | 'getDomain' | 'getProcessorTime';

function readHandlers(
  { hypervisor, domains, virshUri, log }: SnapshotServiceOptions,
  operations: Operations,
): Pick<SnapshotServiceServer, Reads> {
  return {
    listSnapshots: unary(log, async ({ domain }, context) => {
      requireOwn({ domain }, domains);
      const snapshots = await operations.read({ name: 'ListSnapshots', domain }, context, () =>
        listSnapshots(hypervisor, domain, context),
      );
      return { snapshots: snapshots.map(toSnapshotMessage) };
    }),

    getDomain: unary(log, async ({ domain }, context) => {
      requireOwn({ domain }, domains);
      const { state, type, snapshots, isRebuildable } = await operations.read(
        { name: 'GetDomain', domain },
        context,
        () => describeDomain(hypervisor, domain, context),
      );
      return {
        domain: {
          name: domain,
          state: domainStates.toWire(state),
          type,
          snapshots: [...snapshots],
          rebuildable: isRebuildable,
          libvirtUri: virshUri,
        },
      };
    }),

    getProcessorTime: unary(log, async ({ domain }, context) => {
      requireOwn({ domain }, domains);
      const timeNs = await operations.read({ name: 'GetProcessorTime', domain }, context, () =>
        hypervisor.processorTimeNs(domain, context),
      );
      return {
        processorTime: timeNs === undefined ? undefined : durationFromMs(Number(timeNs) / 1e6),
      };
    }),
  };
}

interface Operation {
  readonly name: string;
  readonly domain: string;
  readonly snapshot?: string;
}

/** Runs operations: waits until the domain is free, measures, logs, and throws only RpcErrors. */
class Operations {
  readonly #options: SnapshotServiceOptions;

  constructor(options: SnapshotServiceOptions) {
    this.#options = options;
  }

  /** The duration, in milliseconds, does not include the wait for the mutex. */
  async change<T>(
    operation: Operation,
    { signal }: CallContext,
    task: () => Promise<T>,
  ): Promise<{ result: T; durationMs: number }> {
    try {
      return await this.#options.mutex.run(operation.domain, signal, () =>
        this.#measure(operation, task),
      );
    } catch (error) {
      throw error instanceof RpcError ? error : cancelled(error);
    }
  }

  async read<T>(operation: Operation, { signal }: CallContext, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw signal.aborted ? cancelled(error) : this.#failure(operation, error);
    }
  }

  /** @throws RpcError */
  async #measure<T>(
    operation: Operation,
    task: () => Promise<T>,
  ): Promise<{ result: T; durationMs: number }> {
    const { name, ...target } = operation;
    const begin = this.#options.clock.nowMs();
    try {
      const result = await task();
      const durationMs = this.#options.clock.nowMs() - begin;
      const method = typeof result === 'string' ? { method: result } : {};
      this.#options.log.info({ ...target, ...method, durationMs: Math.round(durationMs) }, name);
      trace.getActiveSpan()?.setAttributes(spanAttributes({ ...target, ...method }));
      return { result, durationMs };
    } catch (error) {
      throw this.#failure(operation, error);
    }
  }

  #failure({ name, ...target }: Operation, error: unknown): RpcError {
    const { uri, virshUri } = this.#options;
    const rpcError = toRpcError(error, { uri, virshUri, ...target });
    const { reason, message } = rpcError;
    this.#options.log.warn({ ...target, reason, failure: message }, `${name} failed`);
    return rpcError;
  }
}

function spanAttributes(facts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [`pbotvm.${name}`, value]),
  );
}

const defaultSnapshot = '1';

/** @throws RpcError where a name is invalid, or the domain is none of our machines */
function requireOwn(
  target: { domain: string; snapshot?: string },
  domains: ReadonlySet<string>,
): void {
  requireValid(target);
  if (!domains.has(target.domain)) throw notConfigured(target.domain);
}

function requireValid(target: { domain: string; snapshot?: string }): void {
  const violations: FieldViolation[] = [];
  const domain = violationOfDomain(target.domain);
  if (domain !== undefined) violations.push({ field: 'domain', description: domain });
  if (target.snapshot !== undefined) {
    const snapshot = violationOfSnapshot(target.snapshot);
    if (snapshot !== undefined) violations.push({ field: 'snapshot', description: snapshot });
  }
  if (violations.length > 0) throw RpcError.badRequest(violations);
}

function violationOfDomain(domain: string): string | undefined {
  if (domain === '') return 'is required';
  // virsh would read these as the number or the UUID of another domain.
  if (/^\d+$/.test(domain)) return 'must not be a number alone';
  if (/^[0-9a-f]{32}$/i.test(domain.replaceAll('-', ''))) return 'must not look like a UUID';
  return domainName.safeParse(domain).error?.issues[0]?.message;
}

function violationOfSnapshot(snapshot: string): string | undefined {
  if (snapshot === '') return 'is required';
  return snapshotNameText.safeParse(snapshot).error?.issues[0]?.message;
}

function toSnapshotMessage(snapshot: SnapshotInfo): Snapshot {
  const { name, createdAt, domainState } = snapshot;
  return { name, createTime: createdAt, domainState };
}

const domainStates = enumTable({
  running: DomainStateMessage.RUNNING,
  paused: DomainStateMessage.PAUSED,
  'shut off': DomainStateMessage.SHUT_OFF,
  crashed: DomainStateMessage.CRASHED,
  other: DomainStateMessage.OTHER,
});

const revertMethods = enumTable({
  'in-place': RevertMethod.IN_PLACE,
  libvirt: RevertMethod.LIBVIRT,
  restart: RevertMethod.RESTART,
  rebuild: RevertMethod.REBUILD,
});

const startMethods = enumTable({
  running: StartMethodMessage.RUNNING,
  snapshot: StartMethodMessage.SNAPSHOT,
  boot: StartMethodMessage.BOOT,
  rebuild: StartMethodMessage.REBUILD,
});
