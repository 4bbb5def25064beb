import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noLimits, type WorkerLimits } from '../../../../guest/server/execution/limits.js';
import { PhaseWatch } from '../../../../guest/server/execution/phase-watch.js';
import { Limit } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** @param load how many processors the phase keeps busy at a time; `undefined`: nobody knows */
function watch(
  limits: Partial<WorkerLimits>,
  options: { load?: ((ms: number) => number) | undefined; processors?: number } = {},
) {
  const passed: { limit: Limit; atMs: number }[] = [];
  const looks: number[] = [];
  const startedAt = Date.now();
  let usedMs = 0;
  let lastLook = 0;
  const { load, processors = 1 } = options;
  const watching = new PhaseWatch({
    limits: { ...noLimits, ...limits },
    processors,
    cpuTimeUs: () => {
      const now = Date.now() - startedAt;
      looks.push(now);
      if (load === undefined) return undefined;
      for (; lastLook < now; lastLook += 1) usedMs += load(lastLook);
      return usedMs * 1000;
    },
    onPassed: (limit) => passed.push({ limit, atMs: Date.now() - startedAt }),
  });
  return { watching, passed, looks };
}

describe('the watch over a phase', () => {
  it('the watch over a phase without limits looks at nothing', () => {
    const { looks } = watch({});
    expect(looks).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a phase is ended when its wall time is over', async () => {
    const { passed } = watch({ wallMs: 300 });
    await vi.advanceTimersByTimeAsync(299);
    expect(passed).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(passed).toEqual([{ limit: Limit.WALL_TIME, atMs: 300 }]);
  });

  it('a phase that uses all processors is ended as soon as it reaches its limit, at the first look', async () => {
    const { passed, looks } = watch({ cpuMs: 2000 }, { load: () => 4, processors: 4 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(passed).toEqual([{ limit: Limit.CPU_TIME, atMs: 500 }]);
    expect(looks).toEqual([500]);
  });

  it('a phase that uses a processor now and then is ended soon after its limit, with few looks', async () => {
    const { passed, looks } = watch({ cpuMs: 1000 }, { load: (ms) => (ms % 4 === 0 ? 1 : 0) });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(passed[0]?.limit).toBe(Limit.CPU_TIME);
    expect(passed[0]?.atMs).toBeGreaterThanOrEqual(3997);
    expect(passed[0]?.atMs).toBeLessThanOrEqual(4025);
    expect(looks.length).toBeLessThan(20);
  });

  it('a phase that sleeps is looked at no more often than it could reach its limit', async () => {
    const { passed, looks } = watch({ cpuMs: 1000 }, { load: () => 0 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(passed).toEqual([]);
    expect(looks).toHaveLength(10);
  });

  it('a phase whose processor time is unknown is not ended for it', async () => {
    const { passed, looks } = watch({ cpuMs: 100 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(passed).toEqual([]);
    expect(looks).toHaveLength(1);
  });

  it('the watch over a phase reports the first limit only', async () => {
    const { passed } = watch({ cpuMs: 100, wallMs: 200 }, { load: () => 1 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(passed.map(({ limit }) => limit)).toEqual([Limit.CPU_TIME]);
  });

  it('the watch over a phase leaves no timer when it is stopped', () => {
    const { watching } = watch({ cpuMs: 100, wallMs: 200 }, { load: () => 1 });
    watching.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
