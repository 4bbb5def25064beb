// A run from its start to its result, where nothing goes wrong.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { outputWindowBytes } from '../../../../guest/protocol/frame.js';
import { hostPieceBytes } from '../../../../guest/protocol/pieces.js';
import type { Program } from '../../../../services/executor/admission/request.js';
import {
  Limit as GuestLimit,
  Stream as GuestStream,
} from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import {
  COMPILE,
  execution,
  frames,
  identity,
  noneDropped,
  RUN,
  resultOf,
  runToEnd,
  settled,
  start,
} from './run-scene.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a run', () => {
  it('a run sends the start with the name of the language, then the code in pieces', () => {
    const code = Buffer.alloc(hostPieceBytes + 1, 'x');
    const { machine } = start({
      program: { code, options: ['-x'], arguments: ['a'], environment: { A: 'b' } },
    });
    expect(machine.sent.map(({ body }) => body.$case)).toEqual(['start', 'source', 'source']);
    expect(machine.sentOf('start')).toMatchObject([
      {
        execution,
        language: 'sh',
        options: ['-x'],
        arguments: ['a'],
        environment: { A: 'b' },
        sourceBytes: hostPieceBytes + 1,
        outputCredit: outputWindowBytes,
        wallLimitMs: 12_000,
        files: [{ path: '', bytes: hostPieceBytes + 1, executable: false }],
        outputFiles: [],
      },
    ]);
    expect(Buffer.concat(machine.payloadsOf('source'))).toEqual(code);
  });

  it('a run reports each step at once, however slow its client is', async () => {
    const { machine, steps, end } = start({
      program: { outputFiles: ['a'] },
      sink: () => new Promise(() => undefined),
    });
    machine.say(frames.started(COMPILE, 'cc'));
    machine.say(frames.ended(COMPILE));
    machine.say(frames.started(RUN, './program'));
    runToEnd(machine, 3);
    await settled();
    expect(steps).toMatchObject([
      { kind: 'phase-started', phase: 'compile' },
      { kind: 'phase-finished', ending: { outcome: { kind: 'exited', exitCode: 0 } } },
      { kind: 'phase-started', phase: 'run' },
      { kind: 'phase-finished', ending: { outcome: { kind: 'exited', exitCode: 3 } } },
      { kind: 'files-awaited' },
      { kind: 'over', end: { kind: 'result' } },
    ]);
    expect(end()).toBeUndefined();
  });

  it('a run sends its files one after the other: the code first, or the first of them as the code', () => {
    const files = [
      { path: 'a', data: Buffer.from('one'), executable: true },
      { path: 'b', data: Buffer.from(''), executable: false },
    ];
    const sentOf = (more: Partial<Program>) => {
      const { machine } = start({ program: { files, ...more } });
      const [sent] = machine.sentOf('start');
      expect(sent?.sourceBytes).toBe(Buffer.concat(machine.payloadsOf('source')).length);
      return {
        names: sent?.files.map(({ path, bytes }) => [path, bytes]),
        executable: sent?.files.map((file) => file.executable),
        bytes: Buffer.concat(machine.payloadsOf('source')).toString(),
      };
    };
    expect(sentOf({ code: Buffer.from('code') })).toEqual({
      names: [
        ['', 4],
        ['a', 3],
        ['b', 0],
      ],
      executable: [false, true, false],
      bytes: 'codeone',
    });
    expect(sentOf({ code: Buffer.from('') })).toEqual({
      names: [
        ['a', 3],
        ['b', 0],
      ],
      executable: [true, false],
      bytes: 'one',
    });
  });

  it('a run has a result with what the program printed and how it ended', async () => {
    const { machine, run, events, faults } = start();
    machine.say(frames.started(RUN, 'sh', 'program.sh'));
    machine.say(frames.output('out\n'));
    machine.say(frames.output('err\n', GuestStream.STDERR));
    await vi.advanceTimersByTimeAsync(5);
    runToEnd(machine, 3);
    const result = resultOf(await run.ended);
    expect(result).toEqual({
      ...identity,
      files: [],
      filesTruncated: false,
      run: {
        command: ['sh', 'program.sh'],
        outcome: { kind: 'exited', exitCode: 3 },
        usage: {
          wallTimeMs: 5,
          cpuUserMs: 0,
          cpuSystemMs: 0,
          peakMemoryBytes: 0,
          peakProcesses: 0,
        },
        stdout: { data: Buffer.from('out\n'), totalBytes: 4, truncated: false, ...noneDropped },
        stderr: { data: Buffer.from('err\n'), totalBytes: 4, truncated: false, ...noneDropped },
      },
    });
    expect(events).toEqual([
      { kind: 'started', ...identity },
      { kind: 'phase-started', phase: 'run', command: ['sh', 'program.sh'] },
      { kind: 'output', phase: 'run', stream: 'stdout', data: Buffer.from('out\n') },
      { kind: 'output', phase: 'run', stream: 'stderr', data: Buffer.from('err\n') },
      { kind: 'finished', result },
    ]);
    expect(faults).toEqual([]);
  });

  it('a run gives its slot back when the guest has said that it is over, and leaves no timer', async () => {
    const { machine, run, isVacated } = start();
    machine.say(frames.started(RUN));
    machine.say(frames.ended(RUN));
    await settled();
    expect(isVacated()).toBe(false);
    machine.say(frames.finished);
    await run.vacated;
    expect(machine.isListenedTo).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a run compiles first where the language does so', async () => {
    const { machine, run, events } = start();
    machine.say(frames.started(COMPILE, 'gcc'));
    machine.say(frames.output('warning\n', GuestStream.STDERR));
    machine.say(frames.ended(COMPILE));
    machine.say(frames.started(RUN, './program'));
    machine.say(frames.output('hello\n'));
    runToEnd(machine);
    expect(resultOf(await run.ended)).toMatchObject({
      compile: { command: ['gcc'], stderr: { data: Buffer.from('warning\n') } },
      run: { command: ['./program'], stdout: { data: Buffer.from('hello\n') } },
    });
    expect(events.map((event) => ('phase' in event ? event.phase : event.kind))).toEqual([
      'started',
      'compile',
      'compile',
      'run',
      'run',
      'finished',
    ]);
  });

  it('a run ends with the compiler where that fails', async () => {
    const { machine, run } = start();
    machine.say(frames.started(COMPILE, 'gcc'));
    machine.say(frames.output('error\n', GuestStream.STDERR));
    machine.say(frames.ended(COMPILE, { outcome: { $case: 'exitCode', value: 1 } }));
    machine.say(frames.finished);
    const result = resultOf(await run.ended);
    expect(result.compile?.outcome).toEqual({ kind: 'exited', exitCode: 1 });
    expect(result.run).toBeUndefined();
  });

  it('a run reports the limits that the guest has reported', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    machine.say(
      frames.ended(RUN, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.MEMORY,
      }),
    );
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'memory',
      outcome: { kind: 'signalled', signal: 'SIGKILL' },
    });
    expect(faults).toEqual([]);
  });

  it('a run whose client was streamed to has a result without the output', async () => {
    const { machine, run } = start({ keepsOutput: false });
    machine.say(frames.started(RUN));
    machine.say(frames.output('hello'));
    runToEnd(machine);
    const { run: phase } = resultOf(await run.ended);
    expect(phase?.stdout).toMatchObject({ totalBytes: 5, truncated: false });
    expect(phase?.stdout.data).toHaveLength(0);
  });

  it('a run that the guest refuses ends so, and gives its slot back', async () => {
    const { machine, run, events, faults } = start();
    machine.say(frames.refused);
    await expect(run.ended).resolves.toEqual({ kind: 'refused', detail: 'no room' });
    await run.vacated;
    expect(events.map(({ kind }) => kind)).toEqual(['started']);
    expect(faults).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a run sends signals while it runs', async () => {
    const { machine, run } = start();
    run.signal('SIGINT');
    expect(machine.sentOf('signal')).toEqual([{ execution, name: 'SIGINT' }]);
    machine.say(frames.started(RUN));
    runToEnd(machine);
    await run.ended;
    run.signal('SIGTERM');
    expect(machine.sentOf('signal')).toHaveLength(1);
  });
});
