// The faults for which a machine is reverted.

/** Why a machine is to be reverted. */
export type FaultKind =
  | 'timed out'
  | 'guest error'
  | 'corrupt'
  | 'silent'
  | 'forgotten'
  /** No fault: a program has run, and the next one is to have a fresh machine. */
  | 'used'
  | 'busy while idle';

/** A reason to have a machine reverted. */
export interface Fault {
  readonly kind: FaultKind;
  /** One sentence for the operator. */
  readonly detail: string;
  /** Of the machine; what was seen in an earlier one is history. */
  readonly generation: number;
}
