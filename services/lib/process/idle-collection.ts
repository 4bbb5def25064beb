// Gives memory back in quiet times: V8 collects old garbage only when it needs room, and a quiet service needs none.

import { Session } from 'node:inspector';
import { getHeapStatistics } from 'node:v8';

/** How often memory is looked at. */
const lookEveryMs = 5000;

/** A collection stops the process for some milliseconds: nobody must notice. */
const maxUtilization = 0.05;

/** Less is not worth a pause. */
const minGrowthBytes = 8 * 1024 * 1024;

/** What was used since the last look. */
export interface Usage {
  /** Part of the time that the event loop was busy, from 0 to 1. */
  readonly utilization: number;
  /** Memory of the host that a whole collection could give back. */
  readonly heldBytes: number;
}

/** Decides when to collect. */
export class CollectionPolicy {
  /** Memory that the last collection left, or less where V8 has collected by itself. */
  #leastBytes: number;

  constructor(heldBytes: number) {
    this.#leastBytes = heldBytes;
  }

  /** Whether this is a time to collect. */
  isTime({ utilization, heldBytes }: Usage): boolean {
    this.#leastBytes = Math.min(this.#leastBytes, heldBytes);
    return utilization <= maxUtilization && heldBytes - this.#leastBytes > minGrowthBytes;
  }

  /** @param heldBytes what a collection has left */
  collected(heldBytes: number): void {
    this.#leastBytes = heldBytes;
  }
}

/** Collects garbage whenever the process is quiet and has some. @returns what ends that */
export function collectWhenIdle(): () => void {
  const session = new Session();
  session.connect();
  const policy = new CollectionPolicy(heldBytes());
  let seen = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, seen);
    seen = now;
    if (!policy.isTime({ utilization, heldBytes: heldBytes() })) return;
    // V8 gives room back for its inspector alone: `gc()` keeps that of young objects, and pages that are half empty.
    session.post('HeapProfiler.collectGarbage', () => policy.collected(heldBytes()));
  }, lookEveryMs).unref();
  return () => {
    clearInterval(timer);
    session.disconnect();
  };
}

/** What the heap has of the host, and buffers. */
function heldBytes(): number {
  const { total_heap_size: heapBytes, external_memory: bufferBytes } = getHeapStatistics();
  return heapBytes + bufferBytes;
}
