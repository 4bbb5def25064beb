// Converts failures of libvirt and virsh into RpcErrors.

import { snapshotCommand } from '../lib/config/virsh-command.js';
import { RpcError } from '../lib/rpc/error.js';
import type { Reason } from '../lib/rpc/reasons.js';
import { HypervisorError, type HypervisorErrorKind } from './hypervisor.js';

/** What an operation was about, for the sentence and the metadata of its error. */
export interface ErrorContext {
  readonly uri: string;
  /** Empty where virsh finds the domain without. */
  readonly virshUri: string;
  readonly domain: string;
  /** Not given where the operation is about the domain alone. */
  readonly snapshot?: string;
}

/** Converts what an operation has thrown into what its caller gets: a constant to branch on, and a sentence with the remedy. */
export function toRpcError(error: unknown, context: ErrorContext): RpcError {
  if (!(error instanceof HypervisorError)) return RpcError.from(error);
  const { domain, snapshot, virshUri } = context;
  const isSnapshotAbsent = error.kind === 'SNAPSHOT_NOT_FOUND' && virshUri !== '';
  return new RpcError({
    reason: reasonOf(error.kind),
    message: sentence(error, context),
    metadata: {
      domain,
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(isSnapshotAbsent ? { libvirt_uri: virshUri } : {}),
    },
    cause: error,
  });
}

/** The domain may be of this libvirt, and is none of ours. */
export function notConfigured(domain: string): RpcError {
  return new RpcError({
    reason: 'DOMAIN_NOT_CONFIGURED',
    message: `Domain "${domain}" is none of the machines of this Snapshot service: name it in PBOTVM_DOMAIN or PBOTVM_MACHINES.`,
    metadata: { domain },
  });
}

/** The client has gone away, or its deadline has passed, while it waited for the mutex. */
export function cancelled(cause: unknown): RpcError {
  return new RpcError({
    reason: 'CANCELLED',
    message: 'The call was cancelled before anything was changed.',
    cause,
  });
}

function reasonOf(kind: HypervisorErrorKind): Reason {
  switch (kind) {
    case 'DOMAIN_NOT_FOUND':
    case 'SNAPSHOT_NOT_FOUND':
    case 'SNAPSHOT_EXISTS':
    case 'DOMAIN_NOT_RUNNING':
    case 'VIRSH_MISSING':
    case 'LIBVIRT_UNAVAILABLE':
    case 'TIMED_OUT':
    case 'CANCELLED':
      return kind;
    case 'SNAPSHOT_BROKEN':
    case 'FORCE_NEEDED':
    case 'OTHER':
      return 'VIRSH_FAILED';
  }
}

function sentence(error: HypervisorError, context: ErrorContext): string {
  const { uri, virshUri, domain, snapshot = '' } = context;
  switch (error.kind) {
    case 'DOMAIN_NOT_FOUND':
      return `libvirt at ${uri} has no domain "${domain}": "virsh -c ${uri} list --all" shows those it has.`;
    case 'SNAPSHOT_NOT_FOUND':
      return `Domain "${domain}" has no snapshot "${snapshot}": ${snapshotCommand({ uri: virshUri, domain, snapshot })}`;
    case 'SNAPSHOT_EXISTS':
      return `Domain "${domain}" has a snapshot "${snapshot}" already: replace it, or choose another name.`;
    case 'DOMAIN_NOT_RUNNING':
      return `Domain "${domain}" does not run (${error.message}): start it first.`;
    case 'VIRSH_MISSING':
      return 'virsh is not on the PATH of the Snapshot service: install the libvirt clients.';
    case 'LIBVIRT_UNAVAILABLE':
      return `Start libvirtd, or set PBOTVM_LIBVIRT_URI: ${uri} does not answer (${error.message}).`;
    case 'TIMED_OUT':
      return `libvirt or the QEMU of domain "${domain}" hangs (${error.message}).`;
    case 'CANCELLED':
      return 'The call was cancelled.';
    case 'SNAPSHOT_BROKEN':
    case 'FORCE_NEEDED':
    case 'OTHER':
      return `virsh failed: ${error.message}.`;
  }
}
