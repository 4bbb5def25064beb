// Fuzz target: requests of gRPC clients.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProgram } from '../../../services/executor/admission/request.js';
import { programRequest } from '../../../services/executor/api/conversions.js';
import { Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { builtInLimits } from '../../../services/lib/config/limit-table.js';
import { phaseLimitNames, phaseLimits } from '../../../services/lib/config/limits.js';
import type { Target } from './target.js';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 60, maxLength: 140 }),
  fc.constant('x'.repeat(70_000)),
  fc.constantFrom('one', '__proto__', 'constructor', '\0'),
);

const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 100n }),
);

const uint32 = fc.oneof(fc.nat(2 ** 32 - 1), fc.nat(100));

const duration = fc.option(
  fc.record({
    seconds: fc.oneof(
      fc.bigInt({ min: -1n, max: 20n }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    ),
    nanos: fc.integer(),
  }),
  { nil: undefined },
);

const phaseAmounts = fc.option(
  fc.record({
    wallTime: duration,
    cpuTime: duration,
    memoryBytes: uint64,
    processes: uint32,
    fileBytes: uint64,
    openFiles: uint32,
    stackBytes: uint64,
  }),
  { nil: undefined },
);

const message = fc
  .record({
    language: text,
    code: text,
    options: fc.array(text, { maxLength: 4 }),
    arguments: fc.array(text, { maxLength: 4 }),
    stdin: fc.uint8Array(),
    environment: fc.dictionary(text, text, { maxKeys: 4 }),
    timeLimit: duration,
    maxWait: duration,
    unbuffered: fc.boolean(),
    check: fc.boolean(),
    joinRepeats: fc.boolean(),
    maxOutputBytes: uint64,
    requestId: text,
    machine: text,
    requester: text,
    files: fc.array(
      fc.record({ path: text, data: fc.uint8Array({ maxLength: 20 }), executable: fc.boolean() }),
      { maxLength: 4 },
    ),
    compileLimits: phaseAmounts,
    runLimits: phaseAmounts,
    outputFiles: fc.array(text, { maxLength: 4 }),
    maxKeptBytes: uint64,
    terminal: fc.option(fc.record({ rows: fc.nat(2000), columns: fc.nat(2000) }), {
      nil: undefined,
    }),
  })
  .map((each) => Program.encode(each).finish());

/** Bytes of a message with some changed: what a client of another kind may send. */
const wire = fc.oneof(
  message,
  fc.tuple(message, fc.nat(), fc.nat(255)).map(([each, at, byte]) => {
    const changed = Uint8Array.from(each);
    if (changed.length > 0) changed[at % changed.length] = byte;
    return changed;
  }),
);

const fields = new Set([
  'language',
  'code',
  'options',
  'arguments',
  'environment',
  'stdin',
  'time_limit',
  'max_output_bytes',
  'request_id',
  'requester',
  'machine',
  'files',
  'output_files',
  'max_kept_bytes',
  'max_wait',
  'terminal.rows',
  'terminal.columns',
  ...['compile_limits', 'run_limits'].flatMap((phase) =>
    phaseLimitNames.map((name) => `${phase}.${phaseLimits[name].key}`),
  ),
]);

const limits = {
  maxCodeBytes: 1000,
  timeLimitMs: 10_000,
  maxWaitMs: 5000,
  table: builtInLimits,
  machines: ['one', 'two'],
};

export const requests: Target = {
  name: 'requests',
  promise:
    'a request is taken with all its values within the limits, or each wrong field of it is named',
  property: fc.property(wire, (bytes) => {
    const decoded = decode(bytes);
    if (decoded === undefined) return;
    const checked = checkProgram(programRequest(decoded), limits);
    if ('violations' in checked) {
      assert.ok(checked.violations.length > 0, 'violations');
      for (const { field, description } of checked.violations) {
        assert.ok(fields.has(field.replace(/^program\./, '').replace(/\[\d+\].*$/, '')), field);
        assert.ok(description.length > 0, 'a description');
      }
      return;
    }
    const { timeLimitMs, maxOutputBytes, code, files, machine } = checked.program;
    assert.ok(timeLimitMs >= 1 && timeLimitMs <= limits.timeLimitMs, 'the time limit');
    assert.ok(Number.isSafeInteger(maxOutputBytes) && maxOutputBytes > 0, 'the output');
    const sourceBytes = files.reduce((sum, { data }) => sum + data.length, code.length);
    assert.ok(code.length > 0 || files.length > 0, 'something to run');
    assert.ok(sourceBytes <= limits.maxCodeBytes, 'the size of the sources');
    assert.ok(machine === '' || limits.machines.includes(machine), 'the machine');
  }),
};

/** What is no message never reaches the Executor. */
function decode(bytes: Uint8Array): Program | undefined {
  try {
    return Program.decode(bytes);
  } catch {
    return undefined;
  }
}
