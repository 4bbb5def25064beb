import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  builtInPhaseLimits,
  type LimitRange,
  PhaseLimitsError,
  parsePhaseLimits,
  readPhaseLimitsFile,
} from '../../../services/lib/phase-limits.js';

function complaint(value: unknown): string {
  try {
    parsePhaseLimits(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof PhaseLimitsError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('a file of limits', () => {
  it('may leave out whatever stays as it is built in', () => {
    expect(parsePhaseLimits('{}')).toEqual(builtInPhaseLimits);
    expect(parsePhaseLimits('{"run": {}}')).toEqual(builtInPhaseLimits);
  });

  it('sets defaults and maxima of one phase and leaves the other alone', () => {
    const table = parsePhaseLimits(
      '{"run": {"cpu_time": {"default": 1.5, "max": 3}, "processes": {"default": 4, "max": 8}}}',
    );
    expect(table.compile).toEqual(builtInPhaseLimits.compile);
    expect(table.run).toEqual({
      ...builtInPhaseLimits.run,
      cpuTimeMs: { default: 1500, max: 3000 },
      processes: { default: 4, max: 8 },
    });
  });

  it.each<[unknown, string]>([
    ['{', "it is no valid JSON: Expected property name or '}' in JSON at position 1"],
    ['[]', 'must be an object'],
    [{ link: {} }, 'has an unknown "link"; it takes compile and run'],
    [
      { run: { cpu: {} } },
      'run: has an unknown "cpu"; it takes wall_time, cpu_time, memory_bytes, processes, file_bytes and open_files',
    ],
    [{ run: { cpu_time: 5 } }, 'run.cpu_time: must be an object'],
    [{ run: { cpu_time: { default: 5 } } }, 'run.cpu_time.max: must be a number of seconds'],
    [
      { run: { cpu_time: { default: 5, max: 9, min: 1 } } },
      'run.cpu_time: has an unknown "min"; it takes default and max',
    ],
    [
      { run: { wall_time: { default: 0, max: 9 } } },
      'run.wall_time.default: must be at least 0.001 s',
    ],
    [
      { run: { wall_time: { default: 1, max: 3601 } } },
      'run.wall_time.max: must be at most 3600 s',
    ],
    [
      { compile: { processes: { default: 2, max: 501 } } },
      'compile.processes.max: must be a whole number from 1 to 500',
    ],
    [
      { compile: { open_files: { default: 2.5, max: 50 } } },
      'compile.open_files.default: must be a whole number from 1 to 1024',
    ],
    [
      { run: { memory_bytes: { default: 9, max: 5 } } },
      'run.memory_bytes: "default" must not be over "max"',
    ],
  ])('%j is refused, with its place', (value, description) => {
    expect(complaint(value)).toContain(description);
  });

  it('that can not be read says why', () => {
    expect(() => readPhaseLimitsFile('/nowhere/limits.json')).toThrow(PhaseLimitsError);
    const directory = mkdtempSync(join(tmpdir(), 'pbot-vm-limits-'));
    const path = join(directory, 'limits.json');
    writeFileSync(path, '{}');
    expect(readPhaseLimitsFile(path)).toEqual(builtInPhaseLimits);
    rmSync(directory, { recursive: true });
  });

  it('never has a default over its maximum, whatever is in it', () => {
    const number = fc.oneof(fc.double(), fc.integer({ min: -1, max: 2000 }), fc.string());
    const range = fc.record({ default: number, max: number }, { requiredKeys: [] });
    const names = [
      'wall_time',
      'cpu_time',
      'memory_bytes',
      'processes',
      'file_bytes',
      'open_files',
    ];
    const phase = fc.dictionary(fc.constantFrom(...names, 'other'), range, { maxKeys: 2 });
    const file = fc.dictionary(fc.constantFrom('compile', 'run', 'other'), phase, { maxKeys: 2 });
    fc.assert(
      fc.property(fc.oneof(file, fc.jsonValue()), (value) => {
        if (complaint(value) !== 'nothing') return;
        const { compile, run } = parsePhaseLimits(JSON.stringify(value));
        for (const each of [compile, run].flatMap(
          (ranges) => Object.values(ranges) as LimitRange[],
        )) {
          if (each.default === undefined) continue;
          expect(each.default).toBeGreaterThan(0);
          expect(each.default).toBeLessThanOrEqual(each.max as number);
        }
      }),
      { numRuns: 500 },
    );
  });
});
