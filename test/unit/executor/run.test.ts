import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  inputWindowBytes,
  maxPieceBytes,
  outputWindowBytes,
} from '../../../services/channel/frame.js';
import { hostPieceBytes } from '../../../services/channel/pieces.js';
import type { Program } from '../../../services/executor/program.js';
import type { ExecutionEvent, ExecutionResult, Limit } from '../../../services/executor/result.js';
import { Run, type RunEnd, type RunFault } from '../../../services/executor/run.js';
import {
  Limit as GuestLimit,
  Phase as GuestPhase,
  Stream as GuestStream,
  PhaseFinished,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { FakeMachine, type GuestWord } from './fake-machine.js';

/** The number that the fake machine gives its first execution. */
const execution = 7;

const identity = {
  executionId: 'id',
  requestId: 'request',
  machine: 'pbot-vm',
  generation: 3,
  language: 'sh',
};

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
};

interface Started {
  readonly machine: FakeMachine;
  readonly run: Run;
  readonly events: ExecutionEvent[];
  readonly faults: RunFault[];
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
  const run = new Run({
    machine: machine.asMachine(),
    program: { ...program, ...options.program },
    identity,
    keepsOutput: options.keepsOutput ?? true,
    sink: (event) => {
      events.push(event);
      return options.sink?.(event) ?? Promise.resolve();
    },
    nowMs: () => Date.now(),
    onFault: (fault) => faults.push(fault),
  });
  let end: RunEnd | undefined;
  let isVacated = false;
  void run.ended.then((ended) => {
    end = ended;
  });
  void run.vacated.then(() => {
    isVacated = true;
  });
  return { machine, run, events, faults, end: () => end, isVacated: () => isVacated };
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
      },
    ]);
    expect(Buffer.concat(machine.payloadsOf('source'))).toEqual(code);
  });

  it('has a result with what the program printed and how it ended', async () => {
    const { machine, run, events, faults } = start();
    machine.say(frames.started(RUN, 'sh', 'program.sh'));
    machine.say(frames.output('out\n'));
    machine.say(frames.output('err\n', GuestStream.STDERR));
    runToEnd(machine, 3);
    const result = resultOf(await run.ended);
    expect(result).toEqual({
      ...identity,
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
        stdout: { data: Buffer.from('out\n'), totalBytes: 4, truncated: false },
        stderr: { data: Buffer.from('err\n'), totalBytes: 4, truncated: false },
      },
    });
    expect(events).toEqual([
      { kind: 'started', executionId: 'id', machine: 'pbot-vm', generation: 3, language: 'sh' },
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

describe('a run whose deadline passes', () => {
  it('has a result at once, with the partial output, and its machine reported', async () => {
    const { machine, run, faults, end, isVacated } = start();
    await vi.advanceTimersByTimeAsync(1000);
    machine.say(frames.started(RUN, 'sh'));
    machine.say(frames.output('tick\n'));
    await vi.advanceTimersByTimeAsync(8999);
    expect(end()).toBeUndefined();
    expect(machine.sentOf('kill')).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'wall time',
      usage: { wallTimeMs: 9000 },
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
    await vi.advanceTimersByTimeAsync(10_000);
    expect(resultOf(await run.ended)).toMatchObject({ run: { limit: 'wall time', command: [] } });
  });

  it('gives its place back when the guest has ended it, and has one fault only', async () => {
    const { machine, run, events, faults } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_000);
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
    await vi.advanceTimersByTimeAsync(12_000);
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
      stdout: { data: Buffer.from('abcde'), totalBytes: 10, truncated: true },
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
    await vi.advanceTimersByTimeAsync(1999);
    expect(end()).toBeUndefined();
    expect(faults).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(resultOf(await run.ended).run).toMatchObject({
      limit: 'cancelled',
      stdout: { data: Buffer.from('so far') },
    });
    expect(faults).toEqual([
      { kind: 'guest error', detail: 'the guest has not ended an execution within 2 s' },
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

  it('after its deadline keeps its result', async () => {
    const { machine, run } = start();
    machine.say(frames.started(RUN));
    await vi.advanceTimersByTimeAsync(10_000);
    machine.lose('the machine is being reverted');
    expect(resultOf(await run.ended).run?.limit).toBe('wall time');
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
