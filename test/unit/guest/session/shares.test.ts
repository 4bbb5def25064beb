import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxCapacity, sharesOf } from '../../../../guest/server/session/shares.js';

const MiB = 1024 * 1024;

describe('the shares of a guest', () => {
  it.each([
    [1, 512, 1],
    [1, 1024, 2],
    [1, 4096, 2],
    [2, 1024, 2],
    [2, 2048, 4],
    [16, 65536, 4],
    [1, 64, 1],
  ])(
    'a guest of %i processors and %i MiB runs %i programs at once',
    (processors, memoryMiB, capacity) => {
      expect(sharesOf({ processors, memoryBytes: memoryMiB * MiB }).capacity).toBe(capacity);
    },
  );

  it('a guest has spare sandboxes for the time in which used ones are replaced', () => {
    const { sandboxCount } = sharesOf({ processors: 1, memoryBytes: 512 * MiB });
    expect(sandboxCount).toBe(3);
  });

  it('a guest runs as many programs as the given capacity', () => {
    const resources = { processors: 1, memoryBytes: 512 * MiB };
    expect(sharesOf(resources, 8)).toMatchObject({ capacity: 8, sandboxCount: 10 });
  });

  it('a guest never promises memory twice, and keeps some for itself', () => {
    fc.assert(
      fc.property(
        fc.record({
          processors: fc.integer({ min: 1, max: 256 }),
          memoryBytes: fc.integer({ min: 64 * MiB, max: 2 ** 43 }),
        }),
        fc.option(fc.integer({ min: 1, max: maxCapacity }), { nil: undefined }),
        (resources, wanted) => {
          const { capacity, memoryBytes, filesBytes } = sharesOf(resources, wanted);
          expect(capacity * memoryBytes).toBeLessThanOrEqual(0.6 * resources.memoryBytes);
          expect(filesBytes).toBeLessThan(memoryBytes);
        },
      ),
    );
  });
});
