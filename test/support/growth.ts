// Measures how the time of a function grows with its input.

/** A function that is quadratic is so each time; one that was disturbed is not. */
const attempts = 3;

/** Enough that most of the short series, and the quickest of the long ones, were disturbed by nobody. */
const rounds = 5;

const factor = 64;

/** A quadratic action reaches 64. Room that is allocated for it, and collected, costs a linear one up to 5 on a busy host. */
const quadraticFrom = 16;

/**
 * Whether an action takes much longer with one long input than with 64 short ones that are as long together: a linear action takes
 * about as long, a quadratic one 64 times as long. Both do the same amount of work in turns, so that it says the same on a machine
 * that is busy or becomes slower.
 *
 * @param length of the long input
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
    short.push(
      timeOf(() => {
        for (let repetition = 0; repetition < factor; repetition += 1) action(length / factor);
      }),
    );
    long.push(timeOf(() => action(length)));
  }
  return Math.min(...long) / median(short) > quadraticFrom;
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
