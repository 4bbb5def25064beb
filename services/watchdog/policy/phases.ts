// What begins with each published state of a machine.

import type { FaultReason } from '../machine-state.js';
import type { OfflineCause, RecoveryCommand } from './state.js';
import type { Turn } from './turn.js';

/** The machine is STARTING: its first heartbeat is due. */
export function awaitBeat(turn: Turn): void {
  const deadlineMs = turn.nowMs + turn.rules.bounds.firstHeartbeatMs;
  turn.set({ activity: { kind: 'awaiting-beat', deadlineMs } });
  watchJustSeenDomain(turn);
  turn.command({ kind: 'set-timer', timer: 'heartbeat', delayMs: 0 });
}

/** The machine is READY. */
export function guard(turn: Turn): void {
  turn.set({
    activity: { kind: 'guarding', sinceMs: turn.nowMs, measured: undefined },
    failedReverts: 0,
  });
  watchDomainWhileCutOff(turn);
  watchSnapshot(turn);
  turn.command({ kind: 'set-timer', timer: 'load', delayMs: turn.rules.bounds.loadIntervalMs });
  turn.command({ kind: 'set-timer', timer: 'heartbeat', delayMs: 0 });
}

/** The machine is REVERTING: at once, or after a delay where the last reverts were of no use. */
export function revertOrDelay(turn: Turn, reason: FaultReason): void {
  const { minRetryDelayMs, maxRetryDelayMs, freeEarlyFaults } = turn.rules.bounds;
  const { failedReverts, earlyFaults } = turn.state;
  const failures = Math.max(failedReverts, earlyFaults - freeEarlyFaults);
  if (failures <= 0) return revertNow(turn, reason);
  const delayMs = Math.min(maxRetryDelayMs, minRetryDelayMs * 2 ** (failures - 1));
  turn.set({ activity: { kind: 'delaying-revert', reason } });
  turn.command({ kind: 'set-timer', timer: 'retry', delayMs });
}

/** The Snapshot service begins to revert the machine. */
export function revertNow(turn: Turn, reason: FaultReason): void {
  turn.set({ activity: { kind: 'reverting', reason } });
  turn.command({ kind: 'revert' });
}

/** The machine is OFFLINE. It is listened to, and its domain is looked at now and then. */
export function goOffline(turn: Turn, cause: OfflineCause, detail: string): void {
  const { minPollDelayMs, maxRetryDelayMs } = turn.rules.bounds;
  const { machine, activity } = turn.state;
  if (activity.kind === 'stopping') {
    turn.publish({ kind: 'lost', detail });
    return;
  }
  const nextDelayMs = 'nextDelayMs' in activity ? activity.nextDelayMs : minPollDelayMs;
  turn.set({ activity: { kind: 'offline', cause, nextDelayMs } });
  const isNews = machine.state !== 'offline' || machine.stateDetail !== detail;
  if (!isNews || !turn.publish({ kind: 'lost', detail })) return;
  turn.set({ activity: { kind: 'offline', cause, nextDelayMs: minPollDelayMs } });
  turn.command({ kind: 'open-channel' });
  turn.command({ kind: 'set-timer', timer: 'heartbeat', delayMs: 0 });
  // The reverts that failed were several looks already.
  const delayMs = cause === 'reverts' ? maxRetryDelayMs : minPollDelayMs;
  turn.command({ kind: 'set-timer', timer: 'poll', delayMs });
}

/** Looks whether a READY machine has a snapshot, where that is not known or it had none. */
export function watchSnapshot(turn: Turn): void {
  const { snapshot } = turn.state;
  if (turn.rules.noRevert || (snapshot !== 'unknown' && snapshot !== 'absent')) return;
  turn.command({ kind: 'ask-domain', question: 'snapshot' });
}

/** A QEMU that died closes the channel: libvirt is asked at once, long before the silence is too long. */
export function watchDomainWhileCutOff(turn: Turn): void {
  beginCutOffWatch(turn, { kind: 'ask-domain', question: 'cut-off' });
}

/** The channel is about to be connected. A look now would cost the guest processor time when it begins to work. */
function watchJustSeenDomain(turn: Turn): void {
  const { minCutOffDelayMs } = turn.rules.bounds;
  beginCutOffWatch(turn, { kind: 'set-timer', timer: 'cut-off', delayMs: minCutOffDelayMs });
}

function beginCutOffWatch(turn: Turn, first: RecoveryCommand): void {
  const { channel, cutOffWatch } = turn.state;
  if (channel === 'connected' || cutOffWatch !== undefined) return;
  turn.set({ cutOffWatch: { nextDelayMs: turn.rules.bounds.minCutOffDelayMs } });
  turn.command(first);
}
