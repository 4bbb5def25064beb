// What follows from each report of the guest while the client waits for its result. Pure.

import type { CreditWindow } from '../../../guest/protocol/credit.js';
import { isHeldUp, kill, phaseGraceMs, setTimer } from './endings.js';
import type { Command, PhaseEnding, Settlement } from './events.js';
import {
  checkFileMayCome,
  ExecutionOrderError,
  endFiles,
  endPhase,
  phaseUnderWay,
  startPhase,
} from './phases.js';
import type { OutputStream, Phase } from './result.js';
import { causeOf, type LiveState, type Step } from './state.js';

/** The files of a program that has ended by itself must have come within this time; later ones are left out. */
const filesLimitMs = 5000;

/** Pieces of output that may wait for a client. A guest that sends more cuts its output too small. */
const maxWaitingPieces = 64 * 1024;

/** Of the reason that a guest gives for a refusal. */
const maxReasonLength = 200;

export function refuse({ progress }: LiveState, reason: string): Step {
  if (progress.at !== 'starting') {
    throw new ExecutionOrderError('a program that has begun was refused');
  }
  const end: Settlement = { kind: 'refused', detail: reason.slice(0, maxReasonLength) };
  return {
    state: { name: 'refused' },
    commands: [{ kind: 'settle', end }, { kind: 'leave slot' }],
  };
}

export function onPhaseStarted(
  state: LiveState,
  phase: Phase,
  command: readonly string[],
  nowMs: number,
): Step {
  const progress = startPhase(state.progress, phase, nowMs);
  const wallTimeMs = state.terms.wallTimeMs[phase];
  const opened: Command = { kind: 'open phase', phase, command };
  const commands =
    wallTimeMs === undefined ? [opened] : [opened, setTimer('phase', wallTimeMs + phaseGraceMs)];
  return { state: { ...state, progress }, commands };
}

export function onOutput(state: LiveState, stream: OutputStream, data: Uint8Array): Step {
  const { terms, outputBytes } = state;
  const totalBytes = data.length;
  if (totalBytes === 0) throw new ExecutionOrderError('output without a byte');
  const waitingPieces = state.waitingPieces + 1;
  if (waitingPieces > maxWaitingPieces) throw new ExecutionOrderError('too many pieces of output');
  const credit = state.credit.spend(totalBytes);
  const phase = phaseUnderWay(state.progress);
  if (phase === undefined) throw new ExecutionOrderError('output outside a phase');
  const kept = data.subarray(0, Math.max(0, terms.maxOutputBytes - outputBytes));
  const { epoch } = credit;
  const printed = withFlow(state, credit, waitingPieces, outputBytes + totalBytes);
  const pass: Command = { kind: 'pass output', phase, stream, data: kept, totalBytes, epoch };
  if (kept.length === totalBytes) {
    const isNewlyHeldUp = isHeldUp(printed) && !isHeldUp(state);
    return { state: printed, commands: isNewlyHeldUp ? [pass, awaitReader(state)] : [pass] };
  }
  const killed = kill(printed, 'output');
  return { state: killed.state, commands: [pass, ...killed.commands] };
}

/** Credit comes back when the client has taken what it paid for. */
export function onOutputTaken(state: LiveState, bytes: number, epoch: number): Step {
  const { window, grantedBytes } = state.credit.giveBack(bytes, epoch);
  const waitingPieces = state.waitingPieces - 1;
  const taken = withFlow(state, window, waitingPieces, state.outputBytes);
  if (grantedBytes === 0 || !isHeldUp(state)) {
    return { state: taken, commands: giveCredit(grantedBytes) };
  }
  const timer: Command = isHeldUp(taken)
    ? awaitReader(taken)
    : { kind: 'clear timer', timer: 'unread' };
  return { state: taken, commands: [...giveCredit(grantedBytes), timer] };
}

/** The time starts again with each portion that the client takes, so that it can't be stretched a byte at a time. */
function awaitReader({ terms }: LiveState): Command {
  return setTimer('unread', terms.maxUnreadMs);
}

export function onPhaseFinished(state: LiveState, phase: Phase, reported: PhaseEnding): Step {
  // What the host has ended has ended for the host's reason, whatever the guest saw of it.
  const limit = causeOf(state) ?? reported.limit;
  const ending = limit === undefined ? reported : { ...reported, limit };
  const { hasFiles } = state.terms;
  const progress = endPhase(state.progress, phase, { limit, hasFiles });
  const ended: Step<LiveState> = {
    state: { ...state, progress },
    commands: [
      { kind: 'clear timer', timer: 'phase' },
      { kind: 'close phase', phase, ending },
    ],
  };
  return progress.at === 'sending files' && progress.areAwaited ? awaitFiles(ended) : ended;
}

/** Files must not wait for a client that has yet to take the output: they come in a window of their own. */
function awaitFiles({ state, commands }: Step<LiveState>): Step {
  const { window, grantedBytes } = state.credit.renew();
  return {
    state: { ...state, credit: window },
    commands: [
      ...commands,
      { kind: 'await files' },
      ...giveCredit(grantedBytes),
      // The program has kept to its time: what its files take is nobody's fault.
      { kind: 'clear timer', timer: 'deadline' },
      setTimer('files', filesLimitMs),
    ],
  };
}

/** @throws ExecutionOrderError */
export function onFilesFinished(state: LiveState, isTruncated: boolean): Step {
  const progress = endFiles(state.progress);
  return { state: { ...state, progress }, commands: [{ kind: 'end files', isTruncated }] };
}

/** @throws ExecutionOrderError, CreditError */
export function onFile(state: LiveState, path: string, data: Uint8Array): Step {
  const spent = state.credit.spend(data.length);
  checkFileMayCome(state.progress);
  const { window, grantedBytes } = spent.giveBack(data.length);
  const commands: Command[] = [{ kind: 'keep file', path, data }, ...giveCredit(grantedBytes)];
  return { state: { ...state, credit: window }, commands };
}

/** Comes with every piece of output: a literal is made faster than a copy with other fields. */
function withFlow(
  state: LiveState,
  credit: CreditWindow,
  waitingPieces: number,
  outputBytes: number,
): LiveState {
  if (state.name !== 'under way') return { ...state, credit, waitingPieces, outputBytes };
  const { name, terms, progress } = state;
  return { name, terms, progress, credit, waitingPieces, outputBytes };
}

function giveCredit(bytes: number): Command[] {
  return bytes === 0 ? [] : [{ kind: 'give credit', bytes }];
}
