import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationFromMs, durationToMs } from '../../../../services/lib/config/duration.js';

/** What differences of two floating-point times look like. */
const nearWholeSeconds = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 10_000 }))
  .map(([seconds, part]) => seconds * 1000 - part * 1e-10);

const milliseconds = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.integer({ min: -1e9, max: 1e9 }),
  nearWholeSeconds,
);

describe('a duration', () => {
  it('milliseconds that become a duration come back as the same milliseconds, to the nanosecond', () => {
    fc.assert(
      fc.property(milliseconds, (ms) => {
        expect(Math.abs(durationToMs(durationFromMs(ms)) - ms)).toBeLessThan(1e-6);
      }),
    );
  });

  it('a duration that becomes milliseconds comes back as the same seconds and nanoseconds', () => {
    const duration = fc.record({
      seconds: fc.bigInt({ min: 0n, max: 1_000_000n }),
      nanos: fc.integer({ min: 0, max: 999_999_999 }),
    });
    fc.assert(
      fc.property(duration, (each) => {
        expect(durationFromMs(durationToMs(each))).toEqual(each);
      }),
    );
  });

  it('a duration never holds a whole second in its nanoseconds, nor two signs', () => {
    fc.assert(
      fc.property(milliseconds, (ms) => {
        const { seconds, nanos } = durationFromMs(ms);
        expect(Math.abs(nanos)).toBeLessThan(1_000_000_000);
        expect(Number(seconds) * nanos).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each([
    [0, 0n, 0],
    [1, 0n, 1_000_000],
    [1500, 1n, 500_000_000],
    [0.25, 0n, 250_000],
    [-1500, -1n, -500_000_000],
    [999.9999999, 1n, 0],
  ])('%s ms as a duration are %s s and %s ns', (ms, seconds, nanos) => {
    expect(durationFromMs(ms)).toEqual({ seconds, nanos });
  });
});
