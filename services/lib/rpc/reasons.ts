// Every reason that an error of our services may have, with its gRPC code. Clients branch on reasons, so that each keeps its
// name and its meaning. The table of reasons in the documents is made from this one.

import { status } from '@grpc/grpc-js';

export interface ReasonDeclaration {
  readonly code: status;
  /** Whether the program has started, as the metadata `execution` says. */
  readonly execution?: string;
  /** The same call may work after this time. */
  readonly retryDelayMs?: number;
  /** What the document says about a delay that differs from call to call. */
  readonly retryText?: string;
  readonly description: string;
}

/** What `execution` says of an error that may come before or after the start. */
const startOf = 'NOT_STARTED; OUTCOME_UNKNOWN for a program that runs';

/** The reasons by the service that sends them. */
export const reasons = {
  Executor: {
    LANGUAGE_NOT_SUPPORTED: {
      code: status.INVALID_ARGUMENT,
      execution: 'NOT_STARTED',
      description: 'With `language`, `languages`; `BadRequest`',
    },
    MACHINE_NOT_READY: {
      code: status.UNAVAILABLE,
      execution: 'NOT_STARTED',
      retryDelayMs: 1000,
      description: 'No machine takes work; with `obstacle` where somebody must act first',
    },
    QUEUE_FULL: {
      code: status.RESOURCE_EXHAUSTED,
      execution: 'NOT_STARTED',
      retryDelayMs: 1000,
      description: 'With `waiting`',
    },
    DRAINED: {
      code: status.UNAVAILABLE,
      execution: 'NOT_STARTED',
      retryDelayMs: 2000,
      description: 'An operator has drained the Executor; another host, or the same after `resume`',
    },
    SHUTTING_DOWN: {
      code: status.UNAVAILABLE,
      execution: 'NOT_STARTED',
      retryDelayMs: 2000,
      description: 'The Executor is stopping',
    },
    REFUSED_BY_GUEST: {
      code: status.INTERNAL,
      execution: 'NOT_STARTED',
      description: 'With `machine`',
    },
    MACHINE_LOST: {
      code: status.UNAVAILABLE,
      execution: 'OUTCOME_UNKNOWN',
      description: 'With `machine`',
    },
  },
  Watchdog: {
    MACHINE_NOT_FOUND: { code: status.NOT_FOUND, description: 'With `machine`' },
    GENERATION_UNKNOWN: {
      code: status.FAILED_PRECONDITION,
      description:
        'A fault of a generation that never existed; with `machine`, `generation`, `current_generation`',
    },
    REVERT_DISABLED: {
      code: status.FAILED_PRECONDITION,
      description: '`PBOTVM_NOREVERT` is set, or `PBOTVM_REVERT=never`',
    },
    REVERT_FAILED: {
      code: status.ABORTED,
      description: 'The awaited revert failed; the machine is offline or goes on as it is',
    },
    REVERT_UNFINISHED: {
      code: status.UNAVAILABLE,
      description: 'The revert is no longer awaited, and may still succeed',
    },
    WATCHDOG_STOPPING: {
      code: status.UNAVAILABLE,
      retryDelayMs: 1000,
      description: 'The Watchdog accepts no more faults',
    },
  },
  'Snapshot service': {
    DOMAIN_NOT_FOUND: {
      code: status.NOT_FOUND,
      description: 'With `domain`; so are the reasons below, and with `snapshot`',
    },
    DOMAIN_NOT_CONFIGURED: {
      code: status.PERMISSION_DENIED,
      description: 'The domain is none of the configured machines',
    },
    SNAPSHOT_NOT_FOUND: {
      code: status.NOT_FOUND,
      description: 'The domain has no such snapshot; with `libvirt_uri` where virsh needs it',
    },
    SNAPSHOT_EXISTS: {
      code: status.ALREADY_EXISTS,
      description: 'And `replace` was not given',
    },
    DOMAIN_NOT_RUNNING: { code: status.FAILED_PRECONDITION, description: 'The domain is off' },
    VIRSH_MISSING: { code: status.FAILED_PRECONDITION, description: 'virsh is not installed' },
    LIBVIRT_UNAVAILABLE: {
      code: status.UNAVAILABLE,
      retryDelayMs: 1000,
      description: 'libvirt does not answer',
    },
    TIMED_OUT: { code: status.DEADLINE_EXCEEDED, description: 'libvirt or QEMU hangs' },
    VIRSH_FAILED: { code: status.INTERNAL, description: 'Anything else that virsh reports' },
  },
  'All services, beyond loopback': {
    TOKEN_MISSING: {
      code: status.UNAUTHENTICATED,
      execution: 'NOT_STARTED',
      description: 'The call has no token',
    },
    TOKEN_UNKNOWN: {
      code: status.UNAUTHENTICATED,
      execution: 'NOT_STARTED',
      description: 'The service does not know the token',
    },
    SERVICE_NOT_ALLOWED: {
      code: status.PERMISSION_DENIED,
      execution: 'NOT_STARTED',
      description: 'With `token` (its name), `service`',
    },
    RATE_EXCEEDED: {
      code: status.RESOURCE_EXHAUSTED,
      execution: 'NOT_STARTED',
      retryText: 'when the rate allows',
      description: 'With `token`, `rate`',
    },
    CONCURRENCY_EXCEEDED: {
      code: status.RESOURCE_EXHAUSTED,
      execution: 'NOT_STARTED',
      // An execution lasts seconds.
      retryDelayMs: 1000,
      description: 'With `token`, `concurrency`',
    },
  },
  'All services': {
    INVALID_REQUEST: {
      code: status.INVALID_ARGUMENT,
      execution: startOf,
      description: 'A field is missing, invalid or over its limit; `BadRequest` names it',
    },
    CANCELLED: {
      code: status.CANCELLED,
      execution: 'NOT_STARTED',
      description: 'The client went away while it waited; nothing was changed',
    },
    REQUEST_INCOMPLETE: {
      code: status.DEADLINE_EXCEEDED,
      execution: 'NOT_STARTED',
      description: 'The whole request has not arrived within 60 s',
    },
    DEADLINE_EXCEEDED: {
      code: status.DEADLINE_EXCEEDED,
      execution: startOf,
      description: 'The deadline of the call has passed',
    },
    TIMEOUT_INVALID: {
      code: status.INVALID_ARGUMENT,
      execution: 'NOT_STARTED',
      description: 'The header `grpc-timeout` is malformed',
    },
    MESSAGE_TOO_LARGE: {
      code: status.INVALID_ARGUMENT,
      execution: startOf,
      description: 'A message is larger than any valid one; with `bytes`, `limit`',
    },
    MESSAGE_UNREADABLE: {
      code: status.INTERNAL,
      execution: startOf,
      description:
        'A message is not of the type that the method takes, or its flag is not 0 and no `grpc-encoding` explains it',
    },
    MESSAGE_COUNT_WRONG: {
      code: status.UNIMPLEMENTED,
      execution: 'NOT_STARTED',
      description: 'The method takes one message, and none or several came',
    },
    COMPRESSION_UNSUPPORTED: {
      code: status.UNIMPLEMENTED,
      execution: startOf,
      description: 'A message is compressed; `grpc-accept-encoding` says `identity`',
    },
    METHOD_UNKNOWN: {
      code: status.UNIMPLEMENTED,
      execution: 'NOT_STARTED',
      description: 'With `method`: the path of the call names none of this server',
    },
    INTERNAL: {
      code: status.INTERNAL,
      description: 'A defect of the service; the log has the details',
    },
    SERVICE_UNKNOWN: {
      code: status.NOT_FOUND,
      description: 'A health check of a service that is not here',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ReasonDeclaration>>>>;

type Sections = typeof reasons;

export type Reason = { [S in keyof Sections]: keyof Sections[S] }[keyof Sections];

const declarations: ReadonlyMap<string, ReasonDeclaration> = new Map(
  Object.values(reasons).flatMap((section) => Object.entries<ReasonDeclaration>(section)),
);

/** The gRPC code of a reason, and the delay of a retry if the same call may work later. */
export function statusOf(reason: Reason): {
  readonly code: status;
  readonly retryDelayMs?: number;
} {
  const declared = declarations.get(reason);
  if (declared === undefined) return { code: status.INTERNAL };
  const { code, retryDelayMs } = declared;
  return { code, ...(retryDelayMs === undefined ? {} : { retryDelayMs }) };
}
