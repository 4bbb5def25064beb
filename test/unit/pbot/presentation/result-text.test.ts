import { describe, expect, it } from 'vitest';
import type {
  PbotLimit,
  PbotOutput,
  PbotPhase,
  PbotResult,
} from '../../../../services/pbot/execution-port.js';
import { resultText } from '../../../../services/pbot/presentation/result-text.js';

function captured(text: string | Uint8Array) {
  const data = Buffer.from(text);
  return {
    data,
    totalBytes: data.length,
    droppedBytes: 0,
    tail: new Uint8Array(),
  };
}

interface Ending {
  readonly out?: string | Uint8Array;
  readonly err?: string;
  readonly exit?: number;
  readonly signal?: string;
  readonly limit?: PbotLimit;
  readonly report?: string;
  readonly command?: readonly string[];
}

function phase({ out = '', err = '', command = [], ...ending }: Ending): PbotPhase {
  const { exit, signal, limit, report } = ending;
  const outcome: PbotPhase['outcome'] =
    signal === undefined ? { kind: 'exited', exitCode: exit ?? 0 } : { kind: 'signalled', signal };
  const wasCutOff = limit !== undefined && exit === undefined && signal === undefined;
  return {
    ...(wasCutOff ? {} : { outcome }),
    ...(limit === undefined ? {} : { limit }),
    ...(report === undefined ? {} : { report }),
    stdout: captured(out),
    stderr: captured(err),
    command,
  };
}

function result({ compile, run }: { compile?: Ending; run?: Ending }): PbotResult {
  return {
    ...(compile === undefined ? {} : { compile: phase(compile) }),
    ...(run === undefined ? {} : { run: phase(run) }),
  };
}

const plain = {
  revision: '2022',
  isFactoid: false,
  clean: (text: string) => text,
  warning: '',
} as const;

describe('output that was kept at both ends', () => {
  it('output without its middle has a mark with the number of bytes that were dropped', () => {
    const stdout = {
      data: Buffer.from('begin'),
      droppedBytes: 123,
      tail: Buffer.from('end\n'),
      totalBytes: 132,
    };
    const run = { ...phase({}), stdout };
    expect(resultText({ run }, plain)).toBe('begin\n[123 bytes left out]\nend');
  });
});

describe('output that was cut within a character', () => {
  const euro = Buffer.from('€');
  const shown = (stdout: PbotOutput, limit?: PbotLimit) => {
    const ending = limit === undefined ? {} : { limit };
    return resultText({ run: { ...phase({}), ...ending, stdout } }, plain);
  };

  it('output without its middle has no broken character beside the mark, which counts its bytes', () => {
    const data = Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]);
    const tail = Buffer.concat([euro.subarray(1), Buffer.from('z')]);
    const totalBytes = data.length + 10 + tail.length;
    expect(shown({ data, droppedBytes: 10, tail, totalBytes })).toBe('a\n[14 bytes left out]\nz');
  });

  it('output that was cut at its end has no broken character there', () => {
    const data = Buffer.concat([Buffer.from('a'), euro.subarray(0, 1)]);
    const cut = { droppedBytes: 0, tail: Buffer.alloc(0) };
    expect(shown({ data, ...cut, totalBytes: 100 })).toBe('a');
    expect(shown({ data, ...cut, totalBytes: 2 }, 'wall time')).toBe('[Timed-out]\na');
  });

  it('output that the program itself ended within a character shows that', () => {
    expect(resultText(result({ run: { out: Buffer.of(0x61, 0xe2, 0x82) } }), plain)).toBe(
      'a\\xE2\\x82',
    );
  });
});

describe('the text of a result', () => {
  it.each<[string, { compile?: Ending; run?: Ending }, string]>([
    ['what it printed', { run: { out: 'hello\n' } }, 'hello'],
    ['nothing', { run: {} }, 'Success (no output).'],
    ['a no-break space', { run: { out: '\u00a0\n' } }, '\u00a0'],
    ['nothing but white space', { run: { out: '\n \n' } }, 'Success (no output).'],
    ['nothing, and a failure', { run: { exit: 3 } }, 'Exit code 3.'],
    ['output, and a failure', { run: { out: 'no\n', exit: 3 } }, 'no [Exit code 3]'],
    ['errors before output', { run: { out: 'out\n', err: 'err\n' } }, 'err\nout'],
    ['errors alone', { run: { err: 'err\n', exit: 1 } }, 'err [Exit code 1]'],
    ['space in front', { run: { out: '  indented\n\n' } }, '  indented'],
    ['a crash', { run: { signal: 'SIGSEGV' } }, 'Terminated by SIGSEGV.'],
    [
      'output, and a crash',
      { run: { out: 'so far\n', signal: 'SIGSEGV' } },
      'so far\nTerminated by SIGSEGV.',
    ],
    [
      'output, and a crash that was looked at',
      { run: { out: 'so far\n', signal: 'SIGSEGV', report: 'Program received signal SIGSEGV' } },
      'so far\nProgram received signal SIGSEGV',
    ],
    ['nothing, and values', { run: { report: 'no output: x = 1' } }, 'no output: x = 1'],
    ['a time-out', { run: { limit: 'wall time' } }, '[Timed-out]'],
    [
      'output, and a time-out',
      { run: { out: 'tick\ntick\n', limit: 'wall time' } },
      '[Timed-out]\ntick\ntick',
    ],
    [
      'a time-out whose kill shows as a signal',
      { run: { signal: 'SIGKILL', limit: 'wall time' } },
      '[Timed-out]',
    ],
    ['a time-out of the compiler', { compile: { limit: 'wall time' } }, '[Timed-out]'],
    [
      'diagnostics, and a time-out of the compiler',
      { compile: { err: 'note\n', limit: 'wall time' } },
      '[note]\n[Timed-out]',
    ],
    ['no memory', { run: { signal: 'SIGKILL', limit: 'memory' } }, '[Out of memory]'],
    [
      'too much output',
      { run: { out: 'yyy', signal: 'SIGKILL', limit: 'output' } },
      '[Too much output]\nyyy',
    ],
    ['no processor time', { run: { limit: 'cpu time' } }, '[Out of CPU time]'],
    [
      'no process to be had',
      { run: { err: 'Cannot fork\n', exit: 2, limit: 'processes' } },
      '[Too many processes]\nCannot fork',
    ],
    ['a file that grows', { run: { signal: 'SIGXFSZ', limit: 'file size' } }, '[File too large]'],
    ['a cancellation', { run: { signal: 'SIGKILL', limit: 'cancelled' } }, '[Cancelled]'],
    [
      'warnings of the compiler',
      { compile: { err: 'warning: x\n' }, run: { out: 'hello\n' } },
      '[warning: x]\nhello',
    ],
    [
      'warnings of the compiler, errors, output',
      { compile: { err: 'warning: x\n' }, run: { out: 'out\n', err: 'err\n' } },
      '[warning: x]\nerr\nout',
    ],
    ['warnings alone', { compile: { err: 'warning: x\n' }, run: {} }, '[warning: x]'],
    ['a compiler that fails', { compile: { err: 'error: x\n', exit: 1 } }, 'error: x'],
    ['a compiler that fails in silence', { compile: { exit: 4 } }, 'Exit code 4.'],
    [
      'a compiler that crashes',
      { compile: { err: 'bug\n', signal: 'SIGABRT' } },
      'bug\nTerminated by SIGABRT.',
    ],
    ['a silent compiler and program', { compile: {}, run: {} }, 'Success (no output).'],
    ['bytes that are no UTF-8', { run: { out: Uint8Array.of(0x61, 0xff, 0x62) } }, 'a\\xFFb'],
  ])('the text of a result that has %s', (_what, phases, text) => {
    expect(resultText(result(phases), plain)).toBe(text);
  });

  it('a text of the newest revision has exit codes in its words', () => {
    const head = { ...plain, revision: 'head' } as const;
    expect(resultText(result({ run: { exit: 3 } }), head)).toBe('Exit 3.');
    expect(resultText(result({ run: { out: 'no\n', exit: 3 } }), head)).toBe('no [Exit 3]');
  });

  it('a warning of ours stands beside those of the compiler, which are cleaned', () => {
    const how = {
      ...plain,
      clean: (text: string) => text.replace('x', 'y'),
      warning: 'warning: z',
    };
    const warned = result({ compile: { err: 'warning: x\n' }, run: { out: 'x', err: 'x' } });
    expect(resultText(warned, how)).toBe('[warning: y\nwarning: z]\ny\nx');
    expect(resultText(result({ run: { out: 'x' } }), how)).toBe('[warning: z]\nx');
  });

  it('a report follows the output, and says more than a signal', () => {
    const run = { ...phase({ out: 'so far\n', signal: 'SIGSEGV' }), report: 'Program received' };
    expect(resultText({ run }, plain)).toBe('so far\nProgram received');
    expect(resultText({ run: { ...phase({}), report: 'no output: x = 1' } }, plain)).toBe(
      'no output: x = 1',
    );
  });

  it('an exit code stands beside warnings too', () => {
    const warned = result({ compile: { err: 'warning: x\n' }, run: { exit: 3 } });
    expect(resultText(warned, plain)).toBe('[warning: x] [Exit code 3]');
  });
});

describe('the text of a factoid', () => {
  const factoid = { ...plain, isFactoid: true };

  it('the text of a factoid is empty where nothing was printed', () => {
    expect(resultText(result({ run: {} }), factoid)).toBe('');
    expect(resultText(result({ compile: {}, run: {} }), factoid)).toBe('');
    expect(resultText(result({ run: { exit: 3 } }), factoid)).toBe('');
  });

  it.each<[string, { compile?: Ending; run?: Ending }, string]>([
    ['what it printed', { run: { out: 'hello\n' } }, 'hello'],
    ['a time-out', { run: { limit: 'wall time' } }, '[Timed-out]'],
    ['diagnostics', { compile: { err: 'error: x\n', exit: 1 } }, 'error: x'],
  ])('the text of a factoid is that of any program where there is %s', (_what, phases, text) => {
    expect(resultText(result(phases), factoid)).toBe(text);
  });
});
