// The states of one execution, and where each one leads. `step` in step.ts makes the moves.
//
//   under way --+-- stop, output too much or unread, phase's time -> killed --+-- no end within 4 s -------> settled
//   (progress)  |                                                     |      |
//               +-- deadline ---------------------> overdue <---------+-- deadline
//               |                                      |
//               |                                      +-- no report within 250 ms, no end within 4 s ----> settled
//               +-- files late -----------------------------------------------------------------------> settled
//
//   under way, killed, overdue, settled --- the guest's end ------------------------> finished
//   under way, killed, overdue ------------ a refusal before the first phase -------> refused
//   under way, killed --------------------- machine lost, frames without sense -----> lost
//   overdue, settled ---------------------- machine lost, frames without sense -----> finished: its result is known
//
// Under way, the guest's progress is the state that counts (phases.ts): starting, compiling, between phases, running,
// sending files, ending. Reports of the guest still count while it is killed or overdue. Pure: time comes as an argument.

import { CreditWindow } from '../../../guest/protocol/credit.js';
import type { Command, RunFault } from './events.js';
import type { Progress } from './phases.js';
import type { Limit, Phase } from './result.js';

/** What was agreed on before an execution begins. */
export interface Terms {
  readonly timeLimitMs: number;
  /** Of each phase; `undefined`: the guest's own limit counts. */
  readonly wallTimeMs: Readonly<Record<Phase, number | undefined>>;
  readonly maxOutputBytes: number;
  readonly hasFiles: boolean;
  readonly outputWindowBytes: number;
  readonly creditPortionBytes: number;
  /** After so long without a portion of output taken the program ends, if others want its slot. */
  readonly maxUnreadMs: number;
}

/** What holds as long as the client has no result. */
interface Live {
  readonly terms: Terms;
  readonly progress: Progress;
  /** What the guest may send. */
  readonly credit: CreditWindow;
  /** Pieces of output that the client has yet to take. */
  readonly waitingPieces: number;
  readonly outputBytes: number;
}

/**
 * - `under way`: nobody has ended it; the progress of the guest says how far it is
 * - `killed`: the guest has to end it, for the first cause that there was
 * - `overdue`: its deadline has passed; the guest has a moment to report what it has used. The fault is reported with the
 *   result, because an earlier revert would destroy the guest's report. There is none if a slow client delayed the program
 * - `settled`: the client has its result, the guest has been told to kill and has yet to end it
 * - `finished`, `refused`, `lost`: it has left its slot of the machine
 */
export type ExecutionState =
  | (Live & { readonly name: 'under way' })
  | (Live & { readonly name: 'killed'; readonly cause: Limit })
  | (Live & {
      readonly name: 'overdue';
      readonly cause: Limit;
      readonly fault: RunFault | undefined;
    })
  | { readonly name: 'settled' }
  | { readonly name: 'finished' }
  | { readonly name: 'refused' }
  | { readonly name: 'lost' };

export type LiveState = Extract<ExecutionState, Live>;

export interface Step<S extends ExecutionState = ExecutionState> {
  readonly state: S;
  readonly commands: readonly Command[];
}

/** The first state: the program is on its way to the guest, and the `deadline` of its time limit runs. */
export function begin(terms: Terms): ExecutionState {
  const { outputWindowBytes, creditPortionBytes: portionBytes } = terms;
  return {
    name: 'under way',
    terms,
    progress: { at: 'starting' },
    credit: CreditWindow.of(outputWindowBytes, { portionBytes }),
    waitingPieces: 0,
    outputBytes: 0,
  };
}

/** Whether the client still waits for its result. */
export function isLive(state: ExecutionState): state is LiveState {
  return 'progress' in state;
}

/** Why the host has told the guest to end it; the first cause counts. */
export function causeOf(state: LiveState): Limit | undefined {
  return state.name === 'under way' ? undefined : state.cause;
}
