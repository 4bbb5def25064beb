import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConversation } from '../../../services/pbot/conversation.js';
import type { PbotProgram } from '../../../services/pbot/execution-port.js';

const json = (value: unknown) => JSON.stringify(value);

/** What a conversation has run, and what it has said. */
async function exchange(line: string): Promise<{ program?: PbotProgram; text: string }> {
  let program: PbotProgram | undefined;
  const text = await createConversation().answer(line, {
    listLanguages: () => ['bash', 'sh'].map((name) => ({ name, aliases: [] })),
    execute: (asked) => {
      program = asked;
      const none = {
        data: new Uint8Array(),
        totalBytes: 0,
        droppedBytes: 0,
        tail: new Uint8Array(),
      };
      const run = { command: ['sh', 'x'], stdout: none, stderr: none };
      return Promise.resolve({ kind: 'result', result: { run } });
    },
  });
  return { text, ...(program === undefined ? {} : { program }) };
}

async function programOf(line: string): Promise<PbotProgram> {
  const { program, text } = await exchange(line);
  if (program === undefined) throw new Error(`${line} runs nothing: ${text}`);
  return program;
}

async function unrunText(line: string): Promise<string> {
  const { program, text } = await exchange(line);
  if (program !== undefined) throw new Error(`${line} runs a program`);
  return text;
}

describe('any line of PBot', () => {
  it('a line has an answer whatever it holds', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `{${rest}`),
      fc.jsonValue().map(json),
    );
    await fc.assert(
      fc.asyncProperty(line, async (each) => {
        expect((await exchange(each)).text).not.toBe('');
      }),
    );
  });

  it('a line of JSON has an answer whatever its fields hold', async () => {
    const field = fc.oneof(fc.string(), fc.jsonValue());
    const request = fc.record(
      {
        lang: field,
        code: field,
        nick: field,
        channel: field,
        factoid: fc.jsonValue(),
        arguments: field,
        'persist-key': fc.jsonValue(),
        usage: field,
        vm: field,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(request, async (each) => {
        const { program } = await exchange(json(each));
        if (typeof each.code !== 'string') expect(program).toBeUndefined();
      }),
    );
  });
});

describe('a line that is longer than can be read', () => {
  it.each([
    ['plain', `-args "${'a'.repeat(12_000_000)}`],
    ['JSON', json({ code: `"${'a'.repeat(12_000_000)}` })],
    ['JSON with arguments', json({ code: 'x', arguments: 'a'.repeat(12_000_000) })],
  ])('a line that is too long is rejected: %s', async (_how, line) => {
    expect(await unrunText(line)).toMatch(/^The request is too long/);
  });

  it('the longest line that is read may consist of quotes', async () => {
    const { language } = await programOf(`-lang=sh "${'a'.repeat(7_999_980)}`);
    expect(language).toBe('sh');
  });
});

describe("PBot's JSON", () => {
  it('every field of the JSON is used', async () => {
    const program = await programOf(
      json({
        lang: 'SH',
        code: '-O2 -args "one" print -stdin hello',
        nick: 'alice',
        channel: '#c',
        arguments: 'two "three four"',
        'persist-key': 'x',
        vm: 'second',
      }),
    );
    expect(program).toEqual({
      language: 'sh',
      machine: 'second',
      code: 'print',
      options: ['-O2'],
      arguments: ['one', 'two', 'three four'],
      stdin: Buffer.from('hello\n'),
      requestId: 'alice #c',
      requester: 'alice',
    });
  });

  it('JSON needs only the code, and the language is C then', async () => {
    expect(await programOf(json({ code: 'puts("hi");' }))).toMatchObject({
      language: 'c11',
      code: 'puts("hi");',
      requestId: '',
    });
  });

  it('a -lang in the code overrides the language of the JSON', async () => {
    const { language } = await programOf(json({ lang: 'c11', code: '-lang=sh echo hi' }));
    expect(language).toBe('sh');
  });

  it.each([
    ['factoid:#c:hello', ''],
    [true, ''],
    ['', 'Success (no output).'],
    [false, 'Success (no output).'],
    [null, 'Success (no output).'],
  ])('a silent program of JSON with the factoid %j is answered by "%s"', async (factoid, text) => {
    expect((await exchange(json({ code: 'x', factoid }))).text).toBe(text);
  });

  it('-info in the code asks for the command line', async () => {
    expect((await exchange(json({ code: '-info x' }))).text).toBe('sh x');
  });

  it('a long requester is cut to what a request may hold', async () => {
    const program = await programOf(json({ code: 'x', nick: 'n'.repeat(200), channel: '#c' }));
    expect(program.requestId).toBe('n'.repeat(128));
  });

  it.each([
    ['{}', /^The request is malformed: code: /],
    ['{"code": 1}', /^The request is malformed: code: /],
    ['{"code": "x", "lang": 1, "nick": []}', /^The request is malformed: lang: .*; nick: /],
    ['{"code": "x"', /^The request is no valid JSON: /],
    ['{code: x}', /^The request is no valid JSON: /],
  ])('malformed JSON (%s) is rejected with the reason', async (line, reason) => {
    expect(await unrunText(line)).toMatch(reason);
  });

  it.each(['', ' ', '-info', '-stdin hello'])(
    'JSON with no code ("%s") is answered with the usage',
    async (code) => {
      expect(await unrunText(json({ code }))).toMatch(/^Usage: cc \[-lang=<language>\]/);
      expect(await unrunText(json({ code, usage: 'Usage: sh <code>' }))).toBe('Usage: sh <code>');
    },
  );
});

describe('a plain line', () => {
  it('a plain line is a command line', async () => {
    expect(await programOf('-lang=sh echo hi')).toMatchObject({
      language: 'sh',
      code: 'echo hi',
      requestId: '',
    });
  });

  it('a plain line may have space and a carriage return around it', async () => {
    expect((await programOf('  -lang=sh echo hi \r')).code).toBe('echo hi');
    expect((await programOf(` ${json({ code: 'x' })}\r`)).code).toBe('x');
  });

  it('a plain line without code is answered with the usage', async () => {
    expect(await unrunText('')).toBe(
      'Usage: cc [-lang=<language>] [-info] [-paste] [-args "command-line arguments"] ' +
        '[compiler/language options] <code> [-stdin <stdin input>]',
    );
  });
});

describe('the language ?', () => {
  it.each(['-lang=?', '-lang ? puts', json({ lang: '?', code: '' }), json({ code: '-lang=?' })])(
    'the language ? in %s asks for the list of languages',
    async (line) => {
      expect(await unrunText(line)).toBe('Supported languages are: bash, sh');
    },
  );
});
