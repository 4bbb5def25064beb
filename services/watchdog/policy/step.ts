// The Watchdog's decisions about one machine, as a pure function of its state, one event and the time.

import { judgeReport } from '../machine-state.js';
import { onBeat, onClosed, onConnected, onHeartbeatTimer, probe } from './beats.js';
import { begin, onDomainSeen, onDomainStarted, onStartFailed } from './domain.js';
import { onLoadMeasured } from './load.js';
import {
  onFaultReported,
  onRetryTimer,
  onRevertFailed,
  onRevertRequested,
  onRevertSucceeded,
} from './reverts.js';
import type {
  DomainQuestion,
  RecoveryCommand,
  RecoveryEvent,
  RecoveryRules,
  RecoveryState,
  TimerName,
} from './state.js';
import { Turn } from './turn.js';

/** The state after an event, and what the driver must do, in order. `nowMs` is the time of the Watchdog's clock. */
export function step(
  state: RecoveryState,
  event: RecoveryEvent,
  { nowMs, rules }: { nowMs: number; rules: RecoveryRules },
): { readonly state: RecoveryState; readonly commands: readonly RecoveryCommand[] } {
  const turn = new Turn(state, rules, nowMs);
  const isOfEarlierPhase = 'phase' in event && event.phase !== state.phase;
  if (!isOfEarlierPhase) take(turn, event);
  return { state: turn.state, commands: turn.commands };
}

function take(turn: Turn, event: RecoveryEvent): void {
  if (turn.state.activity.kind === 'stopping' && !isEndOfRevert(event)) return;
  switch (event.kind) {
    case 'begun':
      return begin(turn);
    case 'connected':
      return onConnected(turn);
    case 'beat':
      return onBeat(turn);
    case 'closed':
      return onClosed(turn);
    case 'timer':
      return onTimer(turn, event.timer);
    case 'domain-seen':
      return onDomainSeen(turn, event);
    case 'domain-started':
      return onDomainStarted(turn, event);
    case 'start-failed':
      return onStartFailed(turn, event.detail);
    case 'saving-ended':
      turn.set({ snapshot: 'unknown' });
      return probe(turn);
    case 'load-measured':
      return onLoadMeasured(turn, event);
    case 'revert-succeeded':
      return onRevertSucceeded(turn, event);
    case 'revert-failed':
      return onRevertFailed(turn, event);
    case 'fault-reported': {
      const { noRevert } = turn.rules;
      const verdict = judgeReport(turn.state.machine, { ...event, noRevert });
      return onFaultReported(turn, event, verdict);
    }
    case 'revert-requested':
      return onRevertRequested(turn);
    case 'stop':
      return turn.set({ activity: { kind: 'stopping' }, phase: turn.state.phase + 1 });
  }
}

function isEndOfRevert({ kind }: RecoveryEvent): boolean {
  return kind === 'revert-succeeded' || kind === 'revert-failed';
}

function onTimer(turn: Turn, timer: TimerName): void {
  switch (timer) {
    case 'poll':
    case 'cut-off':
      return ask(turn, timer);
    case 'heartbeat':
      return onHeartbeatTimer(turn);
    case 'load':
      return turn.command({ kind: 'measure-load' });
    case 'retry':
      return onRetryTimer(turn);
  }
}

function ask(turn: Turn, question: DomainQuestion): void {
  if (question === 'cut-off' && turn.state.channel === 'connected') {
    return turn.set({ cutOffWatch: undefined });
  }
  turn.command({ kind: 'ask-domain', question });
}
