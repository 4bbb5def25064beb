// What the Executor knows of a machine from the Watchdog.

/** What the Watchdog says of a machine; `unknown` also while the Watchdog is not reached. */
export type WatchedState = 'unknown' | 'starting' | 'ready' | 'reverting' | 'offline';

/** What the Watchdog says of a machine at one time. */
export interface MachineNews {
  readonly state: WatchedState;
  readonly generation: number;
  /** This generation began with a revert. */
  readonly isPristine: boolean;
  /** What keeps it from being reverted until somebody acts, in words that follow its name. */
  readonly revertObstacle?: string | undefined;
  /** How much of one processor it used until that time; absent while not known. */
  readonly load?: { readonly share: number; readonly measuredAtMs: number } | undefined;
}
