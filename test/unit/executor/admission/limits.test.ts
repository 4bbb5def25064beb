import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkPhaseLimits,
  checkRoom,
  effectiveLimits,
  type PhaseLimits,
} from '../../../../services/executor/admission/limits.js';
import {
  builtInLimits,
  type PhaseLimitRanges,
} from '../../../../services/lib/config/limit-table.js';

const none: PhaseLimits = {
  wallTimeMs: undefined,
  cpuTimeMs: undefined,
  memoryBytes: undefined,
  processes: undefined,
  fileBytes: undefined,
  openFiles: undefined,
  stackBytes: undefined,
};

const ranges: PhaseLimitRanges = {
  wallTimeMs: { default: 2000, max: 20_000 },
  cpuTimeMs: { default: 1000, max: 4000 },
  memoryBytes: { default: 100, max: 200 },
  processes: { default: 10, max: 20 },
  fileBytes: { default: 1000, max: 2000 },
  openFiles: { default: 16, max: 32 },
  stackBytes: { default: 50, max: 100 },
};

const options = { ranges, maxWallTimeMs: 10_000 };

describe('limits of a phase', () => {
  it.each<[Partial<PhaseLimits>, string, string]>([
    [{ wallTimeMs: 10_001 }, 'wall_time', 'is 10.001 s; at most 10 s is allowed'],
    [{ wallTimeMs: 0.5 }, 'wall_time', 'must be at least 1 ms'],
    [{ wallTimeMs: -1 }, 'wall_time', 'must be at least 1 ms'],
    [{ cpuTimeMs: 4001 }, 'cpu_time', 'is 4.001 s; at most 4 s is allowed'],
    [{ cpuTimeMs: -1 }, 'cpu_time', 'must be at least 1 ms'],
    [{ memoryBytes: 201 }, 'memory_bytes', 'is 201 bytes; at most 200 are allowed'],
    [{ processes: 21 }, 'processes', 'is 21; at most 20 are allowed'],
    [{ fileBytes: 2001 }, 'file_bytes', 'is 2001 bytes; at most 2000 are allowed'],
    [{ openFiles: 33 }, 'open_files', 'is 33; at most 32 are allowed'],
    [{ stackBytes: 101 }, 'stack_bytes', 'is 101 bytes; at most 100 are allowed'],
  ])('limits %j over their maxima are rejected with the field', (asked, field, description) => {
    expect(checkPhaseLimits('run_limits', { ...none, ...asked }, options)).toEqual([
      { field: `program.run_limits.${field}`, description },
    ]);
  });

  it('each limit over its maximum has a violation of its own', () => {
    const asked = { ...none, processes: 21, openFiles: 33 };
    const violations = checkPhaseLimits('compile_limits', asked, options);
    expect(violations.map(({ field }) => field)).toEqual([
      'program.compile_limits.processes',
      'program.compile_limits.open_files',
    ]);
  });

  it('the wall time of a phase is bounded by that of the execution and by the table', () => {
    const short = { ...options, ranges: { ...ranges, wallTimeMs: { default: 1, max: 500 } } };
    const most = (allowed: typeof options) =>
      checkPhaseLimits('run_limits', { ...none, wallTimeMs: 1e9 }, allowed)[0]?.description;
    expect(most(options)).toContain('at most 10 s');
    expect(most(short)).toContain('at most 0.5 s');
  });

  it('limits that a request leaves open have their defaults, others are as requested', () => {
    expect(effectiveLimits(undefined, ranges)).toEqual({
      wallTimeMs: 2000,
      cpuTimeMs: 1000,
      memoryBytes: 100,
      processes: 10,
      fileBytes: 1000,
      openFiles: 16,
      stackBytes: 50,
    });
    expect(effectiveLimits({ ...none, cpuTimeMs: 5 }, ranges)).toMatchObject({
      cpuTimeMs: 5,
      processes: 10,
    });
  });

  it('limits that neither request nor table sets are what the machine gives', () => {
    expect(effectiveLimits(undefined, builtInLimits.run)).toEqual({
      ...none,
      processes: 256,
      openFiles: 1024,
    });
  });

  it('accepted limits are never over their maxima', () => {
    const amount = fc.option(fc.nat(30_000), { nil: undefined });
    const anyLimits = fc.record({
      wallTimeMs: amount,
      cpuTimeMs: amount,
      memoryBytes: amount,
      processes: amount,
      fileBytes: amount,
      openFiles: amount,
      stackBytes: amount,
    });
    fc.assert(
      fc.property(anyLimits, (asked) => {
        const violations = checkPhaseLimits('run_limits', asked, options);
        const effective = effectiveLimits(asked, ranges);
        const isOver = (Object.keys(ranges) as (keyof PhaseLimits)[]).some(
          (key) =>
            (effective[key] ?? 0) > (key === 'wallTimeMs' ? 10_000 : (ranges[key].max ?? Infinity)),
        );
        const isTooShort = asked.wallTimeMs === 0 || asked.cpuTimeMs === 0;
        expect(violations.length > 0).toBe(isOver || isTooShort);
      }),
    );
  });
});

describe('memory and files', () => {
  it('memory and files over what a machine gives are rejected with the field', () => {
    const limits = {
      compile_limits: { ...none, fileBytes: 301 },
      run_limits: { ...none, memoryBytes: 601 },
    };
    expect(checkRoom(limits, { memoryBytes: 601, fileBytes: 301 })).toEqual([]);
    expect(checkRoom(limits, { memoryBytes: 600, fileBytes: 300 })).toEqual([
      {
        field: 'program.compile_limits.file_bytes',
        description: 'is 301 bytes; the machine gives at most 300 to a phase',
      },
      {
        field: 'program.run_limits.memory_bytes',
        description: 'is 601 bytes; the machine gives at most 600 to a phase',
      },
    ]);
  });
});
