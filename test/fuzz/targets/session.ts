// Fuzz target: a session of the guest server while its host sends any frames.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { encodeFrame, FrameDecoder } from '../../../guest/protocol/frame.js';
import type { Sandbox } from '../../../guest/server/sandbox/sandbox.js';
import type { SandboxPool } from '../../../guest/server/sandbox/sandbox-pool.js';
import type { Worker } from '../../../guest/server/sandbox/worker.js';
import { serveSessions } from '../../../guest/server/session/session.js';
import type { Outcome, WorkerEnd } from '../../../guest/server/supervisor/worker-end.js';
import type { Transport } from '../../../guest/server/transport/transport.js';
import {
  GuestFrame,
  Hello,
  HostFrame,
  Start,
} from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { untried } from '../../support/untried-language.js';
import { FakeOutput } from '../../unit/guest/fake-output.js';
import type { Target } from './target.js';

type Body = NonNullable<HostFrame['body']>;

type Step =
  | { readonly kind: 'frame'; readonly header: Uint8Array; readonly payload: Uint8Array }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'print' | 'exit' | 'wait' };

const execution = fc.oneof(fc.nat(4), fc.constant(2 ** 32 - 1));
const uint32 = fc.oneof(fc.nat(200), fc.constant(2 ** 32 - 1));
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer({ min: 31_600, max: 31_740 }).map((length) => 'x'.repeat(length)),
);
const words = fc.array(fc.string({ unit: 'binary', maxLength: 5 }), { maxLength: 3 });
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 200n }), fc.constant(2n ** 64n - 1n));
const limits = fc.option(
  fc.record({
    wallMs: fc.constantFrom(0, 60_000),
    cpuMs: fc.constantFrom(0, 60_000),
    memoryBytes: uint64,
    processes: uint32,
    fileBytes: uint64,
    openFiles: uint32,
    stackBytes: uint64,
  }),
  { nil: undefined },
);

const body: fc.Arbitrary<Body | undefined> = fc.oneof(
  fc
    .record({
      protocolVersion: uint32,
      timeUs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      entropy: fc.uint8Array({ maxLength: 70 }),
      nonce: fc.uint8Array({ maxLength: 20 }),
      proof: fc.uint8Array({ maxLength: 40 }),
    })
    .map((value): Body => ({ $case: 'hello', value })),
  fc
    .record({
      execution,
      language: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom('quick', 'compiled') },
        { weight: 1, arbitrary: text },
      ),
      options: words,
      arguments: words,
      environment: fc.dictionary(fc.stringMatching(/^[A-Z_ ]{0,4}$/), fc.string()),
      sourceBytes: fc.oneof(fc.nat(20), fc.constant(2 ** 32 - 1)),
      outputCredit: uint32,
      unbuffered: fc.boolean(),
      check: fc.boolean(),
      keepsState: fc.boolean(),
      // A longer one is no time that a timer knows.
      wallLimitMs: fc.integer({ min: 60_000, max: 2 ** 31 - 1 }),
      files: fc.array(
        fc.record({
          path: fc.oneof(fc.constantFrom('', 'a', 'b/c'), text),
          bytes: fc.nat(20),
          executable: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
      compileLimits: limits,
      runLimits: limits,
      outputFiles: words,
      maxFileBytes: uint32,
      maxFiles: uint32,
      terminal: fc.option(fc.record({ rows: uint32, columns: uint32 }), { nil: undefined }),
      inspection: fc.option(
        fc.record({ lastExpression: text, mainWasMade: fc.boolean(), usesMacros: fc.boolean() }),
        { nil: undefined },
      ),
    })
    .map((value): Body => ({ $case: 'start', value })),
  fc
    .record({
      execution,
      language: fc.constantFrom('quick', 'compiled'),
      bytes: fc.nat(20),
      outputCredit: uint32,
      outputFiles: fc.array(fc.constant('*'), { maxLength: 1 }),
    })
    .map(({ bytes, ...asked }): Body => {
      const files = [{ path: '', bytes, executable: false }];
      const value = Start.fromPartial({ ...asked, files, sourceBytes: bytes, wallLimitMs: 60_000 });
      return { $case: 'start', value };
    }),
  execution.map((each): Body => ({ $case: 'source', value: { execution: each } })),
  fc.record({ execution, end: fc.boolean() }).map((value): Body => ({ $case: 'input', value })),
  fc.record({ execution, bytes: uint32 }).map((value): Body => ({ $case: 'credit', value })),
  execution.map((each): Body => ({ $case: 'kill', value: { execution: each } })),
  fc
    .record({ execution, name: fc.oneof(fc.constantFrom('SIGINT', 'SIGKILL'), text) })
    .map((value): Body => ({ $case: 'signal', value })),
  fc.constant<Body>({ $case: 'probe', value: {} }),
  fc.constant(undefined),
);

const frame = fc
  .record({
    generation: fc.constantFrom(1, 2),
    session: fc.constantFrom(1, 2),
    body,
    payload: fc.uint8Array({ maxLength: 20 }),
  })
  .map(({ payload, ...each }) => ({ header: HostFrame.encode(each).finish(), payload }))
  .filter(({ header }) => header.length <= 31 * 1024);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: frame.map((each): Step => ({ kind: 'frame', ...each })) },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 40 })
      .map((header): Step => ({ kind: 'frame', header, payload: new Uint8Array(0) })),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes): Step => ({ kind: 'bytes', bytes })),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('print', 'exit', 'wait') }) },
);

/** The device: what the server says, and a host that says what it likes. */
class FakeTransport implements Transport {
  readonly said: { readonly frame: GuestFrame; readonly payloadBytes: number }[] = [];
  readonly #decoder = new FrameDecoder({
    onFrame: (header, payload) => {
      this.said.push({ frame: GuestFrame.decode(header), payloadBytes: payload.length });
    },
    onCorrupt: (reason) => assert.fail(`the guest server has sent a corrupt frame: ${reason}`),
  });
  hear: (chunk: Uint8Array) => void = () => undefined;

  onData(listener: (chunk: Uint8Array) => void): void {
    this.hear = listener;
  }

  write(bytes: Uint8Array, settle: () => void): void {
    this.#decoder.push(Buffer.from(bytes));
    setImmediate(settle);
  }
}

/** A program that prints and ends when it is told to. */
class FakeWorker {
  readonly stdout = new FakeOutput();
  readonly stderr = new FakeOutput();
  readonly stdin: Pick<Socket, 'destroyed'> & { write: unknown; end: unknown } = {
    destroyed: false,
    write: (_data: Uint8Array, taken: () => void) => setImmediate(taken),
    end: () => undefined,
  };
  readonly ended: Promise<WorkerEnd>;
  #resolve: (end: WorkerEnd) => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  start(): void {
    this.stdout.print('begun\n');
  }

  sendFiles(): void {
    this.stdout.print('no file of any form');
  }

  signal(): void {
    this.exit();
  }

  kill(): void {
    this.#end({ kind: 'signalled', signal: 'SIGKILL' });
  }

  exit(): void {
    this.#end({ kind: 'exited', exitCode: 0 });
  }

  #end(outcome: Outcome): void {
    this.stdout.end();
    this.stderr.end();
    const counted = { cpuUserUs: 1, cpuSystemUs: 1, peakMemoryBytes: 1, peakProcesses: 1 };
    this.#resolve({
      outcome,
      usage: { ...counted, outOfMemory: false, wasRefusedProcess: false },
    });
  }
}

class FakeSandboxes {
  readonly workers: FakeWorker[] = [];
  taken = 0;
  released = 0;

  take(): Promise<Sandbox> {
    this.taken += 1;
    const sandbox: unknown = {
      workingDirectory: '/home/vm',
      writeFiles: () => undefined,
      armAhead: () => Promise.resolve(),
      takeWorker: () => {
        const worker = new FakeWorker();
        this.workers.push(worker);
        const made: unknown = worker;
        return Promise.resolve(made as Worker);
      },
    };
    return Promise.resolve(sandbox as Sandbox);
  }

  release(): Promise<void> {
    this.released += 1;
    return Promise.resolve();
  }

  asPool(): SandboxPool {
    return this as unknown as SandboxPool;
  }
}

const language = {
  ...untried,
  profile: 'minimal',
  isWarmed: false,
  aliases: [],
  sourceFile: 'source',
  defaultOptions: [],
  run: ['run', '{source}'],
  version: ['run'],
  hello: '',
  packages: { debian: [], fedora: [], suse: [] },
} as const;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const session: Target = {
  name: 'session',
  promise: 'the guest server lives, and ends each execution once, whatever frames come',
  property: fc.asyncProperty(
    fc.array(step, { maxLength: 40 }),
    fc.boolean(),
    async (steps, canReseed) => {
      const transport = new FakeTransport();
      const sandboxes = new FakeSandboxes();
      serveSessions({
        transport,
        sandboxes: sandboxes.asPool(),
        languages: [
          { language: { ...language, name: 'quick' }, version: '1' },
          { language: { ...language, name: 'compiled', compile: ['cc'] }, version: '1' },
        ],
        capacity: 2,
        phaseMemoryBytes: 100,
        fileBytes: 40,
        bootId: 'boot',
        serverVersion: '1',
        systemCalls: { syncClockAndReseed: () => Promise.resolve(canReseed) },
      });
      const hear = (header: Uint8Array, payload: Uint8Array) => {
        transport.hear(encodeFrame(header, payload));
      };
      for (const each of steps) {
        switch (each.kind) {
          case 'frame':
            hear(each.header, each.payload);
            break;
          case 'bytes':
            transport.hear(Buffer.concat([each.bytes, Uint8Array.of(0)]));
            break;
          case 'print':
            sandboxes.workers.at(-1)?.stdout.print('printed\n');
            break;
          case 'exit':
            sandboxes.workers.at(-1)?.exit();
            break;
          case 'wait':
            await settled();
        }
      }
      await settled();
      const last = { generation: 9, session: 9 };
      const hello: Body = {
        $case: 'hello',
        value: Hello.fromPartial({ protocolVersion: 1 }),
      };
      hear(HostFrame.encode({ ...last, body: hello }).finish(), new Uint8Array(0));
      await settled();
      await settled();

      expectOneEndEach(transport);
      assert.equal(sandboxes.released, sandboxes.taken);
      const answer = transport.said.at(-1)?.frame;
      assert.deepEqual([answer?.session, answer?.body?.$case], [9, 'ready']);
    },
  ),
};

/** Of an execution nothing is said behind its end, but that its number was used. */
function expectOneEndEach({ said }: FakeTransport): void {
  let opened = '';
  const ended = new Set<string>();
  for (const { frame: each } of said) {
    const { body: word } = each;
    const name = `${each.generation} ${each.session}`;
    if (word?.$case === 'ready' && name !== opened) {
      opened = name;
      ended.clear();
    }
    if (word === undefined || !('execution' in word.value) || word.$case === 'refused') continue;
    const number = `${name} ${word.value.execution}`;
    assert.ok(!ended.has(number), `${word.$case} behind the end of ${number}`);
    if (word.$case === 'finished') ended.add(number);
  }
}
