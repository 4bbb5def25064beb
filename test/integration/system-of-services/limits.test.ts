import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Limit, PhaseLimits } from '../../../services/gen/pbot/vm/v1/executor.js';
import { durationFromMs } from '../../../services/lib/config/duration.js';
import { outputOf, TestSystem } from '../../support/system.js';

const table = {
  compile: { open_files: { default: 64, max: 64 } },
  run: {
    wall_time: { default: 4, max: 6 },
    cpu_time: { default: 3, max: 3 },
    file_bytes: { default: 8192, max: 16_384 },
    open_files: { default: 32, max: 48 },
  },
  execution: {
    output_bytes: { default: 1000, max: 5000 },
    kept_bytes: { default: 100, max: 2000 },
    returned_files: { max: 2 },
    returned_bytes: { max: 100 },
  },
};

let directory: string;
let system: TestSystem;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-limits-'));
  await writeFile(join(directory, 'limits.json'), JSON.stringify(table));
  system = await TestSystem.create({ PBOTVM_LIMITS: join(directory, 'limits.json') });
  await system.startAll();
});

afterAll(async () => {
  await system.stop();
  await rm(directory, { recursive: true });
});

afterEach(async () => {
  // Whatever came before: the next one is served, on the same machine.
  expect(outputOf(await system.run('echo next'))).toBe('next\n');
  expect(system.machine.reverts).toBe(0);
});

const limits = (given: Partial<PhaseLimits>) => PhaseLimits.fromPartial(given);
const seconds = (count: number) => durationFromMs(1000 * count);

describe('the table of limits', () => {
  test('limits that a request leaves open have the defaults of the file', async () => {
    expect(outputOf(await system.run('ulimit -n; ulimit -f'))).toBe('32\n16\n');
    const runLimits = limits({ openFiles: 40, fileBytes: 1024n });
    expect(outputOf(await system.run('ulimit -n; ulimit -f', { runLimits }))).toBe('40\n2\n');
  });

  test('a request over maxima of the file is rejected with every such field', async () => {
    const error = await system.errorOf('echo never', {
      compileLimits: limits({ openFiles: 65 }),
      runLimits: limits({ cpuTime: seconds(3.5), wallTime: seconds(7), processes: 257 }),
    });
    expect(error.violations).toMatchObject([
      {
        field: 'program.compile_limits.open_files',
        description: 'is 65; at most 64 are allowed',
      },
      {
        field: 'program.run_limits.wall_time',
        description: 'is 7 s; at most 6 s is allowed',
      },
      {
        field: 'program.run_limits.cpu_time',
        description: 'is 3.5 s; at most 3 s is allowed',
      },
      {
        field: 'program.run_limits.processes',
        description: 'is 257; at most 256 are allowed',
      },
    ]);
    expect(error.metadata['execution']).toBe('NOT_STARTED');
  });

  test('output and what a result keeps of it have the defaults of the file', async () => {
    const whole = await system.run('head -c 1000 /dev/zero');
    expect(whole.run?.limit).toBe(Limit.UNSPECIFIED);
    expect(whole.run?.stdout).toMatchObject({ totalBytes: 1000n, droppedBytes: 900n });
    expect(whole.run?.stdout?.data).toHaveLength(50);
    expect((await system.run('head -c 1001 /dev/zero')).run?.limit).toBe(Limit.OUTPUT);
  });

  test('a request for more output than the maximum of the file is rejected', async () => {
    const asked = { maxOutputBytes: 5000n, maxKeptBytes: 2000n };
    const { run } = await system.run('head -c 5000 /dev/zero', asked);
    expect(run?.limit).toBe(Limit.UNSPECIFIED);
    expect(run?.stdout).toMatchObject({ totalBytes: 5000n, droppedBytes: 3000n });
    const error = await system.errorOf('echo never', {
      maxOutputBytes: 5001n,
      maxKeptBytes: 2001n,
    });
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.violations).toMatchObject([
      {
        field: 'program.max_output_bytes',
        description: 'is 5001 bytes; at most 5000 are allowed',
      },
      {
        field: 'program.max_kept_bytes',
        description: 'is 2001 bytes; at most 2000 are allowed',
      },
    ]);
  });

  test('the guest returns no more files and bytes than the file of limits allows', async () => {
    const many = await system.run('for name in a b c; do echo $name >$name; done', {
      outputFiles: ['?'],
    });
    expect(many.files.map(({ path }) => path)).toEqual(['a', 'b']);
    expect(many.filesTruncated).toBe(true);
    const large = await system.run('head -c 101 /dev/zero >a; head -c 100 /dev/zero >b', {
      outputFiles: ['?'],
    });
    expect(large.files.map(({ path }) => path)).toEqual(['b']);
    expect(large.filesTruncated).toBe(true);
  });

  test.each([
    ['{"run": {"cpu": {}}}', 'run: has an unknown "cpu"'],
    ['{"execution": {"kept_bytes": 5}}', 'execution.kept_bytes: must be an object'],
    ['{"run": {"processes": {"default": 3, "max": 2}}}', 'run.processes: "default" must not be'],
  ])(
    'an unusable file of limits (%s) ends the Executor with 2 and the place of the error',
    async (text, place) => {
      const path = join(directory, 'broken.json');
      await writeFile(path, text);
      const environment = { PBOTVM_LIMITS: path };
      const { stderr, exitCode } = await system.command(system.programs.executor, [], {
        environment,
      });
      expect(stderr).toContain(`PBOTVM_LIMITS names a file that can't be used: ${place}`);
      expect(exitCode).toBe(2);
    },
  );
});

describe('a program over a limit of its phase', () => {
  test('a program over the wall time of its phase keeps its output, and the machine is not reverted', async () => {
    const runLimits = limits({ wallTime: seconds(0.3) });
    const result = await system.run('head -c 1000 /dev/zero; sleep 60', { runLimits });
    expect(result.run?.limit).toBe(Limit.WALL_TIME);
    expect(result.run?.stdout?.totalBytes).toBe(1000n);
  });

  test('the kernel ends a program over its processor time where the guest can not count', async () => {
    const runLimits = limits({ cpuTime: seconds(0.5) });
    const result = await system.run('while :; do :; done', { runLimits });
    expect(result.run?.limit).toBe(Limit.CPU_TIME);
    expect(result.run?.outcome).toEqual({ $case: 'signal', value: 'SIGXCPU' });
  });

  test('a program over its file size is ended by SIGXFSZ', async () => {
    const result = await system.run('exec head -c 9000 /dev/zero >file');
    expect(result.run?.limit).toBe(Limit.FILE_SIZE);
    expect(result.run?.outcome).toEqual({ $case: 'signal', value: 'SIGXFSZ' });
  });
});

describe('a compiler over a limit of its phase', () => {
  test('no program runs after a compiler that exceeds a limit', async () => {
    const result = await system.run('#include "/dev/stdin"\nint main(void) { return 0; }', {
      language: 'c11',
      compileLimits: limits({ openFiles: 3 }),
    });
    expect(result.compile?.outcome).not.toEqual({ $case: 'exitCode', value: 0 });
    expect(result.run).toBeUndefined();
  });
});
