// Everything that the Watchdog knows and does about one machine: the states, the events and the commands of its policy.
//
//     │ begun
//     ▼        runs                      beat
//   finding ────────────▶ awaiting-beat ──────▶ guarding
//     │ off                 ▲   ▲   │              │
//     ▼          started    │   │   │ no beat      │ fault
//   starting-domain ────────┘   │   ▼              ▼
//     │ failed         reverted │  (revert) ◀──────┘
//     │                         │   │     │ the last reverts were of no use
//     │                         │   ▼     ▼
//     │                      reverting ◀── delay over ── delaying-revert
//     ▼     too many failed     │  │                        ▲
//   offline ◀───────────────────┘  └──────── failed ────────┘
//
// A revert without a snapshot changes nothing: it leads to awaiting-beat where the guest is not at fault, else to offline.
// A beat leads to guarding from finding, awaiting-beat and offline. A fault leads to a revert from each state, unless
// the machine is OFFLINE, a revert is under way, or reverts are disabled. Then a silent or missing machine goes
// offline. The domain of an offline machine is looked for like that of a machine that is being found. `stop` leads to
// stopping from every state.

import { beginListening, type HeartbeatView } from '../heartbeat.js';
import type { FaultReason, Machine, MachineEvent } from '../machine-state.js';
import type { DomainCondition } from '../snapshot-client.js';
import type { RecoveryBounds } from './bounds.js';

/**
 * Why a machine is offline: its domain does not run, it is silent and must not be reverted, its reverts failed, or it
 * has no snapshot to be reverted to.
 */
export type OfflineCause = 'domain' | 'silence' | 'reverts' | 'snapshot';

/**
 * What the Watchdog does about the machine:
 * - `finding`: it looks for the domain until it runs (the machine is UNKNOWN);
 * - `starting-domain`: the domain is off and is being started (UNKNOWN, or OFFLINE for `cause`);
 * - `awaiting-beat`: the domain runs, its first heartbeat is due (STARTING);
 * - `guarding`: it listens to the heartbeat (READY);
 * - `delaying-revert`: the next revert waits, because earlier ones were of no use (REVERTING);
 * - `reverting`: the Snapshot service reverts the domain (REVERTING);
 * - `offline`: it looks at the domain now and then (OFFLINE);
 * - `stopping`: the Watchdog stops. Only the end of a revert under way still counts.
 */
type Activity =
  | { readonly kind: 'finding'; readonly nextDelayMs: number }
  | { readonly kind: 'starting-domain'; readonly cause: OfflineCause; readonly nextDelayMs: number }
  | { readonly kind: 'awaiting-beat'; readonly deadlineMs: number }
  | {
      readonly kind: 'guarding';
      readonly sinceMs: number;
      readonly measured: { readonly usedMs: number; readonly timeMs: number } | undefined;
    }
  | { readonly kind: 'delaying-revert'; readonly reason: FaultReason }
  | { readonly kind: 'reverting'; readonly reason: FaultReason }
  | { readonly kind: 'offline'; readonly cause: OfflineCause; readonly nextDelayMs: number }
  | { readonly kind: 'stopping' };

export interface RecoveryState {
  /** As the Watchdog publishes it. */
  readonly machine: Machine;
  readonly activity: Activity;
  /** Raised with each new published state, and by `stop`. Timers and questions of an earlier phase count for nothing. */
  readonly phase: number;
  /** `faulty`: the run that a fault was found in has not ended. Its beats count for nothing, however well it beats. */
  readonly run: 'current' | 'faulty';
  /**
   * `absent`: somebody must make it. `missing`: the machine was rebuilt, and the Watchdog has it made: no beat counts
   * until `saving` has ended.
   */
  readonly snapshot: 'unknown' | 'present' | 'absent' | 'missing' | 'saving';
  readonly channel: 'cut' | 'connected';
  /** Whether libvirt is asked about a machine whose channel is cut, and how long to wait for the look after the next. */
  readonly cutOffWatch: { readonly nextDelayMs: number } | undefined;
  readonly heartbeat: HeartbeatView;
  /** In a row. */
  readonly failedReverts: number;
  /** In a row. */
  readonly earlyFaults: number;
}

/** What a machine is set up with. */
export interface RecoveryRules {
  readonly bounds: RecoveryBounds;
  /** Never revert and never start the machine: only report how it is. */
  readonly noRevert: boolean;
}

/** The one timer of each kind that a phase may have. */
export type TimerName = 'poll' | 'cut-off' | 'heartbeat' | 'load' | 'retry';

/** Who asked how the domain is: the search for a domain that runs, the watch of a cut channel, or of the snapshot. */
export type DomainQuestion = 'poll' | 'cut-off' | 'snapshot';

/** Something that happened. `phase` is the phase that asked for it. */
export type RecoveryEvent =
  | { readonly kind: 'begun' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'beat' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'timer'; readonly timer: TimerName; readonly phase: number }
  | {
      readonly kind: 'domain-seen';
      readonly question: DomainQuestion;
      /** `undefined` if the Snapshot service does not answer. */
      readonly condition: DomainCondition | undefined;
      /** What keeps it from being reverted; `undefined` where nothing does. */
      readonly obstacle: string | undefined;
      readonly phase: number;
    }
  | {
      readonly kind: 'domain-started';
      readonly how: string;
      readonly needsSnapshot: boolean;
      readonly phase: number;
    }
  | { readonly kind: 'start-failed'; readonly detail: string; readonly phase: number }
  | { readonly kind: 'saving-ended'; readonly phase: number }
  | {
      readonly kind: 'load-measured';
      readonly usedMs: number | undefined;
      readonly timeMs: number;
      readonly phase: number;
    }
  | { readonly kind: 'revert-succeeded'; readonly how: string; readonly needsSnapshot: boolean }
  /** `obstacle`: nothing was changed, and nothing will be until somebody acts. */
  | {
      readonly kind: 'revert-failed';
      readonly detail: string;
      readonly obstacle: string | undefined;
    }
  | {
      readonly kind: 'fault-reported';
      readonly generation: number;
      readonly reason: FaultReason;
      readonly detail: string;
      /** A program was running, and may be to blame. */
      readonly isOfExecution: boolean;
    }
  | { readonly kind: 'revert-requested' }
  | { readonly kind: 'stop' };

/** What the driver must do, in this order. */
export type RecoveryCommand =
  | { readonly kind: 'publish'; readonly event: MachineEvent; readonly machine: Machine }
  | { readonly kind: 'open-channel' }
  | { readonly kind: 'close-channel' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'set-timer'; readonly timer: TimerName; readonly delayMs: number }
  | { readonly kind: 'ask-domain'; readonly question: DomainQuestion }
  | { readonly kind: 'start-domain' }
  | { readonly kind: 'revert' }
  | { readonly kind: 'save-snapshot' }
  | { readonly kind: 'measure-load' };

/** The state before `begun`. */
export function newRecovery(machine: Machine, rules: RecoveryRules, nowMs: number): RecoveryState {
  return {
    machine,
    activity: { kind: 'finding', nextDelayMs: rules.bounds.minPollDelayMs },
    phase: 0,
    run: 'current',
    snapshot: 'unknown',
    channel: 'cut',
    cutOffWatch: undefined,
    heartbeat: beginListening(nowMs),
    failedReverts: 0,
    earlyFaults: 0,
  };
}
