import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maxPieceBytes, outputWindowBytes } from '../../../services/channel/frame.js';
import { effectiveLimits } from '../../../services/executor/limits.js';
import { resultMessage } from '../../../services/executor/messages.js';
import type { Program } from '../../../services/executor/program.js';
import type { ExecutionEvent } from '../../../services/executor/result.js';
import { Run, type RunFault, type RunStep } from '../../../services/executor/run.js';
import { PhaseFinished } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { ExecutionResult } from '../../../services/gen/pbot/vm/v1/executor.js';
import { builtInLimits } from '../../../services/lib/limit-table.js';
import { FakeMachine, type GuestWord } from '../../unit/executor/fake-machine.js';
import type { Target } from './target.js';

type Step =
  | { readonly kind: 'word'; readonly word: GuestWord }
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

const word: fc.Arbitrary<GuestWord> = fc.oneof(
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

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: word.map((each): Step => ({ kind: 'word', word: each })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('stop', 'write', 'end input', 'signal', 'block', 'unblock', 'wait'),
    }),
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

export const run: Target = {
  name: 'run',
  promise: 'an execution has one end and never throws, whatever its guest says in whatever order',
  property: fc.asyncProperty(
    fc.array(step, { maxLength: 40 }),
    fc.boolean(),
    async (steps, keepsOutput) => {
      const machine = new FakeMachine();
      const client = new Client();
      const faults: RunFault[] = [];
      const told: RunStep['kind'][] = [];
      const subject = new Run({
        machine: machine.asMachine(),
        program,
        identity,
        keepsOutput,
        sink: client.sink,
        nowMs: () => 0,
        onFault: (fault) => faults.push(fault),
        onStep: ({ kind }) => told.push(kind),
      });
      let ends = 0;
      void subject.ended.then(() => {
        ends += 1;
      });
      for (const each of steps) await take(each, { machine, client, subject });
      machine.lose('the end of the property');
      client.unblock();
      const end = await subject.ended;
      await subject.vacated;
      await settled();

      assert.equal(ends, 1);
      assert.equal(told.indexOf('over'), told.length - 1);
      assert.equal(machine.isListenedTo, false);
      assert.equal(client.events[0]?.kind, 'started');
      const kinds = client.events.map(({ kind }) => kind);
      assert.equal(
        kinds.filter((kind) => kind === 'finished').length,
        end.kind === 'result' ? 1 : 0,
      );
      if (end.kind === 'result') {
        assert.equal(kinds.at(-1), 'finished');
        ExecutionResult.encode(ExecutionResult.fromPartial(resultMessage(end.result))).finish();
      } else {
        assert.ok(end.detail.length < 300);
      }
      const printed = client.events.reduce(
        (sum, event) => sum + (event.kind === 'output' ? event.data.length : 0),
        0,
      );
      assert.ok(printed <= program.maxOutputBytes);
      const credit = machine.sentOf('credit').reduce((sum, { bytes }) => sum + bytes, 0);
      assert.ok(credit <= outputBytesOf(steps));
      assert.ok(faults.length <= 2);
    },
  ),
};

async function take(
  each: Step,
  { machine, client, subject }: { machine: FakeMachine; client: Client; subject: Run },
): Promise<void> {
  switch (each.kind) {
    case 'word':
      machine.say(each.word);
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

function outputBytesOf(steps: readonly Step[]): number {
  const printed = steps.reduce(
    (sum, each) => sum + (each.kind === 'word' ? (each.word.payload?.length ?? 0) : 0),
    0,
  );
  return Math.max(printed, outputWindowBytes / 4);
}
