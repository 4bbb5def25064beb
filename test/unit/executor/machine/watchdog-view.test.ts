import { describe, expect, it } from 'vitest';
import {
  afterLongSilence,
  afterNews,
  afterSilence,
  isOfKeptRun,
  latestGeneration,
  type MachineNews,
  newView,
} from '../../../../services/executor/machine/watchdog-view.js';

const absence = 'the Watchdog at x does not answer';
const news = (state: MachineNews['state'], generation: number, isPristine = false) => ({
  state,
  generation,
  isPristine,
});
const ready = afterNews(newView, news('ready', 7, true), { isSameRun: false });
const kept = afterSilence(ready, absence);

describe('what is known of a machine whose Watchdog is away', () => {
  it('a machine that was READY is taken to be so, for a time', () => {
    expect(kept).toMatchObject({ state: 'ready', source: 'kept', absence });
    expect(afterLongSilence(kept)).toMatchObject({ state: 'unknown', absence });
  });

  it.each(['starting', 'reverting', 'offline'] as const)(
    'nothing is known of a machine that was %s',
    (state) => {
      const view = afterNews(newView, news(state, 7), { isSameRun: false });
      expect(afterSilence(view, absence)).toMatchObject({ state: 'unknown', absence });
    },
  );

  it('the news of a restarted Watchdog are of the same run, unless it was reverted or is down', () => {
    expect(isOfKeptRun(kept, news('unknown', 1000))).toBe(true);
    expect(isOfKeptRun(kept, news('starting', 1000))).toBe(true);
    expect(isOfKeptRun(kept, news('ready', 1000))).toBe(true);
    expect(isOfKeptRun(kept, news('ready', 8, true))).toBe(false);
    expect(isOfKeptRun(kept, news('reverting', 8))).toBe(false);
    expect(isOfKeptRun(kept, news('offline', 7))).toBe(false);
    expect(isOfKeptRun(ready, news('ready', 1000))).toBe(false);
  });

  it('a restarted Watchdog that has not heard the machine yet takes it out of service no more than its absence did', () => {
    const started = afterNews(kept, news('unknown', 1000), { isSameRun: true });
    expect(started).toMatchObject({ state: 'ready', source: 'kept', generation: 1000 });
    expect(started.absence).toBeUndefined();
    const heard = afterNews(started, news('ready', 1000), { isSameRun: true });
    expect(heard).toMatchObject({ state: 'ready', source: 'said' });
  });

  it('the run has its new number for what began under an old one', () => {
    const renamed = afterNews(kept, news('ready', 1000), { isSameRun: true });
    const twice = afterNews(afterSilence(renamed, absence), news('ready', 2000), {
      isSameRun: true,
    });
    expect([7, 1000, 2000, 6].map((each) => latestGeneration(twice, each))).toEqual([
      2000, 2000, 2000, 6,
    ]);
    const reverted = afterNews(twice, news('reverting', 2001), { isSameRun: false });
    expect(latestGeneration(reverted, 7)).toBe(7);
  });
});
