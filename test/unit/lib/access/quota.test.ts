import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Quota } from '../../../../services/lib/access/quota.js';

const unlimited = { rate: undefined, concurrency: undefined };

const granted = { kind: 'granted' };

describe('a quota', () => {
  it('a quota without limits grants everything', () => {
    const quota = new Quota(unlimited, 0);
    for (let i = 0; i < 1000; i += 1) expect(quota.take(0)).toEqual(granted);
  });

  it('a quota grants a burst at once, then one in each interval, and says when', () => {
    const quota = new Quota({ ...unlimited, rate: { perSecond: 2, burst: 3 } }, 1000);
    for (let i = 0; i < 3; i += 1) expect(quota.take(1000)).toEqual(granted);
    expect(quota.take(1000)).toEqual({ kind: 'too fast', retryMs: 500 });
    expect(quota.take(1400)).toEqual({ kind: 'too fast', retryMs: 100 });
    expect(quota.take(1500)).toEqual(granted);
    expect(quota.take(1500)).toEqual({ kind: 'too fast', retryMs: 500 });
  });

  it('a quota saves at most one burst in a pause', () => {
    const quota = new Quota({ ...unlimited, rate: { perSecond: 10, burst: 2 } }, 0);
    const verdicts = [1, 2, 3].map(() => quota.take(1_000_000).kind);
    expect(verdicts).toEqual(['granted', 'granted', 'too fast']);
  });

  it('a quota limits how many executions are under way', () => {
    const quota = new Quota({ ...unlimited, concurrency: 2 }, 0);
    quota.take(0);
    quota.take(0);
    expect(quota.take(0)).toEqual({ kind: 'too many', limit: 2 });
    quota.release();
    expect(quota.take(0)).toEqual(granted);
  });

  it('an execution that the quota rejects uses nothing up', () => {
    const quota = new Quota({ rate: { perSecond: 1, burst: 2 }, concurrency: 1 }, 0);
    quota.take(0);
    for (let i = 0; i < 10; i += 1) expect(quota.take(0).kind).toBe('too many');
    quota.release();
    expect(quota.take(0)).toEqual(granted);
    quota.release();
    for (let i = 0; i < 10; i += 1) expect(quota.take(0).kind).toBe('too fast');
    expect(quota.take(1000)).toEqual(granted);
  });

  it('a quota keeps what was used when its limits change', () => {
    const quota = new Quota({ rate: { perSecond: 1, burst: 5 }, concurrency: 3 }, 0);
    for (let i = 0; i < 3; i += 1) quota.take(0);
    quota.change({ rate: { perSecond: 1, burst: 1 }, concurrency: 3 }, 0);
    expect(quota.take(0)).toEqual({ kind: 'too many', limit: 3 });
    quota.change({ rate: { perSecond: 1, burst: 1 }, concurrency: 5 }, 0);
    expect([quota.take(0).kind, quota.take(0).kind]).toEqual(['granted', 'too fast']);
  });

  it('a quota begins with a burst where there was no rate before', () => {
    const quota = new Quota(unlimited, 0);
    quota.change({ ...unlimited, rate: { perSecond: 1, burst: 2 } }, 0);
    const verdicts = [1, 2, 3].map(() => quota.take(0).kind);
    expect(verdicts).toEqual(['granted', 'granted', 'too fast']);
  });

  it('in no span of time does a quota grant more than the rate and one burst', () => {
    const rate = fc.record({
      perSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    const pauses = fc.array(fc.nat({ max: 2000 }), { maxLength: 100 });
    fc.assert(
      fc.property(rate, pauses, (limit, pausesMs) => {
        const quota = new Quota({ ...unlimited, rate: limit }, 0);
        let nowMs = 0;
        let count = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          if (quota.take(nowMs).kind === 'granted') count += 1;
        }
        expect(count).toBeLessThanOrEqual(limit.burst + (nowMs / 1000) * limit.perSecond + 1e-6);
      }),
    );
  });

  it('a quota grants an execution to a client that has waited as long as it was asked to', () => {
    const rate = fc.record({
      perSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(rate, (limit) => {
        const quota = new Quota({ ...unlimited, rate: limit }, 0);
        for (let i = 0; i < limit.burst; i += 1) quota.take(0);
        const verdict = quota.take(0);
        if (verdict.kind !== 'too fast') throw new Error(verdict.kind);
        // A division and a multiplication may round to a hair below one.
        expect(quota.take(verdict.retryMs + 1).kind).toBe('granted');
      }),
    );
  });
});
