/** Enough that the quickest of them was disturbed by nobody. */
const rounds = 5;

/**
 * How many times longer an action takes with something four times as long: 4 where it is linear, 16 where it is quadratic. Both
 * are measured in turns, so that it says the same on a slow machine, and on one that has other work.
 *
 * @param length of the shorter one; with it the action should take a millisecond or more
 */
export function growthOfTime(action: (length: number) => unknown, length: number): number {
  let short = Number.POSITIVE_INFINITY;
  let long = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    short = Math.min(
      short,
      timeOf(() => action(length)),
    );
    long = Math.min(
      long,
      timeOf(() => action(4 * length)),
    );
  }
  return long / short;
}

function timeOf(action: () => unknown): number {
  const startedAt = performance.now();
  action();
  return performance.now() - startedAt;
}
