// Reads the output of virsh: states, definitions, snapshots, failures.

import * as z from 'zod';
import {
  type DiskLayer,
  type DomainInfo,
  type DomainState,
  HypervisorError,
  type HypervisorErrorKind,
  type LoadedDomain,
  type RevertSituation,
  type SnapshotInfo,
} from './hypervisor.js';
import { attributesOf, between } from './libvirt-xml.js';

/** Reads `virsh domstate`. */
export function parseDomainState(stdout: string): DomainState {
  const state = stdout.trim();
  switch (state) {
    case 'running':
    case 'paused':
    case 'shut off':
    case 'crashed':
      return state;
    default:
      return 'other';
  }
}

/**
 * Reads `virsh dumpxml`.
 *
 * @throws HypervisorError
 */
export function parseDomainInfo(xml: string): DomainInfo {
  const { type = '' } = attributesOf(xml, /<domain\s/);
  if (type === '') throw unexpected('dumpxml');
  return { type, hardware: hardwareOf(xml), layer: layerOf(xml) };
}

/** Reads `virsh domstats --cpu-total`: nanoseconds. A domain that is off has none. */
export function parseProcessorTime(stdout: string): bigint | undefined {
  const digits = /^[ \t]*cpu\.time=(\d{1,19})$/m.exec(stdout)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** Reads `virsh snapshot-list --name`. */
export function parseSnapshotNames(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line !== '');
}

/**
 * Reads `virsh snapshot-dumpxml` of the snapshot of that name.
 *
 * @throws HypervisorError
 */
export function parseSnapshotInfo(name: string, xml: string): SnapshotInfo {
  // The snapshot's own elements stand before those of the domain that it holds.
  const createdSeconds = /<creationTime>(\d{1,12})<\/creationTime>/.exec(xml)?.[1];
  const domainState = between(xml, /<state>/, '</state>');
  if (createdSeconds === undefined || domainState === undefined) {
    throw unexpected('snapshot-dumpxml');
  }
  return {
    name,
    createdAt: new Date(Number(createdSeconds) * 1000),
    domainState,
    hardware: hardwareOf(withRunningCpu(xml)),
  };
}

/**
 * Reads `domstate` and `snapshot-dumpxml` of the snapshot of that name, one behind the other.
 *
 * @throws HypervisorError
 */
export function parseRevertSituation(
  snapshotName: string,
  stdout: string,
): Omit<RevertSituation, 'isStopped'> {
  const snapshotAt = stdout.search(/^<domainsnapshot>/m);
  if (snapshotAt === -1) throw unexpected('snapshot-dumpxml');
  return {
    state: parseDomainState(stdout.slice(0, snapshotAt)),
    snapshot: parseSnapshotInfo(snapshotName, stdout.slice(snapshotAt)),
  };
}

/**
 * Reads the answers to the human monitor's `loadvm`, to the QMP command `query-status` and to `domstate`, in this order. The
 * human monitor prints nothing when all went well, and virsh takes whatever it prints for a success.
 *
 * @throws HypervisorError
 */
export function parseLoad(stdout: string): LoadedDomain {
  const lines = stdout.trimEnd().split('\n');
  const [status = '', state = ''] = lines.slice(-2);
  const failure = lines
    .slice(0, -2)
    .map((line) => line.trim())
    .find((line) => line !== '');
  if (failure !== undefined) throw new HypervisorError('SNAPSHOT_BROKEN', `loadvm: ${failure}`);
  return { state: parseDomainState(state), isExecuting: parseQueryStatus(status) };
}

function parseQueryStatus(line: string): boolean {
  try {
    return queryStatus.parse(JSON.parse(line)).return.running;
  } catch (cause) {
    throw unexpected('qemu-monitor-command', { cause });
  }
}

/** Reads what a virsh that failed wrote on stderr, in the C locale. */
export function parseFailure(stderr: string): HypervisorError {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^error: /, '').trim())
    .filter((line) => line !== '');
  // Several commands that fail for one reason all print it.
  const message = [...new Set(lines)].join(': ').slice(0, maxMessageLength);
  const kind = failures.find(([pattern]) => pattern.test(message))?.[1] ?? 'OTHER';
  return new HypervisorError(kind, message === '' ? 'virsh failed without a message' : message);
}

const maxMessageLength = 500;

const queryStatus = z.object({ return: z.object({ running: z.boolean() }) });

/** The first pattern that matches counts: a lost connection is reported together with what was being done. */
const failures: readonly (readonly [RegExp, HypervisorErrorKind])[] = [
  [/failed to (re)?connect to the hypervisor/i, 'LIBVIRT_UNAVAILABLE'],
  // A virsh that stays says so beside the answer, when libvirt was restarted.
  [/^(Disconnected from|Reconnected to the hypervisor)/, 'LIBVIRT_UNAVAILABLE'],
  [/client socket is closed|End of file while reading data/, 'LIBVIRT_UNAVAILABLE'],
  [/failed to get domain|Domain not found/, 'DOMAIN_NOT_FOUND'],
  [/Domain snapshot not found/, 'SNAPSHOT_NOT_FOUND'],
  [/domain (moment|snapshot) \S+ already exists/, 'SNAPSHOT_EXISTS'],
  [/domain is not running/, 'DOMAIN_NOT_RUNNING'],
  [/revert requires force/, 'FORCE_NEEDED'],
  [/Timed out during operation|cannot acquire state change lock/, 'TIMED_OUT'],
];

/**
 * The lines of the first domain in a document that say what the guest sees as its machine, in an order of their own:
 * libvirt writes the devices of a live domain and of a snapshot in different orders.
 */
function hardwareOf(xml: string): string[] {
  const domain = between(xml, /<domain\s/, '</domain>') ?? '';
  return domain
    .split('\n')
    .map((line) => line.trim().replace(/ state=['"](dis)?connected['"]/, ''))
    .filter((line) => hardwareLine.test(line))
    .sort();
}

/** What `pbot-vm up` has written into the definition of a machine that it made. */
function layerOf(xml: string): DiskLayer | undefined {
  const { path, base: basePath } = attributesOf(xml, /<pbotvm:layer\s/);
  // A definition that was copied speaks of the disk of another domain.
  const { file: ownPath } = attributesOf(xml, /<source\s(?=file=)/);
  if (path === undefined || basePath === undefined || path !== ownPath) return undefined;
  return { path, basePath };
}

const hardwareLine =
  /^<(memory|vcpu|type|model|feature|topology|address|target type|qemu:arg|qemu:env)\b/;

/**
 * A snapshot holds its processor as the domain asked for it. Where the running one differed, a cookie holds that, and
 * that is what a live domain shows.
 */
function withRunningCpu(xml: string): string {
  const cookieAt = xml.indexOf('<cookie>');
  const cookie = cookieAt === -1 ? '' : xml.slice(cookieAt);
  const running = between(cookie, /<cpu\b/, '</cpu>');
  const asked = between(xml, /<cpu\b/, '</cpu>');
  return running === undefined || asked === undefined ? xml : xml.replace(asked, () => running);
}

function unexpected(command: string, options?: ErrorOptions): HypervisorError {
  return new HypervisorError('OTHER', `virsh ${command} gave an answer of another form`, options);
}
