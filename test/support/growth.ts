// Measures how the time of a function grows with its input.

/** A function that is quadratic is so each time; one that was disturbed is not. */
const attempts = 3;

/** Enough that most of the short ones, and the quickest of the long ones, were disturbed by nobody. */
const rounds = 7;

const factor = 16;

/**
 * Whether an action takes much longer than 16 times as long with something 16 times as long: a quadratic one takes 256 times as
 * long, and counts as such from 64. Both are measured in turns, so that it says the same on a machine that becomes slower. The
 * quickest short one would not do: it may be lucky, while a long one always has garbage to collect.
 *
 * @param length of the shorter one
 */
export function isQuadratic(action: (length: number) => unknown, length: number): boolean {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (!growsFast(action, length)) return false;
  }
  return true;
}

function growsFast(action: (length: number) => unknown, length: number): boolean {
  const short: number[] = [];
  const long: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    short.push(timeOf(() => action(length)));
    long.push(timeOf(() => action(factor * length)));
  }
  return Math.min(...long) / median(short) > 4 * factor;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Of the processor, in microseconds: what takes long is interrupted more often where others have work. */
function timeOf(action: () => unknown): number {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system);
}
