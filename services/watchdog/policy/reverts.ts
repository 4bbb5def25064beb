// Faults and reverts: what a fault leads to, how often reverts are tried, and when the machine is given up.

import type { FaultReason, ReportVerdict } from '../machine-state.js';
import { noteSnapshot, onRevertImpossible } from './obstacle.js';
import { awaitBeat, goOffline, revertNow, revertOrDelay } from './phases.js';
import type { OfflineCause, RecoveryEvent } from './state.js';
import { firstBeatAwaited, notReverted } from './texts.js';
import type { Turn } from './turn.js';

interface FaultOfMachine {
  readonly reason: FaultReason;
  readonly detail: string;
}

export function onFaultReported(
  turn: Turn,
  fault: Extract<RecoveryEvent, { kind: 'fault-reported' }>,
  verdict: ReportVerdict,
): void {
  const { reason, detail } = fault;
  switch (verdict) {
    case 'start':
      countEarlyFault(turn, fault);
      return beginRevert(turn, { reason, detail });
    case 'ignored':
      turn.publish({ kind: 'fault-ignored', reason, detail });
      return;
    case 'handled':
    case 'refused':
      return;
  }
}

/** An operator's revert begins with a clean record, and joins a revert under way. */
export function onRevertRequested(turn: Turn): void {
  if (turn.state.machine.revertStartTimeMs !== undefined) return;
  turn.set({ failedReverts: 0, earlyFaults: 0 });
  beginRevert(turn, { reason: 'operator', detail: 'An operator asked for a revert.' });
}

export function onRevertSucceeded(
  turn: Turn,
  { how, needsSnapshot }: { how: string; needsSnapshot: boolean },
): void {
  const isStopping = turn.state.activity.kind === 'stopping';
  turn.set({ run: 'current' });
  noteSnapshot(turn, undefined);
  if (needsSnapshot) turn.set({ snapshot: 'missing' });
  const { domain } = turn.state.machine;
  const detail = `The domain ${domain} was reverted ${how}. ${firstBeatAwaited}`;
  turn.publish({ kind: 'reverted', detail });
  if (isStopping) return;
  turn.command({ kind: 'open-channel' });
  awaitBeat(turn);
}

export function onRevertFailed(
  turn: Turn,
  { detail, obstacle }: { detail: string; obstacle: string | undefined },
): void {
  const { activity } = turn.state;
  if (obstacle !== undefined) return onRevertImpossible(turn, obstacle);
  if (isGivenUp(turn, detail)) return;
  turn.publish({ kind: 'revert-failed', detail: `A revert failed: ${detail}` });
  if (activity.kind === 'reverting') revertOrDelay(turn, activity.reason);
}

/** The delay before a revert is over. */
export function onRetryTimer(turn: Turn): void {
  const { activity } = turn.state;
  if (activity.kind === 'delaying-revert') revertNow(turn, activity.reason);
}

/** The machine runs and does not beat. */
export function loseSilentMachine(turn: Turn, detail: string): void {
  const text = turn.rules.noRevert ? `${detail} ${notReverted}` : detail;
  lose(turn, { fault: { reason: 'heartbeat-lost', detail: text }, cause: 'silence' });
}

/** The domain is off, crashed or gone. */
export function loseDeadMachine(turn: Turn, detail: string): void {
  lose(turn, { fault: { reason: 'machine-gone', detail }, cause: 'domain' });
}

function beginRevert(turn: Turn, fault: FaultOfMachine): void {
  loseRun(turn, fault);
  revertOrDelay(turn, fault.reason);
}

/** One more revert of an OFFLINE machine. It has waited while it was OFFLINE, so that it is not delayed again. */
export function retryOffline(turn: Turn): void {
  turn.set({ failedReverts: turn.rules.bounds.maxFailedReverts - 1 });
  const reason = turn.state.machine.lastFault?.reason ?? 'machine-gone';
  loseRun(turn, { reason, detail: 'It is offline, and is tried again.' });
  revertNow(turn, reason);
}

/** The generation ends: nothing of its run counts any more. */
function loseRun(turn: Turn, fault: FaultOfMachine): void {
  // Closed in the same turn: no beat of the old run can come after this.
  turn.command({ kind: 'close-channel' });
  turn.set({ channel: 'cut', run: 'faulty' });
  turn.publish({ kind: 'fault', ...fault });
}

function lose(turn: Turn, loss: { fault: FaultOfMachine; cause: OfflineCause }): void {
  const { fault, cause } = loss;
  if (turn.rules.noRevert) return goOffline(turn, cause, fault.detail);
  const { state, revertStartTimeMs } = turn.state.machine;
  const isRevertFailed = state === 'starting' && revertStartTimeMs !== undefined;
  if (isRevertFailed && isGivenUp(turn, fault.detail)) return;
  beginRevert(turn, fault);
}

/** Counts a failed revert. Returns true where it was one too many, and the machine is OFFLINE now. */
function isGivenUp(turn: Turn, detail: string): boolean {
  const failedReverts = turn.state.failedReverts + 1;
  turn.set({ failedReverts });
  const { maxFailedReverts } = turn.rules.bounds;
  if (failedReverts < maxFailedReverts) return false;
  const sentence = `${maxFailedReverts} reverts in a row failed. The last one: ${detail}`;
  goOffline(turn, 'reverts', sentence);
  return true;
}

/** Without this count, a bad snapshot would cause several reverts a second. */
function countEarlyFault(turn: Turn, fault: { reason: FaultReason; isOfExecution: boolean }): void {
  const { activity, earlyFaults } = turn.state;
  const isEarly =
    fault.reason !== 'used' &&
    !fault.isOfExecution &&
    activity.kind === 'guarding' &&
    turn.nowMs - activity.sinceMs < turn.rules.bounds.earlyFaultMs;
  turn.set({ earlyFaults: isEarly ? earlyFaults + 1 : 0 });
}
