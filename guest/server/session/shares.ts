// Divides a guest's memory and processors among executions that run at the same time.

/** What a guest has. */
export interface GuestResources {
  readonly memoryBytes: number;
  readonly processors: number;
}

/** What of it executions have that run at the same time. */
export interface Shares {
  /** Executions at the same time. */
  readonly capacity: number;
  readonly sandboxCount: number;
  /** Most that the processes of one phase may have, what they write to files included. */
  readonly memoryBytes: number;
  /** Most that the files of a sandbox may have. */
  readonly filesBytes: number;
}

/** Part of the memory for all programs together; the rest keeps the server and the kernel alive. */
const programsShare = 0.6;

/** Part of an execution's memory that its files may take. */
const filesShare = 0.4;

/** Below this, compilers run out of memory. */
const minMemoryBytes = 256 * 1024 * 1024;

/** Time limits are those of a clock: with more, a compiler under emulation passes them. */
const maxPerProcessor = 2;

const maxDefaultCapacity = 4;

/** Ready for whoever comes while those that were used last are made again. */
const spareSandboxes = 2;

/** `supervisor.py` has users for this many more sandboxes at most. */
export const maxCapacity = 14;

/**
 * Divides a guest among executions. Memory is not promised twice: where what all may have together were more than there
 * is, one program could have the kernel end another.
 *
 * @param capacity 1 to `maxCapacity`; by default as many as the guest is large enough for, at most 4
 */
export function sharesOf(
  { memoryBytes, processors }: GuestResources,
  capacity = defaultCapacity({ memoryBytes, processors }),
): Shares {
  const share = Math.floor((memoryBytes * programsShare) / capacity);
  return {
    capacity,
    sandboxCount: capacity + spareSandboxes,
    memoryBytes: share,
    filesBytes: Math.floor(share * filesShare),
  };
}

function defaultCapacity({ memoryBytes, processors }: GuestResources): number {
  const byMemory = Math.floor((memoryBytes * programsShare) / minMemoryBytes);
  return Math.max(1, Math.min(maxDefaultCapacity, processors * maxPerProcessor, byMemory));
}
