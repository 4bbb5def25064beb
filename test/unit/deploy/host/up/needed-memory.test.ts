import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neededMemoryMiB } from '../../../../../deploy/host/up/needed-memory.js';
import { catalogue } from '../../../../../guest/languages/catalogue.js';
import { sharesOf } from '../../../../../guest/server/session/shares.js';

describe('the memory that a machine needs for its languages', () => {
  it('a guest with that memory gives a small program of each language what it takes', () => {
    const names = catalogue.map(({ name }) => name);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer({ min: 1, max: 8 }), (languages, vcpus) => {
        const machineMiB = neededMemoryMiB({ languages, vcpus });
        // What the kernel says is left.
        const memoryBytes = machineMiB * 0.95 * 1024 * 1024;
        const given = sharesOf({ memoryBytes, processors: vcpus }).memoryBytes / 1024 / 1024;
        const language = catalogue.find(({ name }) => name === languages);
        expect(given).toBeGreaterThanOrEqual(language?.neededMemoryMiB ?? 0);
      }),
    );
  });

  it('a machine with small languages, or with none that is known, gets no more than the default', () => {
    expect(neededMemoryMiB({ languages: 'sh', vcpus: 1 })).toBe(1024);
    expect(neededMemoryMiB({ languages: 'no-such', vcpus: 4 })).toBe(1024);
  });
});
