// A machine that has no snapshot can't be reverted until somebody makes one: how that is learnt, and what a fault leads to.

import type { FaultReason } from '../machine-state.js';
import { awaitBeat, goOffline } from './phases.js';
import { noSnapshot, worksOnWithoutSnapshot } from './texts.js';
import type { Turn } from './turn.js';

/** Takes what was seen of the snapshot, and publishes it where it is news. */
export function noteSnapshot(turn: Turn, obstacle: string | undefined): void {
  const { snapshot, machine } = turn.state;
  if (turn.rules.noRevert) return;
  // The Watchdog itself has one made.
  if (snapshot === 'missing' || snapshot === 'saving') return;
  turn.set({ snapshot: obstacle === undefined ? 'present' : 'absent' });
  if (machine.revertObstacle !== obstacle) turn.publish({ kind: 'obstacle', obstacle });
}

/** A revert has found no snapshot, and has changed nothing: further ones would find none either. */
export function onRevertImpossible(turn: Turn, obstacle: string): void {
  const { activity } = turn.state;
  noteSnapshot(turn, obstacle);
  if (activity.kind !== 'reverting') return goOffline(turn, 'snapshot', noSnapshot(obstacle));
  switch (consequenceOf(activity.reason)) {
    case 'works on':
      turn.set({ run: 'current' });
      turn.command({ kind: 'open-channel' });
      turn.publish({ kind: 'domain-up', detail: worksOnWithoutSnapshot(obstacle) });
      return awaitBeat(turn);
    case 'works when it beats':
      turn.set({ run: 'current' });
      return goOffline(turn, 'snapshot', noSnapshot(obstacle));
    case 'works no more':
      return goOffline(turn, 'snapshot', noSnapshot(obstacle));
  }
}

/** What becomes of the run that a fault was found in, where there is no other one. */
type Consequence = 'works on' | 'works when it beats' | 'works no more';

function consequenceOf(reason: FaultReason): Consequence {
  switch (reason) {
    case 'timed-out':
    case 'busy-while-idle':
    case 'operator':
      return 'works on';
    case 'heartbeat-lost':
    case 'machine-gone':
      return 'works when it beats';
    // A guest that can't be trusted, or a machine that must not be used twice.
    case 'channel-corrupt':
    case 'guest-error':
    case 'used':
      return 'works no more';
  }
}
