// What makes sense of a guest's reports, in whatever order they come, and the result that follows.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExecutionOrderError } from '../../../../services/executor/execution/phases.js';
import type { Limit, OutputStream, Phase } from '../../../../services/executor/execution/result.js';
import { identity, SteppedExecution, type SteppedOptions } from '../stepped-execution.js';

const usage = { wallTimeMs: 1, peakMemoryBytes: 2, peakProcesses: 3 };
const exited = { kind: 'exited', exitCode: 0 } as const;
const ending = { outcome: exited, usage };

function execution(options: SteppedOptions = {}) {
  return new SteppedExecution(options);
}

const bytes = (text: string) => Buffer.from(text);
const noneDropped = { droppedBytes: 0, tail: bytes('') };

type Event =
  | { readonly kind: 'start'; readonly phase: Phase }
  | { readonly kind: 'output'; readonly stream: OutputStream; readonly size: number }
  | { readonly kind: 'end'; readonly phase: Phase; readonly limit: Limit | undefined }
  | { readonly kind: 'finish'; readonly limit: Limit | undefined };

const phase = fc.constantFrom<Phase>('compile', 'run');
const limit = fc.constantFrom<Limit | undefined>(undefined, 'wall time', 'memory', 'cancelled');
const anyEvents: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('start' as const), phase }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('output' as const),
        stream: fc.constantFrom<OutputStream>('stdout', 'stderr'),
        size: fc.integer({ min: 1, max: 40 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), phase, limit }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('finish' as const), limit }) },
  ),
  { maxLength: 25 },
);

/** What must be so, written down as plainly as can be. */
class Expected {
  open: Phase | undefined;
  readonly ended = new Set<Phase>();
  isFinished = false;
  readonly printed: Record<Phase, Record<OutputStream, number>> = {
    compile: { stdout: 0, stderr: 0 },
    run: { stdout: 0, stderr: 0 },
  };

  allows(event: Event): boolean {
    if (this.isFinished) return false;
    switch (event.kind) {
      case 'start':
        if (this.open !== undefined || this.ended.has('run')) return false;
        return event.phase === 'run' || this.ended.size === 0;
      case 'output':
        return this.open !== undefined;
      case 'end':
        return this.open === event.phase;
      case 'finish':
        // Without a limit an end is believed only after the end of a phase.
        return event.limit !== undefined || (this.open === undefined && this.ended.size > 0);
    }
  }

  apply(event: Event): void {
    switch (event.kind) {
      case 'start':
        this.open = event.phase;
        return;
      case 'output':
        if (this.open !== undefined) this.printed[this.open][event.stream] += event.size;
        return;
      case 'end':
        this.ended.add(event.phase);
        this.open = undefined;
        return;
      case 'finish':
        this.isFinished = true;
    }
  }
}

function apply(
  to: SteppedExecution,
  event: Event,
): ReturnType<SteppedExecution['finish']> | undefined {
  switch (event.kind) {
    case 'start':
      to.startPhase(event.phase, [event.phase], 0);
      return undefined;
    case 'output':
      to.addOutput(event.stream, new Uint8Array(event.size));
      return undefined;
    case 'end':
      to.finishPhase(event.phase, {
        usage,
        ...(event.limit === undefined ? {} : { limit: event.limit }),
      });
      return undefined;
    case 'finish':
      return to.finish(0, event.limit);
  }
}

describe('an execution with any reports in any order', () => {
  it('an execution takes reports that make sense, refuses the rest with an ExecutionOrderError, and has one result', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const subject = execution({ maxOutputBytes: 1000 });
        const expected = new Expected();
        const results: ReturnType<SteppedExecution['finish']>[] = [];
        for (const event of events) {
          const stateBefore = subject.state;
          if (expected.allows(event)) {
            const result = apply(subject, event);
            if (result !== undefined) results.push(result);
            expected.apply(event);
          } else {
            expect(() => apply(subject, event)).toThrow(ExecutionOrderError);
            expect(subject.state).toBe(stateBefore);
          }
          expect(subject.phase).toBe(expected.isFinished ? undefined : expected.open);
        }
        if (!expected.isFinished) results.push(subject.finish(0, 'cancelled'));
        expect(results).toHaveLength(1);
        expect(subject.state.name).toBe('finished');
      }),
      { numRuns: 500 },
    );
  });

  it('an execution counts all output and never keeps more than its limit', () => {
    const maxima = fc.constantFrom(0, 1, 50, 100);
    fc.assert(
      fc.property(anyEvents, maxima, maxima, (events, maxOutputBytes, maxKeptBytes) => {
        const subject = execution({ maxOutputBytes, maxKeptBytes });
        const expected = new Expected();
        for (const event of events) {
          if (event.kind === 'finish' || !expected.allows(event)) continue;
          apply(subject, event);
          expected.apply(event);
        }
        const result = subject.finish(0, 'cancelled');
        let kept = 0;
        let total = 0;
        for (const each of ['compile', 'run'] as const) {
          for (const stream of ['stdout', 'stderr'] as const) {
            const output = result[each]?.[stream];
            if (output === undefined) continue;
            expect(output.totalBytes).toBe(expected.printed[each][stream]);
            const keptBytes = output.data.length + output.tail.length;
            expect(keptBytes).toBeLessThanOrEqual(maxKeptBytes);
            if (maxKeptBytes > 0) expect(output.truncated).toBe(keptBytes < output.totalBytes);
            kept += keptBytes + output.droppedBytes;
            total += output.totalBytes;
          }
        }
        expect(kept).toBe(maxKeptBytes > 0 ? Math.min(total, maxOutputBytes) : 0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an execution', () => {
  it('an execution of an interpreted program has a run phase alone', () => {
    const subject = execution();
    subject.startPhase('run', ['sh', 'program.sh'], 0);
    subject.addOutput('stdout', bytes('out'));
    subject.addOutput('stderr', bytes('err'));
    subject.addOutput('stdout', bytes('more'));
    subject.finishPhase('run', ending);
    expect(subject.finish(0)).toEqual({
      ...identity,
      run: {
        command: ['sh', 'program.sh'],
        outcome: exited,
        usage,
        stdout: { data: bytes('outmore'), totalBytes: 7, truncated: false, ...noneDropped },
        stderr: { data: bytes('err'), totalBytes: 3, truncated: false, ...noneDropped },
      },
    });
  });

  it('an execution of a program that does not compile has a compile phase alone', () => {
    const subject = execution();
    subject.startPhase('compile', ['gcc'], 0);
    subject.finishPhase('compile', { outcome: { kind: 'exited', exitCode: 1 }, usage });
    const result = subject.finish(0);
    expect(result.compile?.outcome).toEqual({ kind: 'exited', exitCode: 1 });
    expect(result).not.toHaveProperty('run');
  });

  it('an execution has one limit of output for both phases and both streams', () => {
    const subject = execution({ maxOutputBytes: 5 });
    subject.startPhase('compile', [], 0);
    expect(subject.addOutput('stderr', bytes('abc'))).toEqual(bytes('abc'));
    subject.finishPhase('compile', ending);
    subject.startPhase('run', [], 0);
    expect(subject.addOutput('stdout', bytes('defg'))).toEqual(bytes('de'));
    expect(subject.addOutput('stderr', bytes('h'))).toEqual(bytes(''));
    subject.finishPhase('run', ending);
    expect(subject.finish(0)).toMatchObject({
      compile: { stderr: { data: bytes('abc'), totalBytes: 3, truncated: false, ...noneDropped } },
      run: {
        stdout: { data: bytes('de'), totalBytes: 4, truncated: true, ...noneDropped },
        stderr: { data: bytes(''), totalBytes: 1, truncated: true, ...noneDropped },
      },
    });
  });

  it('an execution whose client was streamed to counts the output without keeping it', () => {
    const subject = execution({ maxKeptBytes: 0 });
    subject.startPhase('run', [], 0);
    expect(subject.addOutput('stdout', bytes('out'))).toEqual(bytes('out'));
    subject.finishPhase('run', ending);
    expect(subject.finish(0).run?.stdout).toEqual({
      data: bytes(''),
      totalBytes: 3,
      truncated: false,
      ...noneDropped,
    });
  });

  it.each<Limit>(['wall time', 'output', 'cancelled', 'memory'])(
    'an execution that a limit (%s) ends in a phase reports the limit, and the time until then',
    (cause) => {
      const subject = execution();
      subject.startPhase('run', ['sh'], 1000);
      subject.addOutput('stdout', bytes('partial'));
      expect(subject.finish(3500, cause).run).toEqual({
        command: ['sh'],
        limit: cause,
        usage: { wallTimeMs: 2500, peakMemoryBytes: 0, peakProcesses: 0 },
        stdout: { data: bytes('partial'), totalBytes: 7, truncated: false, ...noneDropped },
        stderr: { data: bytes(''), totalBytes: 0, truncated: false, ...noneDropped },
      });
    },
  );

  it('an execution that ends before its first phase reports the limit as that of the run', () => {
    expect(execution().finish(10, 'cancelled').run).toMatchObject({
      limit: 'cancelled',
      command: [],
      usage: { wallTimeMs: 0 },
    });
  });

  it('an execution that is ended between its phases keeps the first and reports the limit in the second', () => {
    const subject = execution();
    subject.startPhase('compile', ['gcc'], 0);
    subject.finishPhase('compile', ending);
    const result = subject.finish(10, 'wall time');
    expect(result.compile).not.toHaveProperty('limit');
    expect(result.run).toMatchObject({ limit: 'wall time', command: [] });
  });

  it('an execution whose compiler was ended for a limit has no run', () => {
    const subject = execution();
    subject.startPhase('compile', ['gcc'], 0);
    subject.finishPhase('compile', { ...ending, limit: 'output' });
    const result = subject.finish(10, 'output');
    expect(result.compile).toMatchObject({ limit: 'output' });
    expect(result).not.toHaveProperty('run');
  });

  it('an execution that is ended after its run keeps what was reported of the run', () => {
    const subject = execution();
    subject.startPhase('run', ['sh'], 0);
    subject.finishPhase('run', ending);
    expect(subject.finish(10, 'cancelled').run).toMatchObject({ outcome: exited, command: ['sh'] });
  });

  it('an execution does not run twice', () => {
    const subject = execution();
    subject.startPhase('run', [], 0);
    subject.finishPhase('run', ending);
    expect(() => subject.startPhase('run', [], 0)).toThrow(ExecutionOrderError);
  });

  it('an execution does not end in the middle of a phase without a reason', () => {
    const subject = execution();
    subject.startPhase('run', [], 0);
    subject.addOutput('stdout', bytes('out'));
    expect(() => subject.finish(0)).toThrow(ExecutionOrderError);
  });

  it('an execution does not end before its first phase without a reason', () => {
    expect(() => execution().finish(0)).toThrow(ExecutionOrderError);
  });
});
