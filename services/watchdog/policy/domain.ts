// The libvirt domain of the machine: how it is found, started and missed.

import type { DomainCondition } from '../snapshot-client.js';
import { noteSnapshot } from './obstacle.js';
import { awaitBeat, goOffline } from './phases.js';
import { loseDeadMachine, retryOffline } from './reverts.js';
import type { OfflineCause, RecoveryEvent } from './state.js';
import { describeCondition, firstBeatAwaited } from './texts.js';
import type { Turn } from './turn.js';

/** Listens to the heartbeat and looks for the domain, both at once. */
export function begin(turn: Turn): void {
  turn.command({ kind: 'open-channel' });
  turn.command({ kind: 'set-timer', timer: 'heartbeat', delayMs: 0 });
  turn.command({ kind: 'ask-domain', question: 'poll' });
}

export function onDomainSeen(
  turn: Turn,
  { question, condition, obstacle }: Extract<RecoveryEvent, { kind: 'domain-seen' }>,
): void {
  if (condition !== undefined && condition !== 'not-found') noteSnapshot(turn, obstacle);
  switch (question) {
    case 'poll':
      return onPolled(turn, condition);
    case 'cut-off':
      return onSeenWhileCutOff(turn, condition);
    case 'snapshot':
      return;
  }
}

export function onDomainStarted(
  turn: Turn,
  { how, needsSnapshot }: { how: string; needsSnapshot: boolean },
): void {
  turn.set({ run: 'current', snapshot: needsSnapshot ? 'missing' : 'unknown' });
  turn.command({ kind: 'open-channel' });
  const { domain } = turn.state.machine;
  const detail = `The domain ${domain} was started ${how}. ${firstBeatAwaited}`;
  turn.publish({ kind: 'domain-up', detail });
  awaitBeat(turn);
}

export function onStartFailed(turn: Turn, reason: string): void {
  const { machine, phase } = turn.state;
  turn.command({ kind: 'open-channel' });
  const detail = `The domain ${machine.domain} is shut off, and its start failed: ${reason}`;
  goOffline(turn, causeOf(turn), detail);
  if (turn.state.phase === phase) pollAgain(turn);
}

/** A domain that is not known to run is looked at until it does, and started where it is off. */
function onPolled(turn: Turn, condition: DomainCondition | undefined): void {
  const { phase } = turn.state;
  if (condition !== undefined) actOnDomain(turn, condition);
  const isStarting = turn.state.activity.kind === 'starting-domain';
  if (turn.state.phase === phase && !isStarting) pollAgain(turn);
}

function pollAgain(turn: Turn): void {
  const { activity } = turn.state;
  if (activity.kind !== 'finding' && activity.kind !== 'offline') return;
  const { maxPollDelayMs } = turn.rules.bounds;
  const delayMs = Math.min(activity.nextDelayMs, maxPollDelayMs);
  turn.command({ kind: 'set-timer', timer: 'poll', delayMs });
  turn.set({ activity: { ...activity, nextDelayMs: Math.min(2 * delayMs, maxPollDelayMs) } });
}

function actOnDomain(turn: Turn, condition: DomainCondition): void {
  const text = () =>
    describeCondition(condition, {
      domain: turn.state.machine.domain,
      noRevert: turn.rules.noRevert,
    });
  switch (condition) {
    case 'running':
    case 'paused':
    case 'other':
      return actOnRunningDomain(turn, text());
    case 'crashed':
      return causeOf(turn) === 'snapshot' ? startDomain(turn) : loseDeadMachine(turn, text());
    case 'shut-off':
      return turn.rules.noRevert ? goOffline(turn, 'domain', text()) : startDomain(turn);
    case 'not-found':
      return goOffline(turn, 'domain', text());
  }
}

function actOnRunningDomain(turn: Turn, text: string): void {
  switch (causeOf(turn)) {
    case 'domain':
      turn.publish({ kind: 'domain-up', detail: `${text} ${firstBeatAwaited}` });
      return awaitBeat(turn);
    case 'silence':
      return;
    case 'snapshot':
      if (turn.state.machine.revertObstacle === undefined) retryOffline(turn);
      return;
    case 'reverts':
      // It leads back here if it fails.
      return retryOffline(turn);
  }
}

function startDomain(turn: Turn): void {
  const { activity } = turn.state;
  const { minPollDelayMs } = turn.rules.bounds;
  const nextDelayMs = 'nextDelayMs' in activity ? activity.nextDelayMs : minPollDelayMs;
  turn.set({
    activity: { kind: 'starting-domain', cause: causeOf(turn), nextDelayMs },
    channel: 'cut',
  });
  turn.command({ kind: 'close-channel' });
  turn.command({ kind: 'start-domain' });
}

function onSeenWhileCutOff(turn: Turn, condition: DomainCondition | undefined): void {
  if (condition === 'shut-off' || condition === 'crashed' || condition === 'not-found') {
    const { domain } = turn.state.machine;
    const { noRevert } = turn.rules;
    return loseDeadMachine(turn, describeCondition(condition, { domain, noRevert }));
  }
  // libvirt may take a moment to notice a death that the channel reports at once.
  const { probeIntervalMs } = turn.rules.bounds.heartbeat;
  const delayMs = Math.min(turn.state.cutOffWatch?.nextDelayMs ?? 0, probeIntervalMs);
  turn.set({ cutOffWatch: { nextDelayMs: Math.min(2 * delayMs, probeIntervalMs) } });
  turn.command({ kind: 'set-timer', timer: 'cut-off', delayMs });
}

/** Why the machine is OFFLINE. Of one that is not, `domain`: only its domain could take it offline now. */
function causeOf({ state: { activity } }: Turn): OfflineCause {
  return 'cause' in activity ? activity.cause : 'domain';
}
