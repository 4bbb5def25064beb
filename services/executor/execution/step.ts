// The one function that moves an execution from state to state (state.ts), and says what is to be done. Pure.

import { distrust, finish, kill, killFault, lose, onTimer, onUnread } from './endings.js';
import type { Event } from './events.js';
import {
  onFile,
  onFilesFinished,
  onOutput,
  onOutputTaken,
  onPhaseFinished,
  onPhaseStarted,
  refuse,
} from './reports.js';
import type { ExecutionState, LiveState, Step } from './state.js';

export function step(state: ExecutionState, event: Event, nowMs: number): Step {
  switch (state.name) {
    case 'under way':
    case 'killed':
    case 'overdue':
      return stepLive(state, event, nowMs);
    case 'settled':
      return stepSettled(state, event);
    case 'finished':
    case 'refused':
    case 'lost':
      return { state, commands: [] };
  }
}

function stepLive(state: LiveState, event: Event, nowMs: number): Step {
  try {
    return takeEvent(state, event, nowMs);
  } catch (error) {
    // Whatever a guest makes the host throw is the guest's error, and ends its own execution only.
    return distrust(state, String(error), nowMs);
  }
}

/** @throws ExecutionOrderError, CreditError */
function takeEvent(state: LiveState, event: Event, nowMs: number): Step {
  switch (event.kind) {
    case 'refused':
      return refuse(state, event.reason);
    case 'phase started':
      return onPhaseStarted(state, event.phase, event.command, nowMs);
    case 'output':
      return onOutput(state, event.stream, event.data);
    case 'output taken':
      return onOutputTaken(state, event.bytes, event.epoch);
    case 'phase finished':
      return onPhaseFinished(state, event.phase, event.ending);
    case 'file':
      return onFile(state, event.path, event.data);
    case 'files finished':
      return onFilesFinished(state, event.isTruncated);
    case 'finished':
      return finish(state, nowMs);
    case 'input credit':
      return { state, commands: [{ kind: 'extend input', bytes: event.bytes }] };
    case 'nonsense':
      return distrust(state, event.detail, nowMs);
    case 'stop':
      return kill(state, event.cause);
    case 'timer':
      return onTimer(state, event.timer, nowMs);
    case 'unread':
      return onUnread(state, event.isSlotWanted);
    case 'lost':
      return lose(state, event.reason, nowMs);
  }
}

/** The client has its result already: only the end is of interest. */
function stepSettled(state: ExecutionState, event: Event): Step {
  if (event.kind === 'finished' || event.kind === 'lost') {
    return { state: { name: 'finished' }, commands: [{ kind: 'leave slot' }] };
  }
  const isLate = event.kind === 'timer' && event.timer === 'kill';
  return { state, commands: isLate ? [killFault] : [] };
}
