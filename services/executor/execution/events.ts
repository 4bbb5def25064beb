// What happens to an execution (events), and what is to be done about it (commands): the two sides of `step` in state.ts.

import type { CutPhase } from './phases.js';
import type { Limit, Outcome, OutputStream, Phase, Usage } from './result.js';

/**
 * - `deadline`: the time limit of the program
 * - `phase`: the wall time of a phase, and some grace for the guest that ends it by itself
 * - `files`: how long files are waited for
 * - `kill`: how long the guest may take to end what it was told to kill
 * - `report`: how long the guest may take, after the deadline, to report what the program has used
 * - `unread`: how long the program may wait for a client that takes no output
 */
export type Timer = 'deadline' | 'phase' | 'files' | 'kill' | 'report' | 'unread';

/** How a phase ended. */
export interface PhaseEnding {
  /** Absent where the phase was ended before that was known. */
  readonly outcome?: Outcome;
  readonly limit?: Limit;
  readonly usage: Usage;
  /** What an inspection has found. */
  readonly report?: string;
}

/** A reason to have the machine reverted. */
export interface RunFault {
  readonly kind: 'timed out' | 'guest error';
  readonly detail: string;
}

export type GuestEvent =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'phase started'; readonly phase: Phase; readonly command: readonly string[] }
  | { readonly kind: 'output'; readonly stream: OutputStream; readonly data: Uint8Array }
  | { readonly kind: 'phase finished'; readonly phase: Phase; readonly ending: PhaseEnding }
  | { readonly kind: 'file'; readonly path: string; readonly data: Uint8Array }
  | { readonly kind: 'files finished'; readonly isTruncated: boolean }
  | { readonly kind: 'finished' }
  | { readonly kind: 'input credit'; readonly bytes: number }
  /** What the protocol does not know, or what the program was not allowed to send. */
  | { readonly kind: 'nonsense'; readonly detail: string };

export type Event =
  | GuestEvent
  /** The client has taken a piece of output, or never will. */
  | { readonly kind: 'output taken'; readonly bytes: number; readonly epoch: number }
  | { readonly kind: 'stop'; readonly cause: Limit }
  | { readonly kind: 'timer'; readonly timer: Exclude<Timer, 'unread'> }
  /** The client has taken too little output for a while. */
  | { readonly kind: 'unread'; readonly isSlotWanted: boolean }
  /** The machine is gone. */
  | { readonly kind: 'lost'; readonly reason: string };

export type Command =
  | { readonly kind: 'send kill' }
  /** The guest may send so many bytes more. */
  | { readonly kind: 'give credit'; readonly bytes: number }
  /** The guest takes so many bytes more. */
  | { readonly kind: 'extend input'; readonly bytes: number }
  | { readonly kind: 'open phase'; readonly phase: Phase; readonly command: readonly string[] }
  /** Output is answered by an `output taken` of the same size and epoch. */
  | {
      readonly kind: 'pass output';
      readonly phase: Phase;
      readonly stream: OutputStream;
      /** What of it is within the limit on output. */
      readonly data: Uint8Array;
      readonly totalBytes: number;
      readonly epoch: number;
    }
  | { readonly kind: 'close phase'; readonly phase: Phase; readonly ending: PhaseEnding }
  | ({ readonly kind: 'cut phase' } & CutPhase)
  | { readonly kind: 'await files' }
  | { readonly kind: 'keep file'; readonly path: string; readonly data: Uint8Array }
  | { readonly kind: 'end files'; readonly isTruncated: boolean }
  | { readonly kind: 'report fault'; readonly fault: RunFault }
  | { readonly kind: 'set timer'; readonly timer: Timer; readonly ms: number }
  | { readonly kind: 'clear timer'; readonly timer: Timer }
  /** The client gets its result, or hears that there is none. Clears all timers but `kill`. */
  | { readonly kind: 'settle'; readonly end: Settlement }
  /** Nothing of it is left on the machine. Clears all timers. */
  | { readonly kind: 'leave slot' };

export type Settlement =
  | { readonly kind: 'result' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'lost'; readonly detail: string };
