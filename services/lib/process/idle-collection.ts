// Gives memory back in quiet times: V8 collects old garbage only when it needs room, and a quiet service needs none.

import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often memory is looked at. */
const lookEveryMs = 5000;

/** A collection stops the process for some milliseconds: nobody must notice. */
const maxUtilization = 0.3;

/** Less is not worth it. */
const minGrowthBytes = 10 * 1024 * 1024;

/** What was used since the last look. */
export interface Usage {
  /** Part of the time that the event loop was busy, from 0 to 1. */
  readonly utilization: number;
  /** Memory that only a whole collection could give back. */
  readonly oldBytes: number;
}

/** Decides when to collect. */
export class CollectionPolicy {
  /** Old memory after the last collection, or less where V8 has collected by itself. */
  #leastBytes: number;

  constructor(oldBytes: number) {
    this.#leastBytes = oldBytes;
  }

  /** Whether this is a time to collect. */
  isTime({ utilization, oldBytes }: Usage): boolean {
    this.#leastBytes = Math.min(this.#leastBytes, oldBytes);
    return utilization <= maxUtilization && oldBytes - this.#leastBytes > minGrowthBytes;
  }

  /** @param oldBytes what a collection has left */
  collected(oldBytes: number): void {
    this.#leastBytes = oldBytes;
  }
}

/** Collects garbage whenever the process is quiet and has some. @returns what ends that */
export function collectWhenIdle(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const policy = new CollectionPolicy(oldBytes());
  let seen = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, seen);
    seen = now;
    if (!policy.isTime({ utilization, oldBytes: oldBytes() })) return;
    collect();
    policy.collected(oldBytes());
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
}

/** Buffers, and all of the heap but its young generation, which V8 collects all the time. */
function oldBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(
    ({ space_name: name }) => !name.startsWith('new_'),
  );
  const usedBytes = spaces.reduce((sum, { space_used_size: size }) => sum + size, 0);
  return usedBytes + getHeapStatistics().external_memory;
}
