import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveLimits } from '../../../../services/executor/admission/limits.js';
import {
  eventMessage,
  languageMessage,
  programRequest,
  resultMessage,
} from '../../../../services/executor/api/conversions.js';
import type {
  ExecutionEvent,
  ExecutionResult,
  Limit,
  Outcome,
  OutputStream,
  Phase,
} from '../../../../services/executor/execution/result.js';
import { phaseEnding } from '../../../../services/executor/machine/guest-frames.js';
import { PhaseFinished } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import {
  ExecutionResult as ExecutionResultMessage,
  Limit as LimitMessage,
  Phase as PhaseMessage,
  Program,
  StreamExecuteResponse,
  OutputStream as StreamMessage,
} from '../../../../services/gen/pbot/vm/v1/executor.js';
import { durationFromMs, durationToMs } from '../../../../services/lib/config/duration.js';
import { builtInLimits } from '../../../../services/lib/config/limit-table.js';
import { untold } from '../../../support/untried-language.js';

const identity = {
  executionId: 'id',
  requestId: 'request',
  machine: 'pbot-vm',
  generation: 3,
  language: 'c11',
};

const limitNames: Readonly<Record<Limit, LimitMessage>> = {
  'wall time': LimitMessage.WALL_TIME,
  memory: LimitMessage.MEMORY,
  output: LimitMessage.OUTPUT,
  cancelled: LimitMessage.CANCELLED,
  'cpu time': LimitMessage.CPU_TIME,
  processes: LimitMessage.PROCESSES,
  'file size': LimitMessage.FILE_SIZE,
};

const output = fc.record({
  data: fc.uint8Array({ maxLength: 30 }),
  totalBytes: fc.nat(),
  droppedBytes: fc.nat(),
  tail: fc.uint8Array({ maxLength: 30 }),
  truncated: fc.boolean(),
});
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ kind: fc.constant('exited' as const), exitCode: fc.nat(255) }),
  fc.record({ kind: fc.constant('signalled' as const), signal: fc.string({ maxLength: 16 }) }),
);
const milliseconds = fc.nat(10_000_000).map((us) => us / 1000);
const usage = fc.record(
  {
    wallTimeMs: milliseconds,
    cpuUserMs: milliseconds,
    cpuSystemMs: milliseconds,
    peakMemoryBytes: fc.nat(),
    peakProcesses: fc.nat(),
  },
  { requiredKeys: ['wallTimeMs', 'peakMemoryBytes', 'peakProcesses'] },
);
const phaseResult = fc.record(
  {
    command: fc.array(fc.string(), { maxLength: 4 }),
    outcome,
    limit: fc.constantFrom(...(Object.keys(limitNames) as Limit[])),
    usage,
    stdout: output,
    stderr: output,
  },
  { requiredKeys: ['command', 'usage', 'stdout', 'stderr'] },
);
const anyResult: fc.Arbitrary<ExecutionResult> = fc
  .record(
    {
      compile: phaseResult,
      run: phaseResult,
      files: fc.array(fc.record({ path: fc.string(), data: fc.uint8Array({ maxLength: 30 }) })),
      filesTruncated: fc.boolean(),
    },
    { requiredKeys: ['files', 'filesTruncated'] },
  )
  .map((phases) => ({ ...identity, ...phases }));

const noFiles = { files: [], filesTruncated: false };

function overTheWire(result: ExecutionResult): ExecutionResultMessage {
  return ExecutionResultMessage.decode(
    ExecutionResultMessage.encode(resultMessage(result)).finish(),
  );
}

describe('a result on the wire', () => {
  it('a result on the wire holds all that is known of it', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        const message = overTheWire(result);
        expect(message).toMatchObject(identity);
        expect(message.filesTruncated).toBe(result.filesTruncated);
        expect(message.files.map(({ path }) => path)).toEqual(result.files.map(({ path }) => path));
        for (const [i, { data }] of message.files.entries()) {
          expect(Buffer.from(data).equals(result.files[i]?.data ?? Buffer.alloc(0))).toBe(true);
        }
        for (const name of ['compile', 'run'] as const) {
          const [sent, received] = [result[name], message[name]];
          if (sent === undefined || received === undefined) {
            expect(received).toBe(sent);
            continue;
          }
          expect(received.command).toEqual(sent.command);
          expect(received.limit).toBe(
            sent.limit === undefined ? LimitMessage.UNSPECIFIED : limitNames[sent.limit],
          );
          expect(received.outcome?.value).toBe(
            sent.outcome?.kind === 'exited' ? sent.outcome.exitCode : sent.outcome?.signal,
          );
          expect(received.outcome?.$case).toBe(
            sent.outcome && (sent.outcome.kind === 'exited' ? 'exitCode' : 'signal'),
          );
          for (const stream of ['stdout', 'stderr'] as const) {
            expect(received[stream]?.totalBytes).toBe(BigInt(sent[stream].totalBytes));
            expect(received[stream]?.truncated).toBe(sent[stream].truncated);
            expect(received[stream]?.droppedBytes).toBe(BigInt(sent[stream].droppedBytes));
            expect(Buffer.from(received[stream]?.data ?? []).equals(sent[stream].data)).toBe(true);
            expect(Buffer.from(received[stream]?.tail ?? []).equals(sent[stream].tail)).toBe(true);
          }
          expect(received.peakMemoryBytes).toBe(BigInt(sent.usage.peakMemoryBytes));
          expect(received.peakProcesses).toBe(sent.usage.peakProcesses);
          for (const [duration, ms] of [
            [received.wallTime, sent.usage.wallTimeMs],
            [received.cpuUserTime, sent.usage.cpuUserMs],
            [received.cpuSystemTime, sent.usage.cpuSystemMs],
          ] as const) {
            expect(duration === undefined).toBe(ms === undefined);
            if (duration !== undefined) expect(durationToMs(duration)).toBeCloseTo(ms ?? 0, 5);
          }
        }
      }),
    );
  });

  it('a result on the wire can be sent whatever numbers a guest makes up', () => {
    const uint64 = fc.oneof(
      fc.constant(2n ** 64n - 1n),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    );
    const uint32 = fc.oneof(fc.constant(2 ** 32 - 1), fc.nat());
    const made = fc.record({
      wallTimeUs: uint64,
      cpuUserUs: uint64,
      cpuSystemUs: uint64,
      peakMemoryBytes: uint64,
      peakProcesses: uint32,
      exitCode: fc.nat(255),
    });
    const limits = effectiveLimits(undefined, builtInLimits.run);
    const nothing = new Uint8Array(0);
    const none = {
      data: nothing,
      totalBytes: 0,
      droppedBytes: 0,
      tail: nothing,
      truncated: false,
    };
    fc.assert(
      fc.property(made, ({ exitCode, ...numbers }) => {
        const finished = PhaseFinished.create({
          ...numbers,
          outcome: { $case: 'exitCode', value: exitCode },
        });
        const run = {
          ...phaseEnding(finished, { stopCause: undefined, limits, elapsedMs: 1000 }),
          command: [],
          stdout: none,
          stderr: none,
        };
        expect(overTheWire({ ...identity, run, ...noFiles }).run?.outcome?.$case).toBe('exitCode');
      }),
    );
  });
});

describe('an event on the wire', () => {
  const result: ExecutionResult = { ...identity, ...noFiles };

  it.each<[ExecutionEvent, ReturnType<typeof eventMessage>]>([
    [
      { kind: 'started', ...identity },
      { $case: 'started', value: identity },
    ],
    [
      { kind: 'phase-started', phase: 'compile', command: ['gcc', 'x.c'] },
      {
        $case: 'phaseStarted',
        value: { phase: PhaseMessage.COMPILE, command: ['gcc', 'x.c'] },
      },
    ],
    [
      { kind: 'finished', result },
      { $case: 'finished', value: resultMessage(result) },
    ],
  ])('an event on the wire that is %j keeps what it holds', (event, message) => {
    expect(eventMessage(event)).toEqual(message);
    const response = { event: eventMessage(event) };
    expect(StreamExecuteResponse.decode(StreamExecuteResponse.encode(response).finish())).toEqual(
      response,
    );
  });

  it.each<[Phase, PhaseMessage, OutputStream, StreamMessage]>([
    ['compile', PhaseMessage.COMPILE, 'stdout', StreamMessage.STDOUT],
    ['compile', PhaseMessage.COMPILE, 'stderr', StreamMessage.STDERR],
    ['run', PhaseMessage.RUN, 'stdout', StreamMessage.STDOUT],
    ['run', PhaseMessage.RUN, 'stderr', StreamMessage.STDERR],
  ])(
    'an event on the wire of output reports the phase and the stream: %s %s %s',
    (phase, phaseName, stream, name) => {
      const data = Buffer.from('out');
      expect(eventMessage({ kind: 'output', phase, stream, data })).toEqual({
        $case: 'output',
        value: { phase: phaseName, stream: name, data },
      });
    },
  );
});

describe('a request from the wire', () => {
  it('a request from the wire has its time limit in milliseconds and its numbers as numbers', () => {
    const message = Program.create({
      language: 'sh',
      code: 'x',
      timeLimit: durationFromMs(1500),
      maxOutputBytes: 10n,
      maxKeptBytes: 5n,
    });
    expect(programRequest(message)).toMatchObject({
      timeLimitMs: 1500,
      maxOutputBytes: 10,
      maxKeptBytes: 5,
    });
  });

  it('a request from the wire has no time limit where the message has none', () => {
    expect(programRequest(Program.create()).timeLimitMs).toBeUndefined();
  });

  it('a request from the wire can be read whatever its numbers are', () => {
    const duration = fc.record({
      seconds: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      nanos: fc.integer(),
    });
    fc.assert(
      fc.property(duration, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (timeLimit, bytes) => {
        const request = programRequest(Program.create({ timeLimit, maxOutputBytes: bytes }));
        expect(Number.isFinite(request.timeLimitMs)).toBe(true);
        expect(Number.isFinite(request.maxOutputBytes)).toBe(true);
      }),
    );
  });
});

describe('a language on the wire', () => {
  it('a language on the wire has its aliases as a list of its own, and its memory in bytes', () => {
    const aliases = ['shell'];
    const language = {
      ...untold,
      name: 'sh',
      aliases,
      version: '1',
      compiled: false,
      sourceFile: 'program.sh',
      neededMemoryMib: 200,
    };
    const message = languageMessage(language);
    const { neededMemoryMib: _, ...others } = language;
    expect(message).toEqual({ ...others, neededMemoryBytes: 209_715_200n });
    expect(message.aliases).not.toBe(aliases);
  });
});
