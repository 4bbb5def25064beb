// Sleep, back-off and waiting for an event.

import { EventEmitter, getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { backoff } from '../../../../services/lib/process/back-off.js';
import { type Clock, sleep, systemClock } from '../../../../services/lib/process/clock.js';
import { waitFor } from '../../../../services/lib/process/wait-for.js';

describe('sleep', () => {
  it('sleep ends after its delay and leaves no listener at the signal', async () => {
    const { signal } = new AbortController();
    const start = performance.now();
    await sleep(systemClock, 20, signal);
    expect(performance.now() - start).toBeGreaterThan(15);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('an abort ends a sleep at once and cancels its timer', async () => {
    let isCancelled = false;
    const clock: Clock = { nowMs: () => 0, schedule: () => () => (isCancelled = true) };
    const controller = new AbortController();
    const slept = sleep(clock, 60_000, controller.signal);
    controller.abort();
    await slept;
    expect(isCancelled).toBe(true);
  });

  it('a sleep of no time schedules no timer', async () => {
    const clock: Clock = {
      nowMs: () => 0,
      schedule: () => {
        throw new Error('scheduled');
      },
    };
    await expect(sleep(clock, 0)).resolves.toBeUndefined();
  });
});

describe('waitFor', () => {
  it('an event ends the wait and the subscription', async () => {
    const emitter = new EventEmitter();
    const { signal } = new AbortController();
    const waited = waitFor(signal, (settle) => {
      emitter.on('event', settle);
      return () => emitter.off('event', settle);
    });
    emitter.emit('event');
    await waited;
    expect(emitter.listenerCount('event')).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('nothing is subscribed where the signal is aborted already', async () => {
    const subscribe = () => {
      throw new Error('subscribed');
    };
    await expect(waitFor(AbortSignal.abort(), subscribe)).resolves.toBeUndefined();
  });
});

describe('backoff', () => {
  it('delays double from the minimum to the maximum, and start again after a reset', () => {
    const delays = backoff({ minMs: 50, maxMs: 300 });
    expect([1, 2, 3, 4, 5].map(() => delays.next())).toEqual([50, 100, 200, 300, 300]);
    delays.reset();
    expect(delays.next()).toBe(50);
  });

  it('a first delay of 0 is followed by the minimum', () => {
    const delays = backoff({ firstMs: 0, minMs: 50, maxMs: 300 });
    expect([1, 2, 3].map(() => delays.next())).toEqual([0, 50, 100]);
  });
});
