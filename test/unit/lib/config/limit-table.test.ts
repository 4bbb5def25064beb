import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  builtInLimits,
  parseLimitTable,
  readLimitTable,
} from '../../../../services/lib/config/limit-table.js';
import { UserError } from '../../../../services/lib/process/user-error.js';

function errorText(value: unknown): string {
  try {
    parseLimitTable(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('a file of limits', () => {
  it('keys that a file of limits leaves out keep their built-in limits', () => {
    expect(parseLimitTable('{}')).toEqual(builtInLimits);
    expect(parseLimitTable('{"run": {}}')).toEqual(builtInLimits);
  });

  it('limits of the execution leave those of its phases unchanged', () => {
    const table = parseLimitTable(
      '{"execution": {"output_bytes": {"default": 5, "max": 7}, "returned_files": {"max": 3}}}',
    );
    expect(table).toEqual({
      ...builtInLimits,
      execution: {
        ...builtInLimits.execution,
        outputBytes: { default: 5, max: 7 },
        maxReturnedFiles: 3,
      },
    });
  });

  it('a file of limits may hold every limit', () => {
    const amounts = (count: number) => ({ default: count, max: 2 * count });
    const file = {
      wall_time: amounts(1),
      cpu_time: amounts(2),
      memory_bytes: amounts(3),
      processes: amounts(4),
      file_bytes: amounts(5),
      open_files: amounts(6),
      stack_bytes: amounts(7),
    };
    const phase = {
      wallTimeMs: amounts(1000),
      cpuTimeMs: amounts(2000),
      memoryBytes: amounts(3),
      processes: amounts(4),
      fileBytes: amounts(5),
      openFiles: amounts(6),
      stackBytes: amounts(7),
    };
    const execution = {
      output_bytes: amounts(7),
      kept_bytes: amounts(8),
      returned_files: { max: 9 },
      returned_bytes: { max: 10 },
    };
    expect(parseLimitTable(JSON.stringify({ compile: file, run: file, execution }))).toEqual({
      compile: phase,
      run: phase,
      execution: {
        outputBytes: amounts(7),
        keptBytes: amounts(8),
        maxReturnedFiles: 9,
        maxReturnedBytes: 10,
      },
    });
  });

  it('limits of one phase leave those of the other unchanged', () => {
    const table = parseLimitTable(
      '{"run": {"cpu_time": {"default": 1.5, "max": 3}, "processes": {"default": 4, "max": 8}}}',
    );
    expect(table.compile).toEqual(builtInLimits.compile);
    expect(table.run).toEqual({
      ...builtInLimits.run,
      cpuTimeMs: { default: 1500, max: 3000 },
      processes: { default: 4, max: 8 },
    });
  });

  it.each<[unknown, string]>([
    ['{', "it is no valid JSON: Expected property name or '}' in JSON at position 1"],
    ['[]', 'must be an object'],
    [{ link: {} }, 'has an unknown "link"; it takes compile, run and execution'],
    [
      { run: { cpu: {} } },
      'run: has an unknown "cpu"; it takes wall_time, cpu_time, memory_bytes, processes, file_bytes, open_files and stack_bytes',
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
    [{ execution: [] }, 'execution: must be an object'],
    [
      { execution: { cpu_time: {} } },
      'execution: has an unknown "cpu_time"; it takes output_bytes, kept_bytes, returned_files and returned_bytes',
    ],
    [
      { execution: { output_bytes: { default: 9, max: 5 } } },
      'execution.output_bytes: "default" must not be over "max"',
    ],
    [
      { execution: { output_bytes: { max: 5 } } },
      'execution.output_bytes.default: must be a whole number from 1 to 9007199254740991',
    ],
    [
      { execution: { kept_bytes: { default: 0, max: 5 } } },
      'execution.kept_bytes.default: must be a whole number from 1 to 16777216',
    ],
    [
      { execution: { kept_bytes: { default: 1, max: 16_777_217 } } },
      'execution.kept_bytes.max: must be a whole number from 1 to 16777216',
    ],
    [{ execution: { returned_files: 5 } }, 'execution.returned_files: must be an object'],
    [
      { execution: { returned_files: { default: 1, max: 5 } } },
      'execution.returned_files: has an unknown "default"; it takes max',
    ],
    [
      { execution: { returned_files: { max: 4097 } } },
      'execution.returned_files.max: must be a whole number from 1 to 4096',
    ],
    [
      { execution: { returned_bytes: { max: 2 ** 26 + 1 } } },
      'execution.returned_bytes.max: must be a whole number from 1 to 67108864',
    ],
  ])('the file of limits %j is rejected with the place of the error', (value, description) => {
    expect(errorText(value)).toContain(description);
  });

  it('a file of limits that can not be read is rejected with the reason', () => {
    expect(() => readLimitTable('/nowhere/limits.json')).toThrow(UserError);
    const directory = mkdtempSync(join(tmpdir(), 'pbot-vm-limits-'));
    const path = join(directory, 'limits.json');
    writeFileSync(path, '{}');
    expect(readLimitTable(path)).toEqual(builtInLimits);
    rmSync(directory, { recursive: true });
  });
});
