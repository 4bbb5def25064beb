import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { parsePbotLine } from '../../../services/pbot/request.js';

const kinds = ['run', 'languages', 'refused'];

function run(line: string) {
  const request = parsePbotLine(line);
  if (request.kind !== 'run') throw new Error(`${line} asks for ${request.kind}`);
  return request;
}

function rejection(line: string): string {
  const request = parsePbotLine(line);
  if (request.kind !== 'refused') throw new Error(`${line} asks for ${request.kind}`);
  return request.text;
}

const json = (value: unknown) => JSON.stringify(value);

describe('a line of PBot', () => {
  it('a line is read whatever it holds', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `{${rest}`),
    );
    fc.assert(
      fc.property(line, (each) => {
        expect(kinds).toContain(parsePbotLine(each).kind);
      }),
    );
  });

  it('a line is read whatever JSON value it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(kinds).toContain(parsePbotLine(json(value)).kind);
      }),
    );
  });

  it('a line of JSON is read whatever its fields hold', () => {
    const request = fc.record(
      {
        lang: fc.oneof(fc.string(), fc.jsonValue()),
        code: fc.oneof(fc.string(), fc.jsonValue()),
        nick: fc.oneof(fc.string(), fc.jsonValue()),
        channel: fc.oneof(fc.string(), fc.jsonValue()),
        factoid: fc.jsonValue(),
        arguments: fc.oneof(fc.string(), fc.jsonValue()),
        'persist-key': fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(request, (each) => {
        const parsed = parsePbotLine(json(each));
        expect(kinds).toContain(parsed.kind);
        if (typeof each.code !== 'string') expect(parsed.kind).toBe('refused');
      }),
    );
  });
});

describe('a line with files beside it', () => {
  it('a line with files beside it may be without code', () => {
    expect(parsePbotLine('-lang=sh').kind).toBe('refused');
    expect(parsePbotLine('-lang=sh -O2', { mayLackCode: true })).toMatchObject({
      kind: 'run',
      program: { language: 'sh', code: '', options: ['-O2'] },
    });
  });
});

describe('a line that is longer than can be read', () => {
  it.each([
    ['plain', `-args "${'a'.repeat(12_000_000)}`],
    ['JSON', json({ code: `"${'a'.repeat(12_000_000)}` })],
    ['JSON with arguments', json({ code: 'x', arguments: 'a'.repeat(12_000_000) })],
  ])('a line that is too long is rejected: %s', (_how, line) => {
    expect(rejection(line)).toMatch(/^The request is too long/);
  });

  it('the longest line that is read may consist of quotes', () => {
    expect(run(`-lang=sh "${'a'.repeat(7_999_980)}`).program.language).toBe('sh');
  });
});

describe("PBot's JSON", () => {
  it('every field of the JSON is used', () => {
    const request = run(
      json({
        lang: 'Perl',
        code: '-O2 -args "one" print -stdin hello',
        nick: 'alice',
        channel: '#c',
        arguments: 'two "three four"',
        'persist-key': 'x',
      }),
    );
    expect(request).toEqual({
      kind: 'run',
      program: Program.fromPartial({
        language: 'perl',
        code: 'print',
        options: ['-O2'],
        arguments: ['one', 'two', 'three four'],
        stdin: Buffer.from('hello\n'),
        requestId: 'alice #c',
        requester: 'alice',
        unbuffered: true,
        check: false,
      }),
      showsInfo: false,
      isFactoid: false,
    });
  });

  it('JSON needs only the code, and the language is C then', () => {
    expect(run(json({ code: 'puts("hi");' })).program).toMatchObject({
      language: 'c11',
      code: 'puts("hi");',
      requestId: '',
    });
  });

  it('a -lang in the code overrides the language of the JSON', () => {
    expect(run(json({ lang: 'c11', code: '-lang=sh echo hi' })).program.language).toBe('sh');
  });

  it.each([
    ['factoid:#c:hello', true],
    [true, true],
    ['', false],
    [false, false],
    [null, false],
  ])('JSON with the factoid %j is a factoid: %s', (factoid, isFactoid) => {
    expect(run(json({ code: 'x', factoid })).isFactoid).toBe(isFactoid);
  });

  it('-info in the code asks for the command line', () => {
    expect(run(json({ code: '-info x' })).showsInfo).toBe(true);
  });

  it('a long requester is cut to what a request may hold', () => {
    const { program } = run(json({ code: 'x', nick: 'n'.repeat(200), channel: '#c' }));
    expect(program.requestId).toBe('n'.repeat(128));
  });

  it.each([
    ['{}', /^The request is malformed: code: /],
    ['{"code": 1}', /^The request is malformed: code: /],
    ['{"code": "x", "lang": 1, "nick": []}', /^The request is malformed: lang: .*; nick: /],
    ['{"code": "x"', /^The request is no valid JSON: /],
    ['{code: x}', /^The request is no valid JSON: /],
  ])('malformed JSON (%s) is rejected with the reason', (line, reason) => {
    expect(rejection(line)).toMatch(reason);
  });

  it.each(['', ' ', '-info', '-stdin hello'])(
    'JSON with no code ("%s") is answered with the usage',
    (code) => {
      expect(rejection(json({ code }))).toMatch(/^Usage: cc \[-lang=<language>\]/);
    },
  );
});

describe('a plain line', () => {
  it('a plain line is a command line', () => {
    expect(run('-lang=sh echo hi')).toMatchObject({
      program: { language: 'sh', code: 'echo hi', requestId: '' },
      isFactoid: false,
    });
  });

  it('a plain line may have space and a carriage return around it', () => {
    expect(run('  -lang=sh echo hi \r').program.code).toBe('echo hi');
    expect(run(` ${json({ code: 'x' })}\r`).program.code).toBe('x');
  });

  it('a plain line without code is answered with the usage', () => {
    expect(rejection('')).toBe(
      'Usage: cc [-lang=<language>] [-info] [-paste] [-args "command-line arguments"] ' +
        '[compiler/language options] <code> [-stdin <stdin input>]',
    );
  });
});

describe('the language ?', () => {
  it.each(['-lang=?', '-lang ? puts', json({ lang: '?', code: '' }), json({ code: '-lang=?' })])(
    'the language ? in %s asks for the list of languages',
    (line) => {
      expect(parsePbotLine(line)).toEqual({ kind: 'languages' });
    },
  );
});
