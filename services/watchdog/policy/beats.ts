// The heartbeat: what a beat, a probe and a silence mean for the machine.

import { afterBeat, afterConnect, afterProbe, look } from '../heartbeat.js';
import { guard, watchDomainWhileCutOff } from './phases.js';
import { loseSilentMachine } from './reverts.js';
import { seconds } from './texts.js';
import type { Turn } from './turn.js';

export function onConnected(turn: Turn): void {
  turn.set({ channel: 'connected', heartbeat: afterConnect(turn.state.heartbeat) });
  // A guest that answers probes shows at once that it lives.
  probe(turn);
}

export function onBeat(turn: Turn): void {
  const { run, snapshot, heartbeat } = turn.state;
  if (run === 'faulty' || snapshot === 'saving') return;
  if (snapshot === 'missing') {
    // Before anything runs on it: what is saved is what every later execution begins with.
    turn.set({ snapshot: 'saving' });
    return turn.command({ kind: 'save-snapshot' });
  }
  turn.set({ heartbeat: afterBeat(heartbeat, turn.nowMs) });
  if (turn.publish({ kind: 'heartbeat' })) guard(turn);
}

export function onClosed(turn: Turn): void {
  // A QEMU that runs accepts connections: a channel that is cut or refused means that its run has ended.
  turn.set({ channel: 'cut', run: 'current' });
  const { state } = turn.state.machine;
  if (state === 'starting' || state === 'ready') watchDomainWhileCutOff(turn);
}

export function onHeartbeatTimer(turn: Turn): void {
  switch (turn.state.activity.kind) {
    case 'awaiting-beat':
      return probeUntilFirstBeat(turn);
    case 'guarding':
      return lookAtHeartbeat(turn);
    case 'finding':
    case 'offline':
      return probeForLife(turn);
    case 'starting-domain':
    case 'delaying-revert':
    case 'reverting':
    case 'stopping':
      return;
  }
}

/**
 * Probes a machine of which nothing is expected. A guest that knows a secret beats only when it is asked, and what was asked while it
 * booted may have reached nobody.
 */
function probeForLife(turn: Turn): void {
  probe(turn);
  const delayMs = turn.rules.bounds.heartbeat.probeIntervalMs;
  turn.command({ kind: 'set-timer', timer: 'heartbeat', delayMs });
}

/** Probes a machine that is STARTING, until its time is over. The time does not run while its snapshot is saved. */
function probeUntilFirstBeat(turn: Turn): void {
  const { activity, snapshot } = turn.state;
  if (activity.kind !== 'awaiting-beat') return;
  const { firstHeartbeatMs, heartbeat } = turn.rules.bounds;
  const deadlineMs = snapshot === 'saving' ? turn.nowMs + firstHeartbeatMs : activity.deadlineMs;
  turn.set({ activity: { ...activity, deadlineMs } });
  const leftMs = deadlineMs - turn.nowMs;
  if (leftMs <= 0) {
    const detail = `No heartbeat came within ${seconds(firstHeartbeatMs)} of its start.`;
    return loseSilentMachine(turn, detail);
  }
  probe(turn);
  const delayMs = Math.min(leftMs, heartbeat.probeIntervalMs);
  turn.command({ kind: 'set-timer', timer: 'heartbeat', delayMs });
}

/** Judges a READY machine, and probes it where that is due. */
function lookAtHeartbeat(turn: Turn): void {
  const { view, verdict } = look(turn.state.heartbeat, turn.rules.bounds.heartbeat, turn.nowMs);
  turn.set({ heartbeat: view });
  switch (verdict.kind) {
    case 'silent':
      return loseSilentMachine(turn, `It has been silent for ${seconds(verdict.silentMs)}.`);
    case 'alive':
      if (verdict.isProbeDue) probe(turn);
      return turn.command({ kind: 'set-timer', timer: 'heartbeat', delayMs: verdict.nextLookMs });
  }
}

export function probe(turn: Turn): void {
  turn.command({ kind: 'probe' });
  turn.set({ heartbeat: afterProbe(turn.state.heartbeat, turn.nowMs) });
}
