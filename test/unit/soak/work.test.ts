import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../soak/random.js';
import { makeWork } from '../../soak/work.js';

describe('the work of a soak', () => {
  test('is the same for the same seed, and other for another', () => {
    const work = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 20 }, () => makeWork(random));
    };
    expect(work(7)).toEqual(work(7));
    expect(work(7)).not.toEqual(work(8));
  });

  test('is drawn evenly', () => {
    const random = new SeededRandom(1);
    const counts = new Map<number, number>();
    for (let i = 0; i < 10_000; i += 1) {
      const drawn = random.between(1, 10);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
