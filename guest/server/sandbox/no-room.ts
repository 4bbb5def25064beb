// Notes that a sandbox has no room for one more worker.

/** An execution that leaves no room in its sandbox ends alone. The server and other executions go on. */
export function noteNoRoom(error: unknown): undefined {
  process.stderr.write(`guest-server: a sandbox has no room for a worker: ${String(error)}\n`);
}
