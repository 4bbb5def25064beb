import { status } from '@grpc/grpc-js';
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { Limit, PhaseLimits, type PhaseResult } from '../../services/gen/pbot/vm/v1/executor.js';
import { durationFromMs, durationToMs } from '../../services/lib/config/duration.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import { Clients, textOf } from '../support/clients.js';

const mebibyte = 1024 * 1024;
const clients = new Clients(inject('machine'));

let generation: number;

afterAll(() => clients.close());
beforeEach(async () => {
  ({ generation } = await clients.ready());
});

function limits(given: Partial<PhaseLimits>): PhaseLimits {
  return PhaseLimits.fromPartial(given);
}

const seconds = (count: number) => durationFromMs(1000 * count);

async function c(code: string, runLimits: Partial<PhaseLimits>, compileLimits = {}) {
  return await clients.execute({
    language: 'c11',
    code,
    runLimits: limits(runLimits),
    compileLimits: limits(compileLimits),
  });
}

async function python(code: string, runLimits: Partial<PhaseLimits>) {
  const { run } = await clients.execute({
    language: 'python3',
    code,
    runLimits: limits(runLimits),
  });
  return run;
}

async function sh(code: string, runLimits: Partial<PhaseLimits>) {
  const { run } = await clients.execute({ code, runLimits: limits(runLimits) });
  return run;
}

const cpuMs = (phase: PhaseResult | undefined) =>
  durationToMs(phase?.cpuUserTime ?? seconds(0)) + durationToMs(phase?.cpuSystemTime ?? seconds(0));
const wallMs = (phase: PhaseResult | undefined) => durationToMs(phase?.wallTime ?? seconds(0));

/** The next user finds the same machine, which was not reverted. */
async function expectNothingHappened() {
  const { run } = await clients.execute({ code: 'echo hello' });
  expect(textOf(run?.stdout)).toBe('hello\n');
  expect((await clients.ready()).generation).toBe(generation);
}

const spin = '#include <unistd.h>\nint main(void) { for (;;) { } }';
const spinInMany =
  '#include <unistd.h>\nint main(void) { fork(); fork(); for (;;) { if (getppid() < 0) return 1; } }';

describe('limits of the run phase', () => {
  test('a program over a limit of its own phase is ended without a revert, for processor time: one process', async () => {
    const { run } = await c(spin, { cpuTime: seconds(0.5) });
    expect(run?.limit).toBe(Limit.CPU_TIME);
    expect(cpuMs(run)).toBeGreaterThanOrEqual(500);
    // Where the guest looks late, the kernel ends it after a second.
    expect(cpuMs(run)).toBeLessThan(1500);
    await expectNothingHappened();
  });

  test('a program over a limit of its own phase is ended without a revert, for processor time: many processes, none of which has used it', async () => {
    const { run } = await c(spinInMany, { cpuTime: seconds(1) });
    expect(run?.limit).toBe(Limit.CPU_TIME);
    expect(cpuMs(run)).toBeGreaterThanOrEqual(1000);
    expect(run?.peakProcesses).toBe(4);
    await expectNothingHappened();
  });

  test('a program over a limit of its own phase is ended without a revert, for wall time, though it sleeps; what it printed is there', async () => {
    const run = await sh('echo begun; sleep 50', { wallTime: seconds(1) });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    expect(textOf(run?.stdout)).toBe('begun\n');
    expect(wallMs(run)).toBeGreaterThanOrEqual(1000);
    await expectNothingHappened();
  });

  test('a program over a limit of its own phase is ended without a revert, for memory', async () => {
    const code = 'data = bytearray(100 << 20)\nprint("survived")';
    const run = await python(code, { memoryBytes: BigInt(32 * mebibyte) });
    expect(run?.limit).toBe(Limit.MEMORY);
    expect(run?.outcome).toEqual({ $case: 'signal', value: 'SIGKILL' });
    expect(run?.peakMemoryBytes).toBeLessThanOrEqual(BigInt(32 * mebibyte));
    await expectNothingHappened();
    const roomy = await python(code, { memoryBytes: BigInt(200 * mebibyte) });
    expect(textOf(roomy?.stdout)).toBe('survived\n');
  });

  test('a program over a limit of its own phase is ended without a revert, for memory that it takes with a file', async () => {
    const run = await sh('head -c 40000000 /dev/zero >/tmp/file; echo survived', {
      memoryBytes: BigInt(16 * mebibyte),
    });
    expect(run?.limit).toBe(Limit.MEMORY);
    await expectNothingHappened();
  });

  test('a program over a limit of its own phase is ended without a revert, for processes, where it fails for the want of them', async () => {
    const code = 'import os\nfor _ in range(20):\n  if os.fork() == 0: os.read(0, 1); os._exit(0)';
    const run = await python(code, { processes: 8 });
    expect(run?.limit).toBe(Limit.PROCESSES);
    expect(textOf(run?.stderr)).toContain('BlockingIOError');
    expect(run?.peakProcesses).toBe(8);
    await expectNothingHappened();
  });

  test('a program over a limit of its own phase is ended without a revert, for nothing, where it does well though it was refused a process', async () => {
    const code =
      'import os\ntry:\n  while os.fork(): pass\n  os._exit(0)\nexcept BlockingIOError: print("fine")';
    const run = await python(code, { processes: 4 });
    expect(run?.limit).toBe(Limit.UNSPECIFIED);
    expect(textOf(run?.stdout)).toBe('fine\n');
    await expectNothingHappened();
  });

  test('a program over a limit of its own phase is ended without a revert, for the size of a file', async () => {
    const run = await sh('exec head -c 5000 /dev/zero >file', { fileBytes: 4096n });
    expect(run?.limit).toBe(Limit.FILE_SIZE);
    expect(run?.outcome).toEqual({ $case: 'signal', value: 'SIGXFSZ' });
    const exact = await sh('head -c 4096 /dev/zero >file; wc -c <file', { fileBytes: 4096n });
    expect(textOf(exact?.stdout)).toBe('4096\n');
    await expectNothingHappened();
  });

  test('a program over a limit of its own phase is ended without a revert, for open files, which it sees as an error', async () => {
    const code = 'import os\nfor _ in range(40): os.open("/dev/null", 0)';
    const run = await python(code, { openFiles: 32 });
    expect(textOf(run?.stderr)).toContain('Too many open files');
    expect(run?.limit).toBe(Limit.UNSPECIFIED);
    await expectNothingHappened();
  });
});

describe('limits of the compile phase', () => {
  const bomb = `#define A 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
int a[] = { F F F F F F F F F F };
int main(void) { return 0; }`;

  test('a compiler over a limit of its own phase is ended without a revert, for processor time', async () => {
    const result = await c(bomb, {}, { cpuTime: seconds(1) });
    expect(result.compile?.limit).toBe(Limit.CPU_TIME);
    expect(result.run).toBeUndefined();
    await expectNothingHappened();
  });

  test('a compiler over a limit of its own phase is ended without a revert, for wall time', async () => {
    const result = await c(bomb, {}, { wallTime: seconds(1) });
    expect(result.compile?.limit).toBe(Limit.WALL_TIME);
    expect(result.run).toBeUndefined();
    await expectNothingHappened();
  });

  test('a compiler over a limit of its own phase is ended without a revert, for memory', async () => {
    const result = await c(bomb, {}, { memoryBytes: BigInt(32 * mebibyte) });
    expect(result.compile?.limit).toBe(Limit.MEMORY);
    await expectNothingHappened();
  });

  test('a compiler over a limit of its own phase is ended without a revert, for none, and the program is then held to its own', async () => {
    const code = '#include <stdio.h>\nint main(void) { return fopen("file", "w") == 0; }';
    const result = await c(code, { openFiles: 3 }, {});
    expect(result.compile?.outcome).toEqual({ $case: 'exitCode', value: 0 });
    expect(result.run?.outcome).not.toEqual({ $case: 'exitCode', value: 0 });
    await expectNothingHappened();
  });
});

describe('the time limit of a whole execution', () => {
  test('the time limit of a whole execution has the machine reverted, whatever the phases may', async () => {
    const { run } = await clients.execute({
      code: 'while :; do :; done',
      timeLimit: seconds(1),
      runLimits: limits({ wallTime: seconds(5), cpuTime: seconds(5) }),
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    expect((await clients.ready(generation)).generation).not.toBe(generation);
  });
});

describe('a limit that the machine does not have', () => {
  test('a limit that the machine does not have is refused with the field named, and nothing is started', async () => {
    const error = await clients
      .execute({
        code: 'echo never',
        runLimits: limits({ memoryBytes: BigInt(1024 * 1024 * mebibyte) }),
      })
      .then(
        () => undefined,
        (each: unknown) => RpcError.from(each),
      );
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.violations).toMatchObject([{ field: 'program.run_limits.memory_bytes' }]);
    await expectNothingHappened();
  });
});

describe('the account of a phase', () => {
  const works = { user: 'sink += 1;', system: 'read(zero, page, sizeof page);' };

  /** Burns a second by its own account, which begins with `main`, and tells it apart in milliseconds. */
  const burn = (work: string) => `#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
static char page[65536];
static long ms(struct timeval time) { return time.tv_sec * 1000 + time.tv_usec / 1000; }
int main(void) {
  volatile long sink = 0;
  int zero = open("/dev/zero", O_RDONLY);
  struct rusage first, now;
  getrusage(RUSAGE_SELF, &first);
  do {
    for (int i = 0; i < 100; i++) { ${work} }
    getrusage(RUSAGE_SELF, &now);
  } while (ms(now.ru_utime) + ms(now.ru_stime) - ms(first.ru_utime) - ms(first.ru_stime) < 1000);
  printf("%ld %ld\\n", ms(now.ru_utime) - ms(first.ru_utime), ms(now.ru_stime) - ms(first.ru_stime));
  return sink < 0;
}`;

  /** Nothing that the processes know of is missing, and nothing of it is there twice. */
  function expectAccount(run: PhaseResult | undefined, ownMs: number) {
    expect(cpuMs(run) / ownMs).toBeGreaterThan(0.9);
    expect(cpuMs(run) / ownMs).toBeLessThan(1.5);
  }

  test.for(['user', 'system'] as const)(
    'the account of a phase has its processor time: %s',
    async (kind) => {
      const { run, compile } = await c(burn(works[kind]), {});
      const [userMs = 0, systemMs = 0] = textOf(run?.stdout).split(' ').map(Number);
      const accountMs = {
        user: durationToMs(run?.cpuUserTime ?? seconds(0)),
        system: durationToMs(run?.cpuSystemTime ?? seconds(0)),
      };
      const ownMs = { user: userMs, system: systemMs };
      // Kernels sample which of the two it was; what is before `main` comes on top.
      expect(accountMs[kind] / ownMs[kind]).toBeGreaterThan(0.8);
      expectAccount(run, userMs + systemMs);
      expect(wallMs(run)).toBeGreaterThanOrEqual(1000);
      expect(cpuMs(compile)).toBeGreaterThan(0);
    },
  );

  test('the account of a phase has the processor time of all processes, of those too that were waited for', async () => {
    const code = `import os, resource, time
def burn():
    while time.process_time() < 0.4: pass
for _ in range(3):
    if os.fork() == 0: burn(); os._exit(0)
for _ in range(3): os.wait()
own, children = (sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(own * 1000, children * 1000)`;
    const run = await python(code, {});
    const [ownMs = 0, childrenMs = 0] = textOf(run?.stdout).split(' ').map(Number);
    expect(childrenMs).toBeGreaterThanOrEqual(1200);
    expectAccount(run, ownMs + childrenMs);
    expect(run?.peakProcesses).toBe(4);
  });

  test('the account of a phase has its wall time, and no processor time for sleep', async () => {
    const run = await sh('sleep 2', {});
    expect(wallMs(run)).toBeGreaterThanOrEqual(2000);
    expect(cpuMs(run)).toBeLessThan(1000);
  });

  test('the account of a phase has its peak of memory, though it gave that back', async () => {
    const run = await python('data = bytearray(100 << 20)\ndel data', {});
    expect(run?.peakMemoryBytes).toBeGreaterThan(BigInt(100 * mebibyte));
    expect(run?.peakMemoryBytes).toBeLessThan(BigInt(120 * mebibyte));
  });
});
