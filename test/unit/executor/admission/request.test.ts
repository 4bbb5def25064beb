import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxHeaderBytes } from '../../../../guest/protocol/frame.js';
import {
  checkProgram,
  checkSourceFile,
  type ProgramRequest,
} from '../../../../services/executor/admission/request.js';
import {
  GuestFrame,
  Phase as GuestPhase,
  HostFrame,
  Start,
} from '../../../../services/gen/pbot/vm/guest/v1/channel.js';
import { builtInLimits } from '../../../../services/lib/config/limit-table.js';

const limits = {
  maxCodeBytes: 1000,
  timeLimitMs: 10_000,
  maxWaitMs: 5000,
  table: builtInLimits,
  machines: ['one', 'two'],
};

function request(more: Partial<ProgramRequest> = {}): ProgramRequest {
  return {
    language: 'sh',
    code: 'echo hi',
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
    ...more,
  };
}

function accepted(more: Partial<ProgramRequest>) {
  const checked = checkProgram(request(more), limits);
  if ('violations' in checked) throw new Error(JSON.stringify(checked.violations));
  return checked.program;
}

function violations(more: Partial<ProgramRequest>) {
  const checked = checkProgram(request(more), limits);
  return 'violations' in checked ? checked.violations : [];
}

const anyPath = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', 'b', '/', '.') }),
);
const anyFile = fc.record({
  path: anyPath,
  data: fc.uint8Array({ maxLength: 10 }),
  executable: fc.boolean(),
});

const file = (path: string, bytes = 1) => ({
  path,
  data: new Uint8Array(bytes),
  executable: false,
});

const words = (count: number, length: number) => Array<string>(count).fill('x'.repeat(length));

describe('the size of a terminal', () => {
  const sizes = fc.record({
    rows: fc.integer({ min: -1, max: 1002 }),
    columns: fc.integer({ min: -1, max: 1002 }),
  });

  it('the size of a terminal is 1 to 1000 each way, and what is not is named', () => {
    fc.assert(
      fc.property(sizes, (terminal) => {
        const wrong = Object.entries(terminal).filter(([, size]) => size < 1 || size > 1000);
        const fields = violations({ terminal }).map(({ field }) => field);
        expect(fields).toEqual(wrong.map(([name]) => `program.terminal.${name}`));
      }),
    );
  });

  it('the size of a terminal is what the request asks for', () => {
    expect(accepted({ terminal: { rows: 1, columns: 1000 } }).terminal).toEqual({
      rows: 1,
      columns: 1000,
    });
    expect(accepted({}).terminal).toBeUndefined();
  });
});

describe('a program', () => {
  it('a program has defaults for what the request leaves open', () => {
    expect(accepted({})).toMatchObject({
      language: 'sh',
      code: Buffer.from('echo hi'),
      timeLimitMs: 10_000,
      maxOutputBytes: 1024 * 1024,
      maxKeptBytes: 1024 * 1024,
      maxReturnedFiles: 256,
      maxReturnedBytes: 2 * 1024 * 1024,
    });
  });

  it('a program has what the request asks for', () => {
    const asked = {
      options: ['-x'],
      arguments: ['a', ''],
      stdin: Buffer.from('in'),
      environment: { A_1: 'b=c' },
      timeLimitMs: 1,
      maxOutputBytes: 1,
      maxKeptBytes: 2,
      requestId: 'x',
    };
    expect(accepted(asked)).toMatchObject(asked);
  });

  it('a program has what the table of limits holds', () => {
    const execution = {
      outputBytes: { default: 10, max: 20 },
      keptBytes: { default: 5, max: 9 },
      maxReturnedFiles: 3,
      maxReturnedBytes: 4,
    };
    const configured = { ...limits, table: { ...builtInLimits, execution } };
    const check = (more: Partial<ProgramRequest>) => checkProgram(request(more), configured);
    expect(check({})).toMatchObject({
      program: { maxOutputBytes: 10, maxKeptBytes: 5, maxReturnedFiles: 3, maxReturnedBytes: 4 },
    });
    const most = { maxOutputBytes: 20, maxKeptBytes: 9 };
    expect(check(most)).toMatchObject({ program: most });
    expect(check({ maxOutputBytes: 21, maxKeptBytes: 10 })).toEqual({
      violations: [
        {
          field: 'program.max_output_bytes',
          description: 'is 21 bytes; at most 20 are allowed',
        },
        { field: 'program.max_kept_bytes', description: 'is 10 bytes; at most 9 are allowed' },
      ],
    });
  });

  it('a program has its language in lower case, as PBot takes it', () => {
    expect(accepted({ language: 'C++' }).language).toBe('c++');
  });

  it('a program is UTF-8', () => {
    expect(accepted({ code: 'ü€😀' }).code).toEqual(Buffer.from('ü€😀', 'utf8'));
  });

  it.each<[string, Partial<ProgramRequest>]>([
    ['code', { code: 'x'.repeat(1000) }],
    ['language', { language: 'x'.repeat(64) }],
    ['stdin', { stdin: new Uint8Array(1024 * 1024) }],
    ['time_limit', { timeLimitMs: 10_000 }],
    ['max_output_bytes', { maxOutputBytes: 128 * 1024 * 1024 }],
    ['max_kept_bytes', { maxKeptBytes: 1024 * 1024 }],
    ['request_id', { requestId: 'x'.repeat(128) }],
  ])('a program may be as large as the limit of %s', (_field, more) => {
    expect(violations(more)).toEqual([]);
  });

  it.each<[string, Partial<ProgramRequest>, string]>([
    ['program.language', { language: '' }, 'is required'],
    ['program.language', { language: 'x'.repeat(65) }, 'is longer than 64 characters'],
    ['program.code', { code: '' }, 'is required'],
    ['program.code', { code: 'x'.repeat(1001) }, 'is 1001 bytes; at most 1000 are allowed'],
    ['program.code', { code: 'ü'.repeat(501) }, 'is 1002 bytes; at most 1000 are allowed'],
    ['program.options', { options: words(257, 1) }, 'holds 257 words; at most 256 are allowed'],
    ['program.options[1]', { options: ['a', 'b\0'] }, 'holds a NUL character'],
    [
      'program.arguments',
      { arguments: words(1025, 1) },
      'holds 1025 words; at most 1024 are allowed',
    ],
    ['program.arguments[0]', { arguments: ['\0'] }, 'holds a NUL character'],
    ['program.environment', { environment: { '1A': '' } }, 'holds a malformed name: "1A"'],
    ['program.environment', { environment: { 'A B': '' } }, 'holds a malformed name: "A B"'],
    ['program.environment', { environment: { '': '' } }, 'holds a malformed name: ""'],
    ['program.environment', { environment: { 'A=B': '' } }, 'holds a malformed name: "A=B"'],
    ['program.environment', { environment: { 'A\n': '' } }, 'holds a malformed name: "A\\n"'],
    [
      'program.environment',
      { environment: { A: '\0' } },
      'holds a NUL character in the value of A',
    ],
    [
      'program.stdin',
      { stdin: new Uint8Array(1024 * 1024 + 1) },
      'is 1048577 bytes; at most 1048576 are allowed',
    ],
    ['program.time_limit', { timeLimitMs: 0 }, 'must be at least 1 ms'],
    ['program.time_limit', { timeLimitMs: -5 }, 'must be at least 1 ms'],
    ['program.time_limit', { timeLimitMs: 10_001 }, 'is 10.001 s; at most 10 s is allowed'],
    [
      'program.max_output_bytes',
      { maxOutputBytes: 128 * 1024 * 1024 + 1 },
      'is 134217729 bytes; at most 134217728 are allowed',
    ],
    [
      'program.files',
      { files: [file('a', 994)] },
      'is with the code 1001 bytes; at most 1000 are allowed',
    ],
    [
      'program.files',
      { code: '', files: [file('a', 1001)] },
      'is 1001 bytes; at most 1000 are allowed',
    ],
    [
      'program.files',
      { files: Array.from({ length: 257 }, (_, i) => file(`${i}`)) },
      'holds 257 files; at most 256 are allowed',
    ],
    ['program.files[1].path', { files: [file('a'), file('../b')] }, 'has a part "." or ".."'],
    ['program.files[0].path', { files: [file('')] }, 'is empty'],
    ['program.files[1].path', { files: [file('a'), file('a')] }, 'is the path of an earlier file'],
    ['program.files[0].path', { files: [file('a/b'), file('a')] }, 'lies in "a", which is a file'],
    ['program.output_files[1]', { outputFiles: ['*', '/etc/*'] }, 'is absolute'],
    ['program.output_files[0]', { outputFiles: ['a\0'] }, 'holds a NUL character'],
    [
      'program.output_files',
      { outputFiles: words(65, 1) },
      'holds 65 words; at most 64 are allowed',
    ],
    [
      'program.output_files',
      { outputFiles: words(41, 100) },
      'is 4100 bytes; at most 4096 are allowed',
    ],
    [
      'program.max_kept_bytes',
      { maxKeptBytes: 1024 * 1024 + 1 },
      'is 1048577 bytes; at most 1048576 are allowed',
    ],
    ['program.request_id', { requestId: 'x'.repeat(129) }, 'is longer than 128 characters'],
    ['program.requester', { requester: 'x'.repeat(129) }, 'is longer than 128 characters'],
    ['program.machine', { machine: 'three' }, 'is none of one, two'],
  ])('a program is refused with the field %s named', (field, more, description) => {
    expect(violations(more)).toEqual([{ field, description }]);
  });

  it.each<[string, Partial<ProgramRequest>]>([
    ['program.options', { options: words(2, 50_000) }],
    ['program.arguments', { arguments: words(2, 50_000) }],
    ['program.environment', { environment: { A: 'x'.repeat(100_000) } }],
  ])(
    'a program with more words than a machine takes is refused with the field %s named',
    (field, more) => {
      const [violation] = violations(more);
      expect(violation?.field).toBe(field);
      expect(violation?.description).toMatch(/^is \d+ bytes; at most \d+ are allowed$/);
    },
  );

  it('a program that is accepted fits into the frames that tell of it', () => {
    const size = fc.record({ count: fc.nat(1024), length: fc.nat(2000) });
    const sizes = fc.record({
      options: size,
      arguments: size,
      variables: size,
      paths: size,
      globs: size,
    });
    const none = { count: 0, length: 0 };
    const nothing = {
      options: none,
      arguments: none,
      variables: none,
      paths: none,
      globs: none,
    };
    const largest = {
      options: { count: 256, length: 16 },
      arguments: { count: 1024, length: 16 },
      variables: { count: 256, length: 11 },
      paths: { count: 256, length: 60 },
      globs: { count: 64, length: 64 },
    };
    const extremes = [
      largest,
      { ...nothing, options: { count: 1, length: 32 * 1024 } },
      { ...nothing, options: { count: 256, length: 128 } },
      { ...nothing, arguments: { count: 1, length: 64 * 1024 } },
      { ...nothing, arguments: { count: 1024, length: 64 } },
      { ...nothing, variables: { count: 1, length: 32_000 } },
    ];
    fc.assert(
      fc.property(sizes, (each) => {
        const more = {
          options: words(each.options.count, each.options.length),
          arguments: words(each.arguments.count, each.arguments.length),
          environment: Object.fromEntries(
            words(each.variables.count, each.variables.length).map((word, i) => [`N${i}`, word]),
          ),
          files: words(each.paths.count, each.paths.length).map((word, i) =>
            file(`${word}${i}`, 0),
          ),
          outputFiles: words(each.globs.count, each.globs.length),
        };
        if (each === largest) expect(violations(more)).toEqual([]);
        if (violations(more).length > 0) return;
        for (const { length } of headersOf(more)) {
          expect(length).toBeLessThanOrEqual(maxHeaderBytes);
        }
      }),
      { examples: extremes.map((each) => [each]) },
    );
  });

  it('a program may be files alone', () => {
    const files = [file('main.sh'), file('lib/more.sh')];
    expect(accepted({ code: '', files })).toMatchObject({ files });
  });

  it('a program leaves room for its code where that has no name of its own', () => {
    const taken = (path: string, code = 'echo hi') =>
      checkSourceFile(accepted({ code, files: [file('other'), file(path)] }), 'program.sh');
    expect(taken('program.py')).toEqual([]);
    expect(taken('program.sh', '')).toEqual([]);
    for (const path of ['program.sh', 'program.sh/a']) {
      const description = 'leaves no room for the code, which is program.sh';
      expect(taken(path)).toEqual([{ field: 'program.files[1].path', description }]);
    }
  });

  it('a program is rejected with every field that is wrong at once', () => {
    const wrong = violations({ language: '', code: '', timeLimitMs: 0 });
    expect(wrong.map(({ field }) => field)).toEqual([
      'program.language',
      'program.code',
      'program.time_limit',
    ]);
  });

  it('a program is never clipped: what is accepted is what was sent', () => {
    const anyRequest = fc.record({
      language: fc.string({ maxLength: 70 }),
      code: fc.string({ unit: 'grapheme', maxLength: 400 }),
      options: fc.array(fc.string(), { maxLength: 5 }),
      arguments: fc.array(fc.string(), { maxLength: 5 }),
      stdin: fc.uint8Array({ maxLength: 50 }),
      environment: fc.dictionary(fc.stringMatching(/^[A-Za-z_ ]{0,5}$/), fc.string()),
      timeLimitMs: fc.option(fc.integer({ min: -1, max: 12_000 }), { nil: undefined }),
      maxOutputBytes: fc.nat(),
      requestId: fc.string({ maxLength: 140 }),
      machine: fc.constantFrom('', 'one', 'two', 'three'),
      requester: fc.string({ maxLength: 140 }),
      files: fc.array(anyFile, { maxLength: 3 }),
      outputFiles: fc.array(anyPath, { maxLength: 3 }),
      maxKeptBytes: fc.nat(2 * 1024 * 1024),
    });
    fc.assert(
      fc.property(anyRequest, (each) => {
        const checked = checkProgram(each, limits);
        if ('violations' in checked) {
          for (const { field } of checked.violations) expect(field).toMatch(/^program\./);
          return;
        }
        const { program } = checked;
        expect(program.language).toBe(each.language.toLowerCase());
        expect(Buffer.from(program.code).toString('utf8')).toBe(each.code);
        expect(program).toMatchObject({
          options: each.options,
          arguments: each.arguments,
          stdin: each.stdin,
          files: each.files,
          outputFiles: each.outputFiles,
          requestId: each.requestId,
          machine: each.machine,
        });
        expect(program.timeLimitMs).toBe(each.timeLimitMs ?? 10_000);
        expect(program.maxOutputBytes).toBe(each.maxOutputBytes || 1024 * 1024);
        expect(program.maxKeptBytes).toBe(each.maxKeptBytes || 1024 * 1024);
      }),
    );
  });
});

/** What the host says at the start of a program, and the guest at the start of a phase, at their longest. */
function headersOf(program: {
  options: string[];
  arguments: string[];
  environment: Record<string, string>;
  files: { path: string }[];
  outputFiles: string[];
}): Uint8Array[] {
  const frame = { generation: 2 ** 32 - 1, session: 2 ** 32 - 1 };
  const execution = 2 ** 32 - 1;
  const limits = {
    wallMs: 2 ** 32 - 1,
    cpuMs: 2 ** 32 - 1,
    memoryBytes: 2n ** 64n - 1n,
    processes: 2 ** 32 - 1,
    fileBytes: 2n ** 64n - 1n,
    openFiles: 2 ** 32 - 1,
  };
  const start = Start.create({
    ...program,
    execution,
    language: 'x'.repeat(64),
    files: program.files.map(({ path }) => ({ path, bytes: 2 ** 24, executable: true })),
    compileLimits: limits,
    runLimits: limits,
    maxFiles: 2 ** 32 - 1,
    maxFileBytes: 2 ** 32 - 1,
  });
  const compile = ['gcc', '-o', 'program', ...program.files.map(({ path }) => path)];
  const run = ['sh', ...program.options, 'program.sh', ...program.arguments];
  const phaseStarted = (phase: GuestPhase, command: string[]) =>
    GuestFrame.encode({
      ...frame,
      body: { $case: 'phaseStarted', value: { execution, phase, command } },
    }).finish();
  return [
    HostFrame.encode({ ...frame, body: { $case: 'start', value: start } }).finish(),
    phaseStarted(GuestPhase.COMPILE, [...compile, ...program.options]),
    phaseStarted(GuestPhase.RUN, run),
  ];
}
