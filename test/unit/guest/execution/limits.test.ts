import { describe, expect, it } from 'vitest';
import {
  limitOf,
  limitsViolation,
  noLimits,
  workerLimits,
} from '../../../../guest/server/execution/limits.js';
import type { Outcome, Usage } from '../../../../guest/server/supervisor/worker-end.js';
import { Limit, PhaseLimits, Start } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

const harmless: Usage = {
  cpuUserUs: 0,
  cpuSystemUs: 0,
  peakMemoryBytes: 0,
  peakProcesses: 0,
  outOfMemory: false,
  wasRefusedProcess: false,
};

const exited = (exitCode: number): Outcome => ({ kind: 'exited', exitCode });
const killed = (signal: NodeJS.Signals): Outcome => ({ kind: 'signalled', signal });

describe('the limit that ended a phase', () => {
  const { UNSPECIFIED, WALL_TIME, CPU_TIME, MEMORY, PROCESSES, FILE_SIZE, KILLED } = Limit;
  const outOfMemory = { outOfMemory: true };
  const refused = { wasRefusedProcess: true };
  const both = { ...outOfMemory, ...refused };

  it.each<[string, Limit, Outcome, Partial<Usage>, Limit]>([
    ['succeeds', UNSPECIFIED, exited(0), {}, UNSPECIFIED],
    ['fails', UNSPECIFIED, exited(1), {}, UNSPECIFIED],
    ['crashes', UNSPECIFIED, killed('SIGSEGV'), {}, UNSPECIFIED],
    ['is ended by the server for its time', WALL_TIME, killed('SIGKILL'), {}, WALL_TIME],
    ['is ended by the server after other limits', CPU_TIME, killed('SIGKILL'), both, CPU_TIME],
    ['is ended by the host', KILLED, killed('SIGKILL'), outOfMemory, KILLED],
    ['is ended by the kernel for its memory', UNSPECIFIED, killed('SIGKILL'), both, MEMORY],
    ['is ended by the kernel for its processor time', UNSPECIFIED, killed('SIGXCPU'), {}, CPU_TIME],
    ['is ended by the kernel for its file', UNSPECIFIED, killed('SIGXFSZ'), {}, FILE_SIZE],
    ['fails after it was refused a process', UNSPECIFIED, exited(2), refused, PROCESSES],
    ['crashes after it was refused a process', UNSPECIFIED, killed('SIGABRT'), refused, PROCESSES],
    ['succeeds after it was refused a process', UNSPECIFIED, exited(0), refused, UNSPECIFIED],
    // The code that a shell gives for a command that SIGXFSZ has ended, and that anybody may give.
    ['exits with 153', UNSPECIFIED, exited(153), {}, UNSPECIFIED],
  ])('the passed limit is found when a phase %s', (_, endedBy, outcome, usage, limit) => {
    expect(limitOf(endedBy, outcome, { ...harmless, ...usage })).toBe(limit);
  });
});

describe('limits from the host', () => {
  it('a worker has no limits when the host sends none', () => {
    expect(workerLimits(undefined)).toEqual(noLimits);
    expect(workerLimits(PhaseLimits.create())).toEqual(noLimits);
  });

  it('the limits of a worker are those of the host as numbers', () => {
    const message = PhaseLimits.create({ memoryBytes: 2n ** 40n, fileBytes: 5n, openFiles: 3 });
    expect(workerLimits(message)).toEqual({
      ...noLimits,
      memoryBytes: 2 ** 40,
      fileBytes: 5,
      openFiles: 3,
    });
  });

  it('the limits of a worker are read from every field of the message', () => {
    const message = PhaseLimits.create({
      wallMs: 1,
      cpuMs: 2,
      memoryBytes: 3n,
      processes: 4,
      fileBytes: 5n,
      openFiles: 6,
      stackBytes: 7n,
    });
    expect(workerLimits(message)).toEqual({
      wallMs: 1,
      cpuMs: 2,
      memoryBytes: 3,
      processes: 4,
      fileBytes: 5,
      openFiles: 6,
      stackBytes: 7,
    });
  });

  it('a limit of more memory than the guest gives is refused, never lowered', () => {
    const start = (memoryBytes: bigint) =>
      Start.create({ compileLimits: PhaseLimits.create({ memoryBytes }) });
    expect(limitsViolation(Start.create(), 100)).toBeUndefined();
    expect(limitsViolation(start(100n), 100)).toBeUndefined();
    expect(limitsViolation(start(101n), 100)).toBe(
      'this guest gives at most 100 bytes of memory to a phase',
    );
    expect(limitsViolation(start(101n), 0)).toBeUndefined();
  });
});
