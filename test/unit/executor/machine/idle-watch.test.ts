import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdleWatch } from '../../../../services/executor/machine/idle-watch.js';

const idle = { isRunning: false };

describe('an idle watch', () => {
  it('an idle watch finds a machine busy at the second look in a row that shows load without work', () => {
    const watch = new IdleWatch();
    expect(watch.take({ ...idle, share: 1, measuredAtMs: 1 })).toBe(false);
    expect(watch.take({ ...idle, share: 1, measuredAtMs: 2 })).toBe(false);
    expect(watch.take({ ...idle, share: 0.5, measuredAtMs: 3 })).toBe(true);
  });

  it('an idle watch counts each look once, however often it is reported', () => {
    const watch = new IdleWatch();
    watch.take({ ...idle, share: 0, measuredAtMs: 1 });
    for (let i = 0; i < 5; i += 1) {
      expect(watch.take({ ...idle, share: 1, measuredAtMs: 2 })).toBe(false);
    }
  });

  it('an idle watch holds against nobody what an execution used, even one that ended between two looks', () => {
    const watch = new IdleWatch();
    watch.take({ ...idle, share: 0, measuredAtMs: 1 });
    for (let i = 2; i < 10; i += 1) {
      watch.noteWork();
      expect(watch.take({ ...idle, share: 1, measuredAtMs: i })).toBe(false);
    }
  });

  it('an idle watch never complains of a machine that runs something at each look or is below half a processor', () => {
    const look = fc.oneof(
      fc.record({
        isRunning: fc.constant(true),
        share: fc.double({ min: 0, max: 8, noNaN: true }),
      }),
      fc.record({
        isRunning: fc.constant(false),
        share: fc.double({ min: 0, max: 0.49, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(fc.array(look), (looks) => {
        const watch = new IdleWatch();
        return looks.every((each, i) => !watch.take({ ...each, measuredAtMs: i + 1 }));
      }),
    );
  });
});
