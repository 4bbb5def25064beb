// Fuzz target: the Executor runs a program while its guest sends any frames.

import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';
import { maxPieceBytes, outputWindowBytes } from '../../../guest/protocol/frame.js';
import { globMatcher } from '../../../guest/protocol/glob.js';
import { findPathConflict, validatePath } from '../../../guest/protocol/paths.js';
import { effectiveLimits } from '../../../services/executor/admission/limits.js';
import type { Program } from '../../../services/executor/admission/request.js';
import { resultMessage } from '../../../services/executor/api/conversions.js';
import type { RunFault } from '../../../services/executor/execution/events.js';
import type { ExecutionEvent, OutputFile } from '../../../services/executor/execution/result.js';
import { type Run, type RunStep, startRun } from '../../../services/executor/execution/runner.js';
import { PhaseFinished } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { ExecutionResult } from '../../../services/gen/pbot/vm/v1/executor.js';
import { builtInLimits } from '../../../services/lib/config/limit-table.js';
import { FakeMachine, type GuestWord } from '../../unit/executor/fake-machine.js';
import type { Target } from './target.js';

type Step =
  | { readonly kind: 'word'; readonly word: GuestWord; readonly times: number }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'stop' | 'write' | 'end input' | 'signal' | 'block' | 'unblock' | 'wait' };

/** The number that the fake machine gives its first execution. */
const execution = 7;

const uint32 = fc.oneof(fc.nat(3), fc.nat(2 ** 32 - 1), fc.constant(2 ** 32 - 1));
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constant(2n ** 64n - 1n));
/** Enumerations are open on the wire. */
const phase = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(1, 2) },
  { weight: 1, arbitrary: uint32 },
);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x'.repeat(30_000)));

const started = (phaseNumber: number): GuestWord => ({
  body: { $case: 'phaseStarted', value: { execution, phase: phaseNumber, command: [] } },
});
const ended = (phaseNumber: number): GuestWord => ({
  body: {
    $case: 'phaseFinished',
    value: PhaseFinished.create({
      execution,
      phase: phaseNumber,
      outcome: { $case: 'exitCode', value: 0 },
    }),
  },
});

/** Where a guest may be before it begins to say what it likes. */
const beginning: fc.Arbitrary<readonly GuestWord[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<GuestWord[]>([]) },
  { weight: 1, arbitrary: fc.constant([started(2)]) },
  { weight: 3, arbitrary: fc.constant([started(1), ended(1), started(2), ended(2)]) },
);

const globs = fc.subarray(['*', 'out/*', '**/x', 'a?c']);

const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'abc', 'out', 'out/a', 'out/b', 'd/e/x') },
  { weight: 2, arbitrary: fc.nat(400).map((number) => `out/${number}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '/a', '/etc/x', '../x', 'out/..', 'out/../x', './x', 'out//x'),
  },
  { weight: 1, arbitrary: text },
);

const fileData = fc
  .record({
    path,
    length: fc.oneof(fc.nat(100), fc.constant(0), fc.constant(maxPieceBytes)),
  })
  .map(
    ({ length, ...named }): GuestWord => ({
      body: { $case: 'fileData', value: { execution, ...named } },
      payload: new Uint8Array(length),
    }),
  );

const filesFinished = fc.boolean().map(
  (truncated): GuestWord => ({
    body: { $case: 'filesFinished', value: { execution, truncated } },
  }),
);

/** A file each, to come to the most that there may be. */
const manyFiles = fc.integer({ min: 2, max: 6 }).map((count) =>
  Array.from(
    { length: count },
    (_, i): GuestWord => ({
      body: { $case: 'fileData', value: { execution, path: `out/${i}` } },
      payload: Uint8Array.of(i),
    }),
  ),
);

const word: fc.Arbitrary<GuestWord> = fc.oneof(
  { weight: 5, arbitrary: fileData },
  filesFinished,
  fc
    .record({ phase, command: fc.array(text, { maxLength: 3 }) })
    .map(
      (value): GuestWord => ({ body: { $case: 'phaseStarted', value: { execution, ...value } } }),
    ),
  fc.record({ stream: phase, length: fc.oneof(fc.nat(100), fc.constant(maxPieceBytes)) }).map(
    ({ stream, length }): GuestWord => ({
      body: { $case: 'output', value: { execution, stream } },
      payload: new Uint8Array(length),
    }),
  ),
  fc
    .record({
      phase,
      outcome: fc.oneof(
        uint32.map((value) => ({ $case: 'exitCode' as const, value })),
        text.map((value) => ({ $case: 'signal' as const, value })),
        fc.constant(undefined),
      ),
      limit: phase,
      wallTimeUs: uint64,
      cpuUserUs: uint64,
      cpuSystemUs: uint64,
      peakMemoryBytes: uint64,
      peakProcesses: uint32,
    })
    .map(
      (value): GuestWord => ({
        body: { $case: 'phaseFinished', value: PhaseFinished.create({ execution, ...value }) },
      }),
    ),
  fc.constant<GuestWord>({ body: { $case: 'finished', value: { execution } } }),
  text.map((reason): GuestWord => ({ body: { $case: 'refused', value: { execution, reason } } })),
  uint32.map((bytes): GuestWord => ({ body: { $case: 'credit', value: { execution, bytes } } })),
  fc.constant<GuestWord>({ body: { $case: 'noSession', value: {} } }),
);

const said = (each: GuestWord, times = 1): Step => ({ kind: 'word', word: each, times });

const step: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 24, arbitrary: word.map((each) => [said(each)]) },
  { weight: 2, arbitrary: fc.tuple(word, fc.nat(40)).map(([each, times]) => [said(each, times)]) },
  { weight: 1, arbitrary: manyFiles.map((words) => words.map((each) => said(each))) },
  {
    weight: 7,
    arbitrary: fc
      .constantFrom('stop', 'write', 'end input', 'signal', 'block', 'unblock', 'wait')
      .map((kind): Step[] => [{ kind }]),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(1, 1999, 4000, 5000, 60_000)
      .map((ms): Step[] => [{ kind: 'time', ms }]),
  },
);

const program: Program = {
  language: 'sh',
  code: Buffer.alloc(100_000),
  options: [],
  arguments: [],
  stdin: new Uint8Array(0),
  environment: {},
  timeLimitMs: 60_000,
  maxWaitMs: 0,
  unbuffered: false,
  check: false,
  keepsState: false,
  maxOutputBytes: 100_000,
  requestId: '',
  machine: '',
  requester: '',
  compileLimits: effectiveLimits(undefined, builtInLimits.compile),
  runLimits: effectiveLimits(undefined, builtInLimits.run),
  files: [],
  outputFiles: [],
  maxKeptBytes: 1024,
  maxReturnedFiles: 3,
  maxReturnedBytes: 100_000,
};

const identity = { executionId: 'id', requestId: '', machine: 'vm', generation: 1, language: 'sh' };

/** A client that takes events when it likes. */
class Client {
  readonly events: ExecutionEvent[] = [];
  isBlocked = false;
  #unblocked: () => void = () => undefined;

  readonly sink = async (event: ExecutionEvent): Promise<void> => {
    this.events.push(event);
    if (!this.isBlocked) return;
    await new Promise<void>((resolve) => {
      this.#unblocked = resolve;
    });
  };

  unblock(): void {
    this.isBlocked = false;
    this.#unblocked();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Longer than anything is waited for. */
const foreverMs = 10 * program.timeLimitMs;

interface Drawn {
  readonly beginning: readonly GuestWord[];
  readonly steps: readonly Step[][];
  readonly outputFiles: readonly string[];
  readonly keepsOutput: boolean;
}

const anything: fc.Arbitrary<Drawn> = fc.record({
  beginning,
  steps: fc.array(step, { maxLength: 40 }),
  outputFiles: globs,
  keepsOutput: fc.boolean(),
});

export const run: Target = {
  name: 'run',
  promise:
    'an execution has one end, in time, with no file that was not asked for, whatever its guest says in whatever order',
  property: fc.asyncProperty(anything, (drawn) => inOwnTime(() => runAndCheck(drawn))),
};

/** Timers fire and the clock goes on only where the action says so. */
async function inOwnTime(action: () => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    await action();
  } finally {
    mock.timers.reset();
  }
}

async function runAndCheck(drawn: Drawn): Promise<void> {
  const steps = [...drawn.beginning.map((each) => said(each)), ...drawn.steps.flat()];
  const asked = { ...program, outputFiles: drawn.outputFiles };
  const machine = new FakeMachine();
  const client = new Client();
  const faults: RunFault[] = [];
  const reported: RunStep['kind'][] = [];
  const subject = startRun({
    machine,
    program: asked,
    identity,
    keepsOutput: drawn.keepsOutput,
    sink: client.sink,
    nowMs: () => Date.now(),
    onFault: (fault) => faults.push(fault),
    maxUnreadMs: 3000,
    isSlotWanted: () => true,
    onStep: ({ kind }) => reported.push(kind),
  });
  let ends = 0;
  void subject.ended.then(() => {
    ends += 1;
  });
  for (const each of steps) await take(each, { machine, client, subject });
  client.unblock();
  await settled();
  // Twice: a timer that another one sets begins at the end of the tick.
  mock.timers.tick(foreverMs);
  mock.timers.tick(foreverMs);
  await settled();
  assert.equal(ends, 1);
  const end = await subject.ended;
  machine.lose('the end of the property');
  await subject.vacated;
  const before = [faults.length, machine.sent.length, client.events.length];
  mock.timers.tick(foreverMs);
  await settled();

  assert.equal(reported.indexOf('over'), reported.length - 1);
  assert.equal(machine.isListenedTo, false);
  assert.deepEqual([faults.length, machine.sent.length, client.events.length], before);
  assert.equal(client.events[0]?.kind, 'started');
  const kinds = client.events.map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'finished').length, end.kind === 'result' ? 1 : 0);
  if (end.kind === 'result') {
    assert.equal(kinds.at(-1), 'finished');
    ExecutionResult.encode(ExecutionResult.fromPartial(resultMessage(end.result))).finish();
    expectAskedFor(end.result.files, drawn.outputFiles);
  } else {
    assert.ok(end.detail.length < 300, 'a short detail');
  }
  const printed = client.events.reduce(
    (sum, event) => sum + (event.kind === 'output' ? event.data.length : 0),
    0,
  );
  assert.ok(printed <= program.maxOutputBytes, 'no more output than allowed');
  const credit = machine.sentOf('credit').reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(credit <= payloadBytesOf(steps), 'no more credit than was spent');
  assert.ok(faults.length <= 2, 'few faults');
}

/** That a client can write these files below a directory of its own, and that they keep no more than twice their size. */
function expectAskedFor(files: readonly OutputFile[], asked: readonly string[]): void {
  const paths = files.map((each) => each.path);
  for (const each of paths) {
    assert.equal(validatePath(each), undefined);
    assert.ok(globMatcher(asked)(each), `${each} was asked for`);
  }
  assert.equal(findPathConflict(paths), undefined);
  assert.ok(files.length <= program.maxReturnedFiles, 'no more files than allowed');
  const bytes = files.reduce((sum, { data }) => sum + data.length, 0);
  assert.ok(bytes <= program.maxReturnedBytes, 'no more bytes in files than allowed');
  for (const { data } of files) {
    const mostBytes = Math.max(4096, 2 * data.length);
    assert.ok(data.buffer.byteLength <= mostBytes, 'no more memory than twice the size');
  }
}

async function take(
  each: Step,
  { machine, client, subject }: { machine: FakeMachine; client: Client; subject: Run },
): Promise<void> {
  switch (each.kind) {
    case 'word':
      for (let i = 0; i < each.times; i += 1) machine.say(each.word);
      return;
    case 'time':
      mock.timers.tick(each.ms);
      return;
    case 'stop':
      subject.stop('cancelled');
      return;
    case 'write':
      void subject.writeInput(new Uint8Array(50_000));
      return;
    case 'end input':
      subject.endInput();
      return;
    case 'signal':
      subject.signal('SIGINT');
      return;
    case 'block':
      client.isBlocked = true;
      return;
    case 'unblock':
      client.unblock();
      return;
    case 'wait':
      await settled();
      return;
  }
}

function payloadBytesOf(steps: readonly Step[]): number {
  const bytes = steps.reduce(
    (sum, each) => sum + (each.kind === 'word' ? each.times * (each.word.payload?.length ?? 0) : 0),
    0,
  );
  return Math.max(bytes, outputWindowBytes / 4);
}
