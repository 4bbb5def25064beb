import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  inputWindowBytes,
  maxPieceBytes,
  outputWindowBytes,
} from '../../../../guest/protocol/frame.js';
import { hostPieceBytes } from '../../../../guest/protocol/pieces.js';
import type { PhaseLimits } from '../../../../services/executor/admission/limits.js';
import type { Program } from '../../../../services/executor/admission/request.js';
import type { RunFault } from '../../../../services/executor/execution/events.js';
import type {
  ExecutionEvent,
  ExecutionResult,
  Limit,
} from '../../../../services/executor/execution/result.js';
import {
  type Run,
  type RunEnd,
  type RunStep,
  startRun,
} from '../../../../services/executor/execution/runner.js';
import {
  Limit as GuestLimit,
  Phase as GuestPhase,
  Stream as GuestStream,
  PhaseFinished,
  PhaseLimits as PhaseLimitsFrame,
} from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import { FakeMachine, type GuestWord } from '../fake-machine.js';

/** The number that the fake machine gives its first execution. */
const execution = 7;

const identity = {
  executionId: 'id',
  requestId: 'request',
  machine: 'pbot-vm',
  generation: 3,
  language: 'sh',
};

const noLimits: PhaseLimits = {
  wallTimeMs: undefined,
  cpuTimeMs: undefined,
  memoryBytes: undefined,
  processes: undefined,
  fileBytes: undefined,
  openFiles: undefined,
};
const noneDropped = { droppedBytes: 0, tail: Buffer.alloc(0) };

const program: Program = {
  language: 'shell',
  code: Buffer.from('echo hi'),
  options: [],
  arguments: [],
  stdin: new Uint8Array(0),
  environment: {},
  timeLimitMs: 10_000,
  maxOutputBytes: 1000,
  requestId: 'request',
  machine: '',
  requester: '',
  compileLimits: noLimits,
  runLimits: noLimits,
  files: [],
  outputFiles: [],
  maxKeptBytes: 1024 * 1024,
  maxReturnedFiles: 2,
  maxReturnedBytes: 2 * 1024 * 1024,
};

interface Started {
  readonly machine: FakeMachine;
  readonly run: Run;
  readonly events: ExecutionEvent[];
  readonly faults: RunFault[];
  readonly steps: RunStep[];
  /** How it ended, if it has. */
  readonly end: () => RunEnd | undefined;
  readonly isVacated: () => boolean;
}

function start(
  options: {
    program?: Partial<Program>;
    keepsOutput?: boolean;
    sink?: (event: ExecutionEvent) => Promise<void>;
  } = {},
): Started {
  const machine = new FakeMachine();
  const events: ExecutionEvent[] = [];
  const faults: RunFault[] = [];
  const steps: RunStep[] = [];
  const run = startRun({
    machine,
    program: { ...program, ...options.program },
    identity,
    keepsOutput: options.keepsOutput ?? true,
    sink: (event) => {
      events.push(event);
      return options.sink?.(event) ?? Promise.resolve();
    },
    nowMs: () => Date.now(),
    onFault: (fault) => faults.push(fault),
    onStep: (step) => steps.push(step),
  });
  let end: RunEnd | undefined;
  let isVacated = false;
  void run.ended.then((ended) => {
    end = ended;
  });
  void run.vacated.then(() => {
    isVacated = true;
  });
  return { machine, run, events, faults, steps, end: () => end, isVacated: () => isVacated };
}

const frames = {
  started: (phase: GuestPhase, ...command: string[]): GuestWord => ({
    body: { $case: 'phaseStarted', value: { execution, phase, command } },
  }),
  output: (data: string | Uint8Array, stream = GuestStream.STDOUT): GuestWord => ({
    body: { $case: 'output', value: { execution, stream } },
    payload: Buffer.from(data),
  }),
  ended: (phase: GuestPhase, more: Partial<PhaseFinished> = {}): GuestWord => ({
    body: {
      $case: 'phaseFinished',
      value: PhaseFinished.create({
        execution,
        phase,
        outcome: { $case: 'exitCode', value: 0 },
        wallTimeUs: 5000n,
        ...more,
      }),
    },
  }),
  finished: { body: { $case: 'finished', value: { execution } } } satisfies GuestWord,
  refused: {
    body: { $case: 'refused', value: { execution, reason: 'no room' } },
  } satisfies GuestWord,
  credit: (bytes: number): GuestWord => ({
    body: { $case: 'credit', value: { execution, bytes } },
  }),
};

const { COMPILE, RUN } = GuestPhase;

function runToEnd(machine: FakeMachine, exitCode = 0): void {
  machine.say(frames.ended(RUN, { outcome: { $case: 'exitCode', value: exitCode } }));
  machine.say(frames.finished);
}

function resultOf(end: RunEnd): ExecutionResult {
  if (end.kind !== 'result') throw new Error(`the run has ended without a result: ${end.detail}`);
  return end.result;
}

/** Lets everything happen that waits for nothing but its turn. */
async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a run', () => {
  it('sends the start with the name of the language, then the code in pieces', () => {
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

  it('tells each step at once, however slow its client is', async () => {
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

  it('sends its files one behind the other: the code first, or the first of them as the code', () => {
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

  it('has a result with what the program printed and how it ended', async () => {
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

  it('gives its place back when the guest has said that it is over, and leaves no timer behind', async () => {
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

  it('compiles first where the language does so', async () => {
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

  it('ends with the compiler where that fails', async () => {
    const { machine, run } = start();
    machine.say(frames.started(COMPILE, 'gcc'));
    machine.say(frames.output('error\n', GuestStream.STDERR));
    machine.say(frames.ended(COMPILE, { outcome: { $case: 'exitCode', value: 1 } }));
    machine.say(frames.finished);
    const result = resultOf(await run.ended);
    expect(result.compile?.outcome).toEqual({ kind: 'exited', exitCode: 1 });
    expect(result.run).toBeUndefined();
  });

  it('tells what the guest says of its own limits', async () => {
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

  it('whose client was streamed to has a result without the output', async () => {
    const { machine, run } = start({ keepsOutput: false });
    machine.say(frames.started(RUN));
    machine.say(frames.output('hello'));
    runToEnd(machine);
    const { run: phase } = resultOf(await run.ended);
    expect(phase?.stdout).toMatchObject({ totalBytes: 5, truncated: false });
    expect(phase?.stdout.data).toHaveLength(0);
  });

  it('that the guest refuses ends so, and gives its place back', async () => {
    const { machine, run, events, faults } = start();
    machine.say(frames.refused);
    await expect(run.ended).resolves.toEqual({ kind: 'refused', detail: 'no room' });
    await run.vacated;
    expect(events.map(({ kind }) => kind)).toEqual(['started']);
    expect(faults).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends signals while it runs', async () => {
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

describe('a run with limits of its phases', () => {
  it('tells them to the guest, in its units', () => {
    const { machine } = start({
      program: {
        compileLimits: { ...noLimits, cpuTimeMs: 1500 },
        runLimits: { ...noLimits, wallTimeMs: 0.5, memoryBytes: 2 ** 33, processes: 5 },
      },
    });
    const none = PhaseLimitsFrame.create();
    expect(machine.sentOf('start')).toMatchObject([
      {
        compileLimits: { ...none, cpuMs: 1500 },
        runLimits: { ...none, wallMs: 1, memoryBytes: 2n ** 33n, processes: 5 },
      },
    ]);
  });

  it('has what the guest ended it for, without a fault: nothing is wrong with the machine', async () => {
    const { machine, run, faults } = start({
      program: { runLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(1100);
    machine.say(
      frames.ended(RUN, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.WALL_TIME,
      }),
    );
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run).toMatchObject({ limit: 'wall time' });
    await run.vacated;
    expect(faults).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is ended from here 2 s later, where the guest has missed it', async () => {
    const { machine, run, faults } = start({
      program: { compileLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    await vi.advanceTimersByTimeAsync(500);
    machine.say(frames.started(COMPILE));
    await vi.advanceTimersByTimeAsync(2999);
    expect(machine.sentOf('kill')).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(
      frames.ended(COMPILE, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.KILLED,
      }),
    );
    machine.say(frames.finished);
    const result = resultOf(await run.ended);
    expect(result.compile).toMatchObject({ limit: 'wall time' });
    expect(result.run).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it('on a guest that does not end a phase even when told has a fault', async () => {
    const { machine, run, faults } = start({
      program: { runLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(7000);
    expect(resultOf(await run.ended).run?.limit).toBe('wall time');
    expect(faults.map(({ kind }) => kind)).toEqual(['guest error']);
  });

  it('has the limit of each phase for that phase alone', async () => {
    const { machine, run } = start({
      program: { compileLimits: { ...noLimits, wallTimeMs: 1000 } },
    });
    machine.say(frames.started(COMPILE));
    machine.say(frames.ended(COMPILE));
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9000);
    expect(machine.sentOf('kill')).toEqual([]);
    runToEnd(machine);
    expect(resultOf(await run.ended).run).not.toHaveProperty('limit');
  });
});

describe('a run whose deadline passes', () => {
  it('tells what the guest has ended it with, and has its machine reported', async () => {
    const { machine, run, faults, end } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(frames.output('last words'));
    machine.say(
      frames.ended(RUN, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.KILLED,
        peakMemoryBytes: 5n,
      }),
    );
    expect(end()).toBeUndefined();
    expect(faults).toEqual([]);
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'wall time',
      outcome: { kind: 'signalled', signal: 'SIGKILL' },
      usage: { peakMemoryBytes: 5 },
      stdout: { data: Buffer.from('last words') },
    });
    expect(faults.map(({ kind }) => kind)).toEqual(['timed out']);
    await run.vacated;
  });

  it('has a result soon without the guest, with the partial output, and its machine reported', async () => {
    const { machine, run, faults, end, isVacated } = start();
    await vi.advanceTimersByTimeAsync(1000);
    machine.say(frames.started(RUN, 'sh'));
    machine.say(frames.output('tick\n'));
    await vi.advanceTimersByTimeAsync(8999);
    expect(machine.sentOf('kill')).toEqual([]);
    await vi.advanceTimersByTimeAsync(250);
    expect(end()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'wall time',
      usage: { wallTimeMs: 9250 },
      stdout: { data: Buffer.from('tick\n') },
    });
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    expect(faults).toEqual([
      { kind: 'timed out', detail: 'an execution has passed its limit of 10 s' },
    ]);
    expect(isVacated()).toBe(false);
  });

  it('has a result even where the guest never answered', async () => {
    const { run } = start();
    await vi.advanceTimersByTimeAsync(10_250);
    expect(resultOf(await run.ended)).toMatchObject({ run: { limit: 'wall time', command: [] } });
  });

  it('gives its place back when the guest has ended it, and has one fault only', async () => {
    const { machine, run, events, faults } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_250);
    machine.say(frames.output('late'));
    runToEnd(machine);
    await run.vacated;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults).toHaveLength(1);
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'phase-started', 'finished']);
    expect(machine.isListenedTo).toBe(false);
  });

  it('on a guest that does not end it has a second fault, and keeps the place', async () => {
    const { machine, faults, isVacated } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(14_000);
    expect(faults.map(({ kind }) => kind)).toEqual(['timed out', 'guest error']);
    expect(isVacated()).toBe(false);
    machine.lose('the machine is being reverted');
    await settled();
    expect(isVacated()).toBe(true);
  });
});

describe('a run that prints too much', () => {
  it('is killed, and keeps what is within the limit', async () => {
    const { machine, run, events, faults } = start({ program: { maxOutputBytes: 5 } });
    machine.say(frames.started(RUN));
    machine.say(frames.output('abc'));
    expect(machine.sentOf('kill')).toEqual([]);
    machine.say(frames.output('defg'));
    machine.say(frames.output('hij'));
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(
      frames.ended(RUN, {
        outcome: { $case: 'signal', value: 'SIGKILL' },
        limit: GuestLimit.KILLED,
      }),
    );
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'output',
      stdout: { data: Buffer.from('abcde'), totalBytes: 10, truncated: true, ...noneDropped },
    });
    const printed = events.flatMap((event) => (event.kind === 'output' ? [event.data] : []));
    expect(Buffer.concat(printed)).toEqual(Buffer.from('abcde'));
    expect(faults).toEqual([]);
  });

  it('may print exactly as much as the limit', async () => {
    const { machine, run } = start({ program: { maxOutputBytes: 5 } });
    machine.say(frames.started(RUN));
    machine.say(frames.output('abcde'));
    runToEnd(machine);
    const { run: phase } = resultOf(await run.ended);
    expect(phase).not.toHaveProperty('limit');
    expect(phase?.stdout.truncated).toBe(false);
    expect(machine.sentOf('kill')).toEqual([]);
  });
});

describe('a run that is stopped', () => {
  it('ends when the guest has ended it, with the reason', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    run.stop('cancelled');
    expect(machine.sentOf('kill')).toEqual([{ execution }]);
    machine.say(frames.ended(RUN, { limit: GuestLimit.KILLED }));
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults).toEqual([]);
  });

  it('before its first phase tells the reason all the same', async () => {
    const { machine, run } = start();
    run.stop('cancelled');
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
  });

  it('has its first reason, and one kill, however often it is stopped', async () => {
    const { machine, run } = start({ program: { maxOutputBytes: 1 } });
    machine.say(frames.started(RUN));
    run.stop('cancelled');
    run.stop('output');
    machine.say(frames.output('too much'));
    runToEnd(machine);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
    expect(machine.sentOf('kill')).toHaveLength(1);
  });

  it('on a guest that is silent is a fault of the guest, and has its result without it', async () => {
    const { machine, run, faults, end } = start();
    machine.say(frames.started(RUN));
    machine.say(frames.output('so far'));
    run.stop('cancelled');
    await vi.advanceTimersByTimeAsync(3999);
    expect(end()).toBeUndefined();
    expect(faults).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'cancelled',
      stdout: { data: Buffer.from('so far') },
    });
    expect(faults).toEqual([
      { kind: 'guest error', detail: 'the guest has not ended an execution within 4 s' },
    ]);
  });

  it('shortly before its deadline keeps its first reason', async () => {
    const { machine, run } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9500);
    run.stop('cancelled');
    await vi.advanceTimersByTimeAsync(1000);
    runToEnd(machine);
    expect(resultOf(await run.ended).run?.limit).toBe('cancelled');
  });

  it('shortly before its deadline, and was ended by the guest, is no fault of the guest', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9500);
    run.stop('cancelled');
    await vi.advanceTimersByTimeAsync(1000);
    runToEnd(machine);
    await run.vacated;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults.filter(({ kind }) => kind === 'guest error')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('after its end is as it was', async () => {
    const { machine, run } = start();
    machine.say(frames.started(RUN));
    runToEnd(machine);
    run.stop('cancelled');
    expect(resultOf(await run.ended).run).not.toHaveProperty('limit');
    expect(machine.sentOf('kill')).toEqual([]);
  });
});

describe('a run whose machine is lost', () => {
  it('ends as lost, with no finished event, and gives its place back', async () => {
    const { machine, run, events } = start();
    machine.say(frames.started(RUN));
    machine.say(frames.output('so far'));
    machine.lose('the data channel was cut');
    await expect(run.ended).resolves.toEqual({ kind: 'lost', detail: 'the data channel was cut' });
    await run.vacated;
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'phase-started', 'output']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while it is being killed ends as lost, without a fault', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    run.stop('cancelled');
    machine.lose('the machine is being reverted');
    await expect(run.ended).resolves.toMatchObject({ kind: 'lost' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(faults).toEqual([]);
  });

  it('behind its deadline has the result of a program that was too slow', async () => {
    const { machine, run, faults } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_000);
    machine.lose('the machine is being reverted');
    expect(resultOf(await run.ended).run?.limit).toBe('wall time');
    expect(faults.map(({ kind }) => kind)).toEqual(['timed out']);
    await run.vacated;
  });

  it('while it waits for input credit lets whoever writes go', async () => {
    const { machine, run } = start({ program: { stdin: new Uint8Array(2 * inputWindowBytes) } });
    const written = run.writeInput(Buffer.from('more'));
    machine.lose('the data channel was cut');
    await expect(written).resolves.toBeUndefined();
  });
});

describe('a guest that says what makes no sense', () => {
  const nonsense: readonly (readonly [string, readonly GuestWord[]])[] = [
    ['output before any phase', [frames.output('x')]],
    ['output between phases', [frames.started(COMPILE), frames.ended(COMPILE), frames.output('x')]],
    ['output of an unknown stream', [frames.started(RUN), frames.output('x', 9 as GuestStream)]],
    ['an unknown phase', [frames.started(GuestPhase.UNSPECIFIED)]],
    ['an unknown phase that ends', [frames.started(RUN), frames.ended(7 as GuestPhase)]],
    ['the end of a phase that has not begun', [frames.ended(RUN)]],
    ['the end of another phase', [frames.started(COMPILE), frames.ended(RUN)]],
    ['a phase in a phase', [frames.started(COMPILE), frames.started(RUN)]],
    [
      'a compiler after the program',
      [frames.started(RUN), frames.ended(RUN), frames.started(COMPILE)],
    ],
    ['the program twice', [frames.started(RUN), frames.ended(RUN), frames.started(RUN)]],
    ['an end in the middle of a phase', [frames.started(RUN), frames.finished]],
    ['an end before the first phase', [frames.finished]],
    ['a refusal of what has begun', [frames.started(RUN), frames.refused]],
    ['a refusal of what has run', [frames.started(COMPILE), frames.ended(COMPILE), frames.refused]],
  ];

  it.each(nonsense)('(%s) is a fault, and the run is lost', async (_what, words) => {
    const { machine, events, faults, end, isVacated } = start();
    for (const word of words) machine.say(word);
    await settled();
    expect(end()).toEqual({
      kind: 'lost',
      detail: 'the guest has sent frames that make no sense',
    });
    expect(isVacated()).toBe(true);
    expect(faults.map(({ kind }) => kind)).toEqual(['guest error']);
    expect(events.map(({ kind }) => kind)).not.toContain('finished');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends more than it has credit for: a fault, not memory of ours', async () => {
    const { machine, faults, isVacated } = start({
      program: { maxOutputBytes: 64 * 1024 * 1024 },
      sink: () => new Promise(() => undefined),
    });
    machine.say(frames.started(RUN));
    const piece = frames.output(Buffer.alloc(maxPieceBytes));
    for (let sent = 0; sent < outputWindowBytes; sent += maxPieceBytes) machine.say(piece);
    expect(faults).toEqual([]);
    machine.say(piece);
    expect(faults.map(({ kind }) => kind)).toEqual(['guest error']);
    await settled();
    expect(isVacated()).toBe(true);
  });

  it('says anything after the end: nobody takes it', async () => {
    const { machine, run, events } = start();
    machine.say(frames.started(RUN));
    runToEnd(machine);
    await run.ended;
    const count = events.length;
    machine.say(frames.output('late'));
    machine.say(frames.started(RUN));
    await settled();
    expect(events).toHaveLength(count);
    expect(events.at(-1)?.kind).toBe('finished');
  });
});

describe('files of a run', () => {
  const asking = { program: { outputFiles: ['out/*'] } };
  const fileData = (path: string, data: string): GuestWord => ({
    body: { $case: 'fileData', value: { execution, path } },
    payload: Buffer.from(data),
  });
  const filesFinished = (truncated: boolean): GuestWord => ({
    body: { $case: 'filesFinished', value: { execution, truncated } },
  });

  function ran(options = asking, more: Partial<PhaseFinished> = {}): Started {
    const started = start(options);
    started.machine.say(frames.started(RUN));
    started.machine.say(frames.ended(RUN, more));
    return started;
  }

  it('are asked for with their number and their size together, and are in the result', async () => {
    const { machine, run, faults } = ran();
    expect(machine.sentOf('start')).toMatchObject([
      { outputFiles: ['out/*'], maxFiles: 2, maxFileBytes: 2 * 1024 * 1024 },
    ]);
    for (const word of [fileData('out/a', 'x'), fileData('out/a', 'y'), filesFinished(true)]) {
      machine.say(word);
    }
    machine.say(frames.finished);
    expect(resultOf(await run.ended)).toMatchObject({
      files: [{ path: 'out/a', data: Buffer.from('xy') }],
      filesTruncated: true,
    });
    expect(faults).toEqual([]);
  });

  it.each<[string, readonly GuestWord[]]>([
    ['more of them', ['a', 'b', 'c'].map((name) => fileData(`out/${name}`, ''))],
    ['larger ones', Array.from({ length: 33 }, () => fileData('out/a', 'x'.repeat(64 * 1024)))],
  ])('that are not what was asked for (%s) are a fault of the guest', async (_what, words) => {
    const { machine, run, faults } = ran();
    for (const word of words) {
      machine.say(word);
      await settled();
    }
    expect((await run.ended).kind).toBe('lost');
    expect(faults).toMatchObject([{ kind: 'guest error' }]);
  });

  it('earn new credit when they have come', async () => {
    const { machine } = ran();
    machine.say({ ...fileData('out/a', ''), payload: new Uint8Array(outputWindowBytes / 4) });
    await settled();
    expect(machine.sentOf('credit')).toEqual([{ execution, bytes: outputWindowBytes / 4 }]);
  });

  it('are not awaited where the compiler has failed or a limit has ended the program', async () => {
    const compiled = start(asking);
    compiled.machine.say(frames.started(COMPILE));
    compiled.machine.say(frames.ended(COMPILE));
    compiled.machine.say(frames.finished);
    expect(resultOf(await compiled.run.ended).filesTruncated).toBe(false);
    const limited = ran(asking, { limit: GuestLimit.WALL_TIME });
    limited.machine.say(frames.finished);
    expect(resultOf(await limited.run.ended)).toMatchObject({ files: [], filesTruncated: false });
  });

  it('that do not come in time are left out, which is no fault', async () => {
    const { machine, run, faults, isVacated } = ran();
    machine.say(fileData('out/a', 'whole'));
    machine.say(fileData('out/b', 'part'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(resultOf(await run.ended)).toMatchObject({
      run: { outcome: { kind: 'exited', exitCode: 0 } },
      files: [{ path: 'out/a', data: Buffer.from('whole') }],
      filesTruncated: true,
    });
    expect(machine.sentOf('kill')).toHaveLength(1);
    machine.say(filesFinished(true));
    machine.say(frames.finished);
    await settled();
    expect(isVacated()).toBe(true);
    expect(faults).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that have no end are those that are surely whole', async () => {
    const { machine, run, faults } = ran();
    machine.say(fileData('out/a', 'whole'));
    machine.say(fileData('out/b', 'part'));
    machine.say(frames.finished);
    expect(resultOf(await run.ended)).toMatchObject({
      files: [{ path: 'out/a', data: Buffer.from('whole') }],
      filesTruncated: true,
    });
    expect(faults).toEqual([]);
  });

  it('may come later than the time limit of the program', async () => {
    const { machine, run, faults } = start(asking);
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(9999);
    machine.say(frames.ended(RUN));
    await vi.advanceTimersByTimeAsync(1000);
    machine.say(filesFinished(false));
    machine.say(frames.finished);
    expect(resultOf(await run.ended).run?.limit).toBeUndefined();
    expect(faults).toEqual([]);
  });

  it.each<[string, GuestWord[]]>([
    ['nobody has asked for', [fileData('other', 'x')]],
    ['leave the directory', [fileData('out/../../etc/shadow', 'x')]],
    ['come behind their end', [filesFinished(false), fileData('out/a', 'x')]],
  ])('that %s are a fault of the guest', async (_what, words) => {
    const { machine, run, faults } = ran();
    for (const word of words) machine.say(word);
    expect((await run.ended).kind).toBe('lost');
    expect(faults).toMatchObject([{ kind: 'guest error' }]);
  });

  it('that come before the program has ended, or unasked, are a fault of the guest', async () => {
    const early = start(asking);
    early.machine.say(frames.started(RUN));
    early.machine.say(fileData('out/a', 'x'));
    expect((await early.run.ended).kind).toBe('lost');
    const unasked = ran({ program: { outputFiles: [] } });
    unasked.machine.say(filesFinished(false));
    expect((await unasked.run.ended).kind).toBe('lost');
  });
});

describe('output of a run', () => {
  const credited = (machine: FakeMachine) =>
    machine.sentOf('credit').reduce((sum, { bytes }) => sum + bytes, 0);

  it('earns new credit only when the client has taken it', async () => {
    const taken: (() => void)[] = [];
    const { machine } = start({
      program: { maxOutputBytes: 64 * 1024 * 1024 },
      sink: (event) =>
        event.kind === 'output'
          ? new Promise((resolve) => {
              taken.push(resolve);
            })
          : Promise.resolve(),
    });
    machine.say(frames.started(RUN));
    const pieces = outputWindowBytes / maxPieceBytes;
    for (let i = 0; i < pieces; i += 1) machine.say(frames.output(Buffer.alloc(maxPieceBytes)));
    await settled();
    expect(credited(machine)).toBe(0);
    for (let i = 0; i < pieces; i += 1) {
      expect(taken).toHaveLength(i + 1);
      taken[i]?.();
      await settled();
      expect(credited(machine)).toBeLessThanOrEqual((i + 1) * maxPieceBytes);
    }
    expect(credited(machine)).toBe(outputWindowBytes);
  });

  it('in small pieces never leaves a program without credit whose client takes all', async () => {
    const { machine } = start({ program: { maxOutputBytes: 64 * 1024 * 1024 } });
    machine.say(frames.started(RUN));
    const size = 1000;
    for (let sent = size; sent < 3 * outputWindowBytes; sent += size) {
      expect(sent - credited(machine)).toBeLessThanOrEqual(outputWindowBytes);
      machine.say(frames.output(Buffer.alloc(size)));
      await settled();
    }
  });

  it('reaches the client before the result does, however slow the client is', async () => {
    let take: () => void = () => undefined;
    const { machine, events, end, isVacated } = start({
      sink: (event) =>
        event.kind === 'output'
          ? new Promise((resolve) => {
              take = resolve;
            })
          : Promise.resolve(),
    });
    machine.say(frames.started(RUN));
    machine.say(frames.output('abc'));
    runToEnd(machine);
    await settled();
    expect(end()).toBeUndefined();
    expect(events.at(-1)?.kind).toBe('output');
    // The client is slow, not the machine: that has a free place already.
    expect(isVacated()).toBe(true);
    take();
    await settled();
    expect(end()?.kind).toBe('result');
    expect(events.at(-1)?.kind).toBe('finished');
  });

  it.each<[string, (event: ExecutionEvent) => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('the client has gone away'))],
    [
      'throws',
      () => {
        throw new Error('the client has gone away');
      },
    ],
  ])('to a client that %s does not hold up the result, nor the credit', async (_how, sink) => {
    const { machine, run } = start({ program: { maxOutputBytes: outputWindowBytes }, sink });
    machine.say(frames.started(RUN));
    for (let sent = 0; sent < outputWindowBytes; sent += maxPieceBytes) {
      machine.say(frames.output(Buffer.alloc(maxPieceBytes)));
    }
    await settled();
    expect(credited(machine)).toBe(outputWindowBytes);
    runToEnd(machine);
    expect(resultOf(await run.ended).run?.stdout.totalBytes).toBe(outputWindowBytes);
  });
});

const nothing = new Uint8Array(0);

describe('input of a run', () => {
  const inputBytes = (machine: FakeMachine) =>
    machine.payloadsOf('input').reduce((sum, { length }) => sum + length, 0);

  it('comes first from the request, then from the client, then ends', async () => {
    const { machine, run } = start({ program: { stdin: Buffer.from('one ') } });
    await run.writeInput(Buffer.from('two'));
    run.endInput();
    await settled();
    expect(machine.sentOf('input')).toEqual([
      { execution, end: false },
      { execution, end: false },
      { execution, end: true },
    ]);
    expect(machine.payloadsOf('input').map((each) => Buffer.from(each).toString())).toEqual([
      'one ',
      'two',
      '',
    ]);
  });

  it('and code share the credit', async () => {
    const { machine } = start({
      program: { code: new Uint8Array(2 * inputWindowBytes), stdin: Buffer.from('input') },
    });
    await settled();
    expect(machine.payloadsOf('source').length).toBe(inputWindowBytes / hostPieceBytes);
    expect(machine.sentOf('input')).toEqual([]);
    machine.say(frames.credit(inputWindowBytes));
    await settled();
    expect(machine.payloadsOf('source').length).toBe((2 * inputWindowBytes) / hostPieceBytes);
    expect(machine.sentOf('input')).toEqual([]);
    machine.say(frames.credit(inputWindowBytes));
    await settled();
    expect(inputBytes(machine)).toBe(5);
  });

  it('is sent in pieces, as far as the guest has given credit', async () => {
    const size = inputWindowBytes + hostPieceBytes + 1;
    const { machine, run } = start({ program: { code: nothing } });
    let isWritten = false;
    void run.writeInput(new Uint8Array(size)).then(() => {
      isWritten = true;
    });
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes);
    machine.say(frames.credit(hostPieceBytes - 1));
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes);
    machine.say(frames.credit(1));
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes + hostPieceBytes);
    expect(isWritten).toBe(false);
    machine.say(frames.credit(1));
    await settled();
    expect(inputBytes(machine)).toBe(size);
    expect(isWritten).toBe(true);
    for (const { length } of machine.payloadsOf('input')) {
      expect(length).toBeLessThanOrEqual(hostPieceBytes);
    }
  });

  it('ends behind what waits for credit, not before', async () => {
    const { machine, run } = start({ program: { code: nothing } });
    void run.writeInput(new Uint8Array(inputWindowBytes + 1));
    run.endInput();
    await settled();
    expect(machine.sentOf('input').some(({ end }) => end)).toBe(false);
    machine.say(frames.credit(1));
    await settled();
    expect(machine.sentOf('input').at(-1)).toMatchObject({ end: true });
    expect(inputBytes(machine)).toBe(inputWindowBytes + 1);
  });

  it('is not sent any more after the end, and nobody waits for it', async () => {
    const { machine, run } = start({ program: { code: nothing } });
    const written = run.writeInput(new Uint8Array(2 * inputWindowBytes));
    await settled();
    machine.say(frames.started(RUN));
    runToEnd(machine);
    await expect(written).resolves.toBeUndefined();
    await run.writeInput(Buffer.from('late'));
    run.endInput();
    await settled();
    expect(inputBytes(machine)).toBe(inputWindowBytes);
    expect(machine.sentOf('input').some(({ end }) => end)).toBe(false);
  });
});

describe('whatever ends a run first', () => {
  const endings: Readonly<Record<string, (started: Started) => Promise<unknown>>> = {
    'its own end': ({ machine }) => {
      runToEnd(machine);
      return settled();
    },
    'its deadline': () => vi.advanceTimersByTimeAsync(20_000),
    'the loss of its machine': ({ machine }) => {
      machine.lose('lost');
      return settled();
    },
    'its client': ({ run }) => {
      run.stop('cancelled');
      return vi.advanceTimersByTimeAsync(5000);
    },
  };
  const pairs = Object.keys(endings).flatMap((first) =>
    Object.keys(endings).map((second) => [first, second] as const),
  );

  it.each(pairs)('there is one result: %s, then %s', async (first, second) => {
    const started = start();
    started.machine.say(frames.started(RUN));
    await endings[first]?.(started);
    const end = started.end();
    expect(end).toBeDefined();
    await endings[second]?.(started);
    expect(started.end()).toBe(end);
    const finishes = started.events.filter(({ kind }) => kind === 'finished');
    expect(finishes).toHaveLength(end?.kind === 'result' ? 1 : 0);
    const expected: Record<string, Limit | undefined> = {
      'its deadline': 'wall time',
      'its client': 'cancelled',
    };
    if (end?.kind === 'result') expect(end.result.run?.limit).toBe(expected[first]);
  });
});
