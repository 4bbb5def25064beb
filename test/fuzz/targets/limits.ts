// Fuzz target: the file of limits.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { effectiveLimits } from '../../../services/executor/admission/limits.js';
import { checkProgram, type ProgramRequest } from '../../../services/executor/admission/request.js';
import { guestLimits } from '../../../services/executor/machine/guest-frames.js';
import { PhaseLimits } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import { readLimitTable } from '../../../services/lib/config/limit-table.js';
import type { LimitRange } from '../../../services/lib/config/limits.js';
import { readFile } from './read-file.js';
import type { Target } from './target.js';

const amount = fc.oneof(
  fc.integer({ min: -1, max: 1100 }),
  fc.double({ min: 0, max: 4000, noNaN: true }),
  fc.constantFrom(0, 0.001, 3600, 2 ** 53 - 1, 2 ** 53, 1e300),
  fc.jsonValue(),
);

/** Most files are nearly as an operator means them. */
const mostly = <T>(good: fc.Arbitrary<T>, other: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 40, arbitrary: good }, { weight: 1, arbitrary: other });

/** A limit whose default is over its maximum is one of those that an operator does not mean. */
const range = (value: fc.Arbitrary<number>) =>
  mostly(
    fc.tuple(value, value).map(([a, b]) => ({ default: Math.min(a, b), max: Math.max(a, b) })),
    fc.record({ default: fc.oneof(value, amount), max: fc.oneof(value, amount) }),
  );

const maximum = (value: fc.Arbitrary<number>) =>
  mostly(fc.record({ max: value }), fc.record({ max: amount, default: amount }));

const seconds = range(fc.double({ min: 0.001, max: 3600, noNaN: true }));
const bytes = range(fc.integer({ min: 1, max: 2 ** 53 - 1 }));
const count = fc.integer({ min: 1, max: 500 });

const phase = mostly(
  fc.record(
    {
      wall_time: seconds,
      cpu_time: seconds,
      memory_bytes: bytes,
      processes: range(count),
      file_bytes: bytes,
      open_files: range(count),
      stack_bytes: bytes,
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'wall_time'), fc.jsonValue()),
);

const execution = mostly(
  fc.record(
    {
      output_bytes: bytes,
      kept_bytes: range(fc.integer({ min: 1, max: 2 ** 24 })),
      returned_files: maximum(count),
      returned_bytes: maximum(fc.integer({ min: 1, max: 2 ** 26 })),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);

const table = fc.record({ compile: phase, run: phase, execution }, { requiredKeys: [] });

const text = fc.oneof(
  { weight: 8, arbitrary: table.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constant('['.repeat(100_000)) },
);

/** Asks for no limit. */
const request: ProgramRequest = {
  language: 'sh',
  code: 'true',
  options: [],
  arguments: [],
  stdin: new Uint8Array(0),
  environment: {},
  timeLimitMs: undefined,
  maxOutputBytes: 0,
  requestId: '',
  machine: '',
  requester: '',
  files: [],
  outputFiles: [],
  maxKeptBytes: 0,
};

export const limitTable: Target = {
  name: 'limits',
  promise:
    'a file of limits is read as what every program can be held to, or refused with a UserError',
  property: fc.property(text, (content) => {
    const read = readFile(content, readLimitTable);
    if (read === undefined) return;
    const { compile, run, execution } = read;
    const { maxReturnedFiles, maxReturnedBytes, ...ranges } = execution;
    for (const each of [compile, run, ranges].flatMap((limits): LimitRange[] =>
      Object.values(limits),
    )) {
      if (each.default === undefined) continue;
      assert.ok(each.default > 0 && each.max !== undefined && each.default <= each.max, 'a range');
    }
    for (const each of [maxReturnedFiles, maxReturnedBytes]) {
      assert.ok(Number.isSafeInteger(each) && each > 0, 'a maximum');
    }
    const options = {
      maxCodeBytes: 1000,
      timeLimitMs: 10_000,
      maxWaitMs: 5000,
      table: read,
      machines: [],
    };
    const checked = checkProgram(request, options);
    assert.ok('program' in checked, 'a program that asks for no limit is taken');
    assert.equal(checked.program.maxOutputBytes, execution.outputBytes.default);
    for (const each of [compile, run]) {
      const sent = guestLimits(effectiveLimits(undefined, each));
      assert.deepEqual(PhaseLimits.decode(PhaseLimits.encode(sent).finish()), sent);
    }
  }),
};
