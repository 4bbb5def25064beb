import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Offences } from '../../../../../services/lib/rpc/connections/offences.js';

describe('offences of an address', () => {
  it('a few offences cost nothing', () => {
    const offences = new Offences();
    for (let i = 0; i < 5; i += 1) offences.note('a', 0);
    expect(offences.waitMs('a', 0)).toBe(0);
    offences.note('a', 0);
    expect(offences.waitMs('a', 0)).toBe(200);
  });

  it('an address pays by waiting, and another one does not pay for it', () => {
    const offences = new Offences();
    for (let i = 0; i < 8; i += 1) offences.note('a', 0);
    expect(offences.waitMs('a', 0)).toBe(600);
    expect(offences.waitMs('a', 400)).toBe(200);
    expect(offences.waitMs('a', 600)).toBe(0);
    expect(offences.waitMs('b', 0)).toBe(0);
  });

  it('whoever goes on at once is let in five times a second', () => {
    const offences = new Offences();
    let nowMs = 0;
    let connections = 0;
    for (; nowMs < 60_000; connections += 1) {
      nowMs += offences.waitMs('a', nowMs);
      offences.note('a', nowMs);
    }
    expect(connections).toBeLessThanOrEqual(306);
  });

  it('no address ever waits longer than a second', () => {
    const steps = fc.array(
      fc.record({ afterMs: fc.nat(3000), address: fc.constantFrom('a', 'b') }),
    );
    fc.assert(
      fc.property(steps, (offencesOf) => {
        const offences = new Offences();
        let nowMs = 0;
        for (const { afterMs, address } of offencesOf) {
          nowMs += afterMs;
          offences.note(address, nowMs);
          expect(offences.waitMs(address, nowMs)).toBeLessThanOrEqual(1000);
          expect(offences.waitMs(address, nowMs)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('the oldest address is forgotten where there are too many', () => {
    const offences = new Offences();
    for (let i = 0; i < 10; i += 1) offences.note('a', 0);
    for (let i = 0; i < 1000; i += 1) offences.note(`of many ${i}`, 0);
    expect(offences.waitMs('a', 0)).toBe(0);
  });
});
