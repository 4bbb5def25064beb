// Measures how the time of a function grows with its input.

/** Enough that the quickest of them was disturbed by nobody. */
const rounds = 5;

const factor = 16;

/**
 * Whether an action takes much longer than 16 times as long with something 16 times as long: a quadratic one takes 256 times as
 * long, and counts as such from 64. Both are measured in turns, so that it says the same on a machine that becomes slower.
 *
 * @param length of the shorter one
 */
export function isQuadratic(action: (length: number) => unknown, length: number): boolean {
  let short = Number.POSITIVE_INFINITY;
  let long = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    short = Math.min(
      short,
      timeOf(() => action(length)),
    );
    long = Math.min(
      long,
      timeOf(() => action(factor * length)),
    );
  }
  return long / short > 4 * factor;
}

/** Of the processor, in microseconds: what takes long is interrupted more often where others have work. */
function timeOf(action: () => unknown): number {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system);
}
