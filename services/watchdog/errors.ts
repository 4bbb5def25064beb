// Why the Watchdog does not do what it was asked for. The gRPC server turns each into a status.

/** PBOTVM_NOREVERT forbids what an operator asked for. */
export class RevertDisabledError extends Error {
  override readonly name = 'RevertDisabledError';
}

/** The revert that an operator waited for has failed. The message says why. */
export class RevertFailedError extends Error {
  override readonly name = 'RevertFailedError';
}

/** Nobody waits any more for the revert, or the Watchdog stops. The revert may still end well. */
export class RevertUnfinishedError extends Error {
  override readonly name = 'RevertUnfinishedError';
}

/** The Watchdog stops: it takes no more faults. */
export class RecoveryStoppedError extends Error {
  override readonly name = 'RecoveryStoppedError';
}
