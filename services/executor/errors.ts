// The errors that clients of the Executor get instead of a result.

import { RpcError } from '../lib/rpc/error.js';
import type { Violation } from './admission/violation.js';

/** Nothing of the program has begun: the same request may be sent again. */
const notStarted = { execution: 'NOT_STARTED' };

/** The program may have run, in part or whole. */
const outcomeUnknown = { execution: 'OUTCOME_UNKNOWN' };

export function invalidProgram(violations: readonly Violation[]): RpcError {
  return RpcError.badRequest(violations, notStarted);
}

/** A message of a client that came after its program was started. */
export function invalidMessage(violation: Violation): RpcError {
  return RpcError.badRequest([violation], outcomeUnknown);
}

export function languageNotSupported(language: string, supported: readonly string[]): RpcError {
  const languages = supported.join(', ');
  return new RpcError({
    reason: 'LANGUAGE_NOT_SUPPORTED',
    message: `Language '${language}' is not supported.\nSupported languages are: ${languages}`,
    metadata: { ...notStarted, language, languages },
    violations: [{ field: 'program.language', description: `is not one of ${languages}` }],
  });
}

/** Why no machine takes work. */
export interface Unreadiness {
  /** What each machine does, in words for the client. */
  readonly detail: string;
  /** Whether somebody must act first: the detail ends with the command. */
  readonly isLasting: boolean;
}

/** @param waitedMs how long the request has waited for one, if it has */
export function machineNotReady({ detail, isLasting }: Unreadiness, waitedMs = 0): RpcError {
  const wait = waitedMs === 0 ? 'is ready' : `became ready within ${waitedMs / 1000} s`;
  return new RpcError({
    reason: 'MACHINE_NOT_READY',
    message: `No machine ${wait}: ${detail}${isLasting ? '' : '.'}`,
    metadata: { ...notStarted, ...(isLasting ? { obstacle: detail } : {}) },
  });
}

export function queueFull(waiting: number): RpcError {
  return new RpcError({
    reason: 'QUEUE_FULL',
    message: `All machines are busy, and ${waiting} executions are waiting already.`,
    metadata: { ...notStarted, waiting: String(waiting) },
  });
}

export function drained(): RpcError {
  return new RpcError({
    reason: 'DRAINED',
    message: 'The Executor is drained: its operator has it take no new executions.',
    metadata: notStarted,
  });
}

export function shuttingDown(): RpcError {
  return new RpcError({
    reason: 'SHUTTING_DOWN',
    message: 'The Executor is shutting down.',
    metadata: notStarted,
  });
}

export function cancelled(): RpcError {
  return new RpcError({
    reason: 'CANCELLED',
    message: 'The client has gone away before a machine was free.',
    metadata: notStarted,
  });
}

export function refusedByGuest(machine: string, detail: string): RpcError {
  return new RpcError({
    reason: 'REFUSED_BY_GUEST',
    message: `The machine has refused the execution: ${detail}.`,
    metadata: { ...notStarted, machine },
  });
}

export function machineLost(machine: string, detail: string): RpcError {
  return new RpcError({
    reason: 'MACHINE_LOST',
    message: `The machine was lost while the program ran: ${detail}.`,
    metadata: { ...outcomeUnknown, machine },
  });
}
