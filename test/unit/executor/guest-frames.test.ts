import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GuestFrameError,
  phaseEnding,
  phaseOf,
  streamOf,
} from '../../../services/executor/guest-frames.js';
import type { Limit } from '../../../services/executor/result.js';
import {
  Limit as GuestLimit,
  Phase as GuestPhase,
  Stream as GuestStream,
  PhaseFinished,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';

function finished(more: Partial<PhaseFinished> = {}): PhaseFinished {
  return PhaseFinished.create({ execution: 1, phase: GuestPhase.RUN, ...more });
}

const unknownNumber = (known: readonly number[]) =>
  fc.integer().filter((number) => !known.includes(number));

describe('a phase and a stream of the guest', () => {
  it('have names', () => {
    expect(phaseOf(GuestPhase.COMPILE)).toBe('compile');
    expect(phaseOf(GuestPhase.RUN)).toBe('run');
    expect(streamOf(GuestStream.STDOUT)).toBe('stdout');
    expect(streamOf(GuestStream.STDERR)).toBe('stderr');
  });

  it('of any other number are refused', () => {
    fc.assert(
      fc.property(unknownNumber([GuestPhase.COMPILE, GuestPhase.RUN]), (number) => {
        expect(() => phaseOf(number)).toThrow(GuestFrameError);
        expect(() => streamOf(number)).toThrow(GuestFrameError);
      }),
    );
  });
});

describe('the end of a phase', () => {
  it('has its times in milliseconds', () => {
    const ending = phaseEnding(
      finished({
        outcome: { $case: 'exitCode', value: 3 },
        wallTimeUs: 2500n,
        cpuUserUs: 1500n,
        cpuSystemUs: 1n,
        peakMemoryBytes: 4096n,
        peakProcesses: 2,
      }),
      undefined,
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

  it('tells a signal, whose name is short', () => {
    const signal = (value: string) =>
      phaseEnding(finished({ outcome: { $case: 'signal', value } }), undefined).outcome;
    expect(signal('SIGSEGV')).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
    expect(signal('S'.repeat(1000))).toEqual({ kind: 'signalled', signal: 'S'.repeat(16) });
  });

  it('has no outcome where the guest tells none', () => {
    expect(phaseEnding(finished(), undefined)).not.toHaveProperty('outcome');
  });

  it.each<[GuestLimit, Limit | undefined]>([
    [GuestLimit.UNSPECIFIED, undefined],
    [GuestLimit.WALL_TIME, 'wall time'],
    [GuestLimit.MEMORY, 'memory'],
    [GuestLimit.KILLED, 'cancelled'],
    [99 as GuestLimit, undefined],
  ])('has the limit of the guest: %s is %s', (limit, expected) => {
    expect(phaseEnding(finished({ limit }), undefined).limit).toBe(expected);
  });

  it.each<Limit>(['output', 'cancelled', 'wall time'])(
    'that we brought about has our reason (%s), whatever the guest saw of it',
    (cause) => {
      for (const limit of [GuestLimit.UNSPECIFIED, GuestLimit.MEMORY, GuestLimit.KILLED]) {
        expect(phaseEnding(finished({ limit }), cause).limit).toBe(cause);
      }
    },
  );
});
