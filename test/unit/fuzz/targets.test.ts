import fc from 'fast-check';
import { describe, it } from 'vitest';
import { targets } from '../../fuzz/targets/index.js';

describe('whatever comes', () => {
  it.each(targets.map(({ promise, property }) => [promise, property] as const))(
    '%s',
    async (_promise, property) => {
      await fc.assert(property, { numRuns: 200 });
    },
    60_000,
  );
});
