// How an execution ends: it is stopped, is too slow, or its machine is lost; then the client gets what is known. Pure.

import type { Command, RunFault, Timer } from './events.js';
import { cutOff } from './phases.js';
import type { Limit } from './result.js';
import { causeOf, type LiveState, type Step } from './state.js';

/**
 * After its deadline an execution has this long to be ended by the guest, which reports what it has used. Then the
 * client gets what is known.
 */
const reportLimitMs = 250;

/** The host ends a phase this much later than the guest should, in case it has not. */
export const phaseGraceMs = 2000;

/**
 * A guest must have ended an execution within this time after the kill. Emulated, on a slow host, it takes more than four
 * seconds to end what a fork bomb has made, and its neighbours are innocent.
 */
const killLimitMs = 8000;

/** How often it is seen whether others want the slot of a program whose output is not taken. */
const unreadRecheckMs = 250;

export const killFault: Command = {
  kind: 'report fault',
  fault: {
    kind: 'guest error',
    detail: `the guest has not ended an execution within ${killLimitMs / 1000} s`,
  },
};

/** Has the guest end it. One that is to end already keeps its first cause. */
export function kill(state: LiveState, cause: Limit): Step<LiveState> {
  if (state.name !== 'under way') return { state, commands: [] };
  return {
    state: { ...state, name: 'killed', cause },
    commands: [{ kind: 'send kill' }, setTimer('kill', killLimitMs)],
  };
}

export function onTimer(state: LiveState, timer: Exclude<Timer, 'unread'>, nowMs: number): Step {
  switch (timer) {
    case 'deadline':
      return passDeadline(state);
    case 'phase':
      // A slow client may still be reading output that was printed in time: wait for it.
      if (isHeldUp(state)) return { state, commands: [setTimer('phase', phaseGraceMs)] };
      return kill(state, 'wall time');
    case 'files':
      return settle(state, 'wall time', nowMs, kill(state, 'wall time').commands);
    case 'kill':
      return settle(state, causeOf(state), nowMs, [killFault]);
    case 'report':
      return settle(state, causeOf(state), nowMs);
  }
}

/** A program that waits for its client keeps its slot only as long as nobody else wants it. */
export function onUnread(state: LiveState, isSlotWanted: boolean): Step {
  if (!isHeldUp(state)) return { state, commands: [] };
  if (isSlotWanted) return kill(state, 'cancelled');
  return { state, commands: [setTimer('unread', unreadRecheckMs)] };
}

/** The guest has reported the end. */
export function finish(state: LiveState, nowMs: number): Step {
  const { commands } = settle(state, causeOf(state), nowMs);
  return { state: { name: 'finished' }, commands: [...commands, { kind: 'leave slot' }] };
}

/** What is known of a program that was too slow does not get lost with its machine. */
export function lose(state: LiveState, reason: string, nowMs: number): Step {
  if (state.name === 'overdue') return finish(state, nowMs);
  const end = { kind: 'lost', detail: reason } as const;
  return { state: { name: 'lost' }, commands: [{ kind: 'settle', end }, { kind: 'leave slot' }] };
}

/** The guest has sent what makes no sense: nothing that it sends from now on counts. */
export function distrust(state: LiveState, detail: string, nowMs: number): Step {
  const fault: RunFault = { kind: 'guest error', detail };
  const lost = lose(state, 'the guest has sent frames that make no sense', nowMs);
  return { state: lost.state, commands: [{ kind: 'report fault', fault }, ...lost.commands] };
}

export function setTimer(timer: Timer, ms: number): Command {
  return { kind: 'set timer', timer, ms };
}

function passDeadline(state: LiveState): Step {
  const { state: killed, commands } = kill(state, 'wall time');
  const cause = causeOf(killed) ?? 'wall time';
  return {
    state: { ...killed, name: 'overdue', cause, fault: overrun(state) },
    commands: [...commands, setTimer('report', reportLimitMs)],
  };
}

/** A client that reads slowly slows its own program, and nobody else's machine. */
function overrun(state: LiveState): RunFault | undefined {
  if (isHeldUp(state)) return undefined;
  const detail = `an execution has passed its limit of ${state.terms.timeLimitMs / 1000} s`;
  return { kind: 'timed out', detail };
}

/** The client leaves most of what may be sent untaken, so that the program waits for it. */
export function isHeldUp({ credit }: LiveState): boolean {
  return credit.availableBytes < credit.maxBytes / 2;
}

/**
 * Gives the client what is known; the guest has yet to end it.
 *
 * @throws ExecutionOrderError where nothing has ended it, neither a limit nor itself
 */
function settle(
  state: LiveState,
  limit: Limit | undefined,
  nowMs: number,
  before: readonly Command[] = [],
): Step {
  const cut = cutOff(state.progress, limit, nowMs);
  const commands: Command[] = [...before];
  const fault = state.name === 'overdue' ? state.fault : undefined;
  if (fault !== undefined) commands.push({ kind: 'report fault', fault });
  if (cut !== undefined) commands.push({ kind: 'cut phase', ...cut });
  commands.push({ kind: 'settle', end: { kind: 'result' } });
  return { state: { name: 'settled' }, commands };
}
