import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelLimits } from '../../../../guest/protocol/limits.js';
import type { PhaseLimits } from '../../../../services/executor/admission/limits.js';
import type { Limit } from '../../../../services/executor/execution/result.js';
import {
  GuestFrameError,
  guestLimits,
  type PhaseFacts,
  phaseEnding,
  phaseOf,
  streamOf,
} from '../../../../services/executor/machine/guest-frames.js';
import {
  Limit as GuestLimit,
  Phase as GuestPhase,
  Stream as GuestStream,
  PhaseFinished,
  PhaseLimits as PhaseLimitsFrame,
} from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import { phaseLimitNames } from '../../../../services/lib/config/limits.js';

const limits: PhaseLimits = {
  wallTimeMs: undefined,
  cpuTimeMs: 1000,
  memoryBytes: undefined,
  processes: undefined,
  fileBytes: undefined,
  openFiles: undefined,
  stackBytes: undefined,
};

function facts(more: Partial<PhaseFacts> = {}): PhaseFacts {
  return { stopCause: undefined, limits, elapsedMs: 1000, ...more };
}

function finished(more: Partial<PhaseFinished> = {}): PhaseFinished {
  return PhaseFinished.create({ execution: 1, phase: GuestPhase.RUN, ...more });
}

const unknownNumber = (known: readonly number[]) =>
  fc.integer().filter((number) => !known.includes(number));

describe('a phase and a stream of the guest', () => {
  it('a phase and a stream of the guest have names', () => {
    expect(phaseOf(GuestPhase.COMPILE)).toBe('compile');
    expect(phaseOf(GuestPhase.RUN)).toBe('run');
    expect(streamOf(GuestStream.STDOUT)).toBe('stdout');
    expect(streamOf(GuestStream.STDERR)).toBe('stderr');
  });

  it('a phase and a stream of the guest of any other number are refused', () => {
    fc.assert(
      fc.property(unknownNumber([GuestPhase.COMPILE, GuestPhase.RUN]), (number) => {
        expect(() => phaseOf(number)).toThrow(GuestFrameError);
        expect(() => streamOf(number)).toThrow(GuestFrameError);
      }),
    );
  });
});

describe('the end of a phase', () => {
  it('the end of a phase has its times in milliseconds', () => {
    const ending = phaseEnding(
      finished({
        outcome: { $case: 'exitCode', value: 3 },
        wallTimeUs: 2500n,
        cpuUserUs: 1500n,
        cpuSystemUs: 1n,
        peakMemoryBytes: 4096n,
        peakProcesses: 2,
      }),
      facts(),
    );
    expect(ending).toEqual({
      outcome: { kind: 'exited', exitCode: 3 },
      usage: {
        wallTimeMs: 2.5,
        cpuUserMs: 1.5,
        cpuSystemMs: 0.001,
        peakMemoryBytes: 4096,
        peakProcesses: 2,
      },
    });
  });

  it('the end of a phase reports a signal, whose name is short', () => {
    const signal = (value: string) =>
      phaseEnding(finished({ outcome: { $case: 'signal', value } }), facts()).outcome;
    expect(signal('SIGSEGV')).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
    expect(signal('S'.repeat(1000))).toEqual({ kind: 'signalled', signal: 'S'.repeat(16) });
  });

  it('the end of a phase has the report of an inspection, whose size is bounded', () => {
    expect(phaseEnding(finished(), facts())).not.toHaveProperty('report');
    expect(phaseEnding(finished({ report: 'x = 1' }), facts()).report).toBe('x = 1');
    expect(phaseEnding(finished({ report: 'r'.repeat(9000) }), facts()).report).toHaveLength(8192);
  });

  it('the end of a phase has no outcome where the guest reports none', () => {
    expect(phaseEnding(finished(), facts())).not.toHaveProperty('outcome');
  });

  it.each<[GuestLimit, Limit | undefined]>([
    [GuestLimit.UNSPECIFIED, undefined],
    [GuestLimit.WALL_TIME, 'wall time'],
    [GuestLimit.MEMORY, 'memory'],
    [GuestLimit.KILLED, 'cancelled'],
    [GuestLimit.CPU_TIME, 'cpu time'],
    [GuestLimit.PROCESSES, 'processes'],
    [GuestLimit.FILE_SIZE, 'file size'],
    [99 as GuestLimit, undefined],
  ])('the end of a phase has the limit of the guest: %s is %s', (limit, expected) => {
    expect(phaseEnding(finished({ limit }), facts()).limit).toBe(expected);
  });

  it.each<Limit>(['output', 'cancelled', 'wall time'])(
    'the end of a phase that we brought about has our reason (%s), whatever the guest saw of it',
    (cause) => {
      for (const limit of [GuestLimit.UNSPECIFIED, GuestLimit.MEMORY, GuestLimit.KILLED]) {
        expect(phaseEnding(finished({ limit }), facts({ stopCause: cause })).limit).toBe(cause);
      }
    },
  );

  it('the end of a phase has no limit that was not set, or that a program which did well can not have passed', () => {
    const ended = (limit: GuestLimit, exitCode: number) =>
      finished({ limit, outcome: { $case: 'exitCode', value: exitCode } });
    const unlimited = facts({ limits: { ...limits, cpuTimeMs: undefined } });
    expect(phaseEnding(ended(GuestLimit.CPU_TIME, 1), unlimited)).not.toHaveProperty('limit');
    expect(phaseEnding(ended(GuestLimit.PROCESSES, 1), facts()).limit).toBe('processes');
    expect(phaseEnding(ended(GuestLimit.PROCESSES, 0), facts())).not.toHaveProperty('limit');
    expect(phaseEnding(ended(GuestLimit.FILE_SIZE, 0), facts())).not.toHaveProperty('limit');
  });

  it('the end of a phase has no use that can not be, whatever the guest says', () => {
    const anyTimes = fc.record({
      wallTimeUs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      cpuUserUs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      cpuSystemUs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    });
    fc.assert(
      fc.property(anyTimes, fc.nat(100_000), (times, elapsedMs) => {
        const { usage } = phaseEnding(finished(times), facts({ elapsedMs }));
        expect(usage.wallTimeMs).toBeLessThanOrEqual(elapsedMs);
        const cpuMs = (usage.cpuUserMs ?? 0) + (usage.cpuSystemMs ?? 0);
        expect(cpuMs).toBeLessThanOrEqual(elapsedMs * 1024);
      }),
    );
  });
});

describe('the limits of a phase', () => {
  it('the limits of a phase are whole numbers for the guest, never below what was asked for, and 0 where there are none', () => {
    const asked = {
      ...limits,
      wallTimeMs: 1.5,
      cpuTimeMs: 0.1,
      memoryBytes: 2 ** 40,
      processes: 7,
    };
    expect(guestLimits(asked)).toEqual({
      wallMs: 2,
      cpuMs: 1,
      memoryBytes: 2n ** 40n,
      processes: 7,
      fileBytes: 0n,
      openFiles: 0,
      stackBytes: 0n,
    });
  });

  it('the limits of a phase each have a field of their own in the message, which keeps the amount', () => {
    const amounts = {
      ...limits,
      ...Object.fromEntries(phaseLimitNames.map((name, i) => [name, i + 1])),
    };
    const sent = PhaseLimitsFrame.encode(guestLimits(amounts)).finish();
    expect(PhaseLimitsFrame.decode(sent)).toEqual({
      wallMs: 1,
      cpuMs: 2,
      memoryBytes: 3n,
      processes: 4,
      fileBytes: 5n,
      openFiles: 6,
      stackBytes: 7n,
    });
  });

  it('the limits of a phase have the same names on the channel as in the configuration', () => {
    expect(Object.keys(channelLimits)).toEqual(phaseLimitNames);
  });
});
