// The load of a READY machine. The Watchdog only measures; the Executor knows what runs and judges.

import { watchSnapshot } from './phases.js';
import type { RecoveryEvent } from './state.js';
import type { Turn } from './turn.js';

export function onLoadMeasured(
  turn: Turn,
  { usedMs, timeMs }: Extract<RecoveryEvent, { kind: 'load-measured' }>,
): void {
  const { activity } = turn.state;
  if (activity.kind !== 'guarding') return;
  const { measured } = activity;
  if (measured !== undefined && usedMs !== undefined) {
    // A QEMU that was started again has used less than before.
    const share = Math.max(0, usedMs - measured.usedMs) / Math.max(1, timeMs - measured.timeMs);
    turn.publish({ kind: 'load', share });
  }
  const latest = usedMs === undefined ? undefined : { usedMs, timeMs };
  turn.set({ activity: { ...activity, measured: latest } });
  watchSnapshot(turn);
  turn.command({ kind: 'set-timer', timer: 'load', delayMs: turn.rules.bounds.loadIntervalMs });
}
