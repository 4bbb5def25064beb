// One step of the policy while it is worked out: the state so far, and the commands so far.

import { beginListening } from '../heartbeat.js';
import { applyEvent, type MachineEvent } from '../machine-state.js';
import type { RecoveryCommand, RecoveryRules, RecoveryState } from './state.js';

/** Lives as long as one call of `step`, so that the policy is pure for its callers. */
export class Turn {
  readonly rules: RecoveryRules;
  readonly nowMs: number;
  readonly commands: RecoveryCommand[] = [];
  #state: RecoveryState;

  constructor(state: RecoveryState, rules: RecoveryRules, nowMs: number) {
    this.#state = state;
    this.rules = rules;
    this.nowMs = nowMs;
  }

  get state(): RecoveryState {
    return this.#state;
  }

  set(changes: Partial<RecoveryState>): void {
    this.#state = { ...this.#state, ...changes };
  }

  command(command: RecoveryCommand): void {
    this.commands.push(command);
  }

  /** Changes the published machine. A new published state begins a phase: `activity` must follow. Returns whether a phase began. */
  publish(event: MachineEvent): boolean {
    const before = this.#state.machine;
    const machine = applyEvent(before, event, this.nowMs);
    // What was learnt of the guest belongs to the old run.
    if (machine.generation !== before.generation)
      this.set({ heartbeat: beginListening(this.nowMs) });
    this.set({ machine });
    this.command({ kind: 'publish', event, machine });
    if (machine.state === before.state) return false;
    const { phase, snapshot } = this.#state;
    this.set({
      phase: phase + 1,
      cutOffWatch: undefined,
      // The phase that saved it is over.
      snapshot: snapshot === 'saving' ? 'unknown' : snapshot,
    });
    return true;
  }
}
