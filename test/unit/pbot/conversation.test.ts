import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversation } from '../../../services/pbot/conversation.js';
import type { ExecutionPort, PbotProgram } from '../../../services/pbot/execution-port.js';
import type { Revision } from '../../../services/pbot/revision.js';
import { memoryCodes, memoryPersistence } from '../../support/memory-history.js';

/** Control characters but tab, line feed and the codes of IRC's formats. */
const harmful = new RegExp(String.raw`[\x00\x01\x04-\x08\x0b-\x0e\x10\x12-\x1c\x7f-\x9f]`);

const json = (value: unknown) => JSON.stringify(value);

interface Exchange {
  readonly program?: PbotProgram;
  readonly text: string;
}

class Scene {
  nowMs = 0;
  output = '';
  exitCode = 0;
  readonly pasted: string[] = [];
  defaultInput: Uint8Array = new Uint8Array();
  readonly #conversation: Conversation;

  constructor(revision: Revision = '2022', { maxCodeBytes = 8_000_000 } = {}) {
    this.#conversation = new Conversation({
      revision,
      maxCodeBytes,
      nowMs: () => this.nowMs,
      random: () => 0,
      codes: memoryCodes(),
      persistence: memoryPersistence(),
      paste: {
        publish: (text) => {
          this.pasted.push(text);
          return Promise.resolve('https://paste.example/1');
        },
      },
      defaultInput: () => Promise.resolve(this.defaultInput),
    });
  }

  /** What a line has had run, and its answer. */
  async exchange(line: string): Promise<Exchange> {
    let program: PbotProgram | undefined;
    const captured = (text: string) => {
      const data = Buffer.from(text);
      return { data, totalBytes: data.length, droppedBytes: 0, tail: new Uint8Array() };
    };
    const port: ExecutionPort = {
      listLanguages: () => [
        { name: 'bash', aliases: [] },
        { name: 'c11', aliases: ['cc'] },
        { name: 'c++', aliases: ['cpp'] },
        { name: 'sh', aliases: [] },
      ],
      listMachines: () => ['first', 'second'],
      execute: (asked) => {
        program = asked;
        const { exitCode } = this;
        const run = {
          command: [],
          outcome: { kind: 'exited', exitCode } as const,
          stdout: captured(this.output),
          stderr: captured(''),
        };
        return Promise.resolve({ kind: 'result', result: { run } });
      },
    };
    const text = await this.#conversation.answer(line, port);
    return { text, ...(program === undefined ? {} : { program }) };
  }
}

const exchange = (line: string, revision?: Revision) => new Scene(revision).exchange(line);

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
    expect(await unrunText(line)).toMatch(
      /^program\.\w+ is \d+ bytes; at most 8000000 are allowed$/,
    );
  });

  it('code of more bytes than a program may have is rejected', async () => {
    const { text, program } = await new Scene('2022', { maxCodeBytes: 10 }).exchange('sh "äöü"');
    expect({ text, program }).toEqual({
      text: 'program.code is 11 bytes; at most 10 are allowed',
      program: undefined,
    });
  });

  it('the longest line that is read may consist of quotes', async () => {
    const { language } = await programOf(`-lang=sh "${'a'.repeat(7_999_980)}`);
    expect(language).toBe('sh');
  }, 60_000);
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
      state: [],
    });
  });

  it('JSON needs only the code, and the language is C then', async () => {
    expect(await programOf(json({ code: 'int main(void) { return 0; }' }))).toMatchObject({
      language: 'c11',
      requestId: '',
    });
  });

  it('a version of the language is asked of the machines', async () => {
    const { language } = await programOf('-lang=bash@5.2 echo hi');
    expect(language).toBe('bash@5.2');
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

  it.each(['-info x', 'x -info', '--info x', '-noinfo -info x'])(
    'the code %s asks for the command line alone',
    async (code) => {
      expect(await unrunText(json({ lang: 'sh', code }))).toBe('sh cmdline: sh program.sh');
      expect(await unrunText(json({ lang: 'cpp', code: `-O2 ${code}` }))).toMatch(
        /^c\+\+ cmdline: g\+\+ .*program.cpp .*-Wextra(?!.*-O2)/,
      );
    },
  );

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

  it.each(['', ' ', '-lang=sh'])(
    'JSON with no code ("%s") is answered with the usage',
    async (code) => {
      expect(await unrunText(json({ code }))).toMatch(/^Usage: cc \[-lang=<language>\] \[-info/);
      expect((await exchange(json({ code }), 'head')).text).toMatch(
        /^Usage: cc \[-lang=<language>\] \[-vm=<virtual machine>\] \[-info/,
      );
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
    expect((await programOf(` ${json({ lang: 'sh', code: 'x' })}\r`)).code).toBe('x');
  });

  it('a plain line without code is answered with the usage', async () => {
    expect(await unrunText('')).toBe(
      'Usage: cc [-lang=<language>] [-info] [-paste] [-args "command-line arguments"] ' +
        '[compiler/language options] <code> [-stdin <stdin input>]',
    );
  });
});

describe('the language', () => {
  it.each(['-lang=?', '-lang ? puts', json({ lang: '?', code: '' }), json({ code: '-lang=?' })])(
    'the language ? in %s is an unknown one, so that the list of languages comes',
    async (line) => {
      expect(await unrunText(line)).toBe(
        "Language '?' is not supported.\nSupported languages are: bash, c++, c11, c89, c99, sh",
      );
    },
  );

  it('the language of a factoid may be an alias, in any case', async () => {
    expect((await programOf(json({ lang: 'CPP', code: 'x' }))).language).toBe('c++');
  });

  it('the language stands anywhere in the code for the client of 2022, but not in quotes', async () => {
    const program = await programOf('echo "-lang=bash" -lang=sh');
    expect(program).toMatchObject({ language: 'sh', code: 'echo "-lang=bash"' });
  });

  it('the language stands in front for the newest revision, and is C without one', async () => {
    const { program } = await exchange('x -lang=sh', 'head');
    expect(program).toMatchObject({ language: 'c11' });
    expect(program?.code).toContain('x - lang = sh;');
  });
});

describe('the machine', () => {
  it('the machine of a line is one of those that are there', async () => {
    expect(await programOf('-vm=second -lang=sh x')).toMatchObject({ machine: 'second' });
    expect(await unrunText('-vm=third -lang=sh x')).toBe(
      "Virtual machine 'third' is not known.\nVirtual machines are: first, second",
    );
  });
});

describe('code', () => {
  it('code may be missing where there are options', async () => {
    expect(await programOf('-lang=sh --version')).toMatchObject({
      options: ['--version'],
      code: '\n',
    });
  });

  it('options stand behind the code too, and are no part of it', async () => {
    const program = await programOf('-lang=sh echo "$1" -args "a b" -stdin x\\ty');
    expect(program).toMatchObject({ code: 'echo "$1"', arguments: ['a', 'b'] });
    expect(program.stdin).toEqual(Buffer.from('x\ty\n'));
  });
});

describe('code of C', () => {
  it('code of C becomes a whole program, which is looked at', async () => {
    expect(await programOf('int x = 1; x + 2')).toMatchObject({
      language: 'c11',
      code: expect.stringMatching(/int main\(.*\{[^]*x \+ 2;[^]*return 0;/),
      options: expect.arrayContaining(['-std=c11', '-fno-diagnostics-show-caret']),
      inspection: { lastExpression: 'x + 2', mainWasMade: true, usesMacros: false },
    });
  });

  it('code of C of another standard is compiled by the same compiler', async () => {
    const { language, options } = await programOf('-lang=c99 -include math.h x');
    expect([language, options.includes('-std=c99')]).toEqual(['c11', true]);
  });

  it('code of C with options of its own has none of the others', async () => {
    const program = await programOf('-O2 -nomain int main(void) { return 0; }');
    expect(program.options).toEqual(['-fno-diagnostics-show-caret', '-O2']);
    expect(program.inspection?.mainWasMade).toBe(false);
  });

  it('code of C whose brackets do not match runs nothing', async () => {
    expect(await unrunText('int main(void) { puts("hi");')).toBe('error: unmatched brackets');
  });
});

describe('the answer', () => {
  it('the answer never holds a control character that is none of IRC', async () => {
    const scene = new Scene();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (output) => {
        scene.output = output;
        const { text } = await scene.exchange('-lang=sh x');
        expect(text).not.toMatch(harmful);
      }),
    );
  });

  it('an answer that a channel has just seen is not said again', async () => {
    const scene = new Scene();
    scene.output = 'more than twenty-two characters\n';
    const line = json({ lang: 'sh', code: 'x', nick: 'me', channel: '#c' });
    const text = async (each = line) => (await scene.exchange(each)).text;
    expect(await text()).toBe('more than twenty-two characters');
    scene.nowMs = 239_000;
    expect(await text()).toBe('Same output.');
    expect(await text(json({ lang: 'bash', code: 'x', nick: 'me', channel: '#c' }))).toMatch(
      /^more/,
    );
    expect(await text(json({ lang: 'sh', code: 'x', nick: 'me', channel: 'me' }))).toMatch(/^more/);
    expect(
      await text(json({ lang: 'sh', code: 'x', nick: 'me', channel: '#c', factoid: '#c:f' })),
    ).toMatch(/^more/);
    scene.nowMs = 240_000;
    expect(await text()).toMatch(/^more/);
    scene.output = 'short\n';
    expect(await text()).toBe('short');
    expect(await text()).toBe('short');
  });

  it('an answer is bounded, with a note of what is left out', async () => {
    const scene = new Scene();
    scene.output = 'é'.repeat(30_000);
    const { text } = await scene.exchange('-lang=sh x');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024);
    expect(text).toMatch(/^é+\n\[\d+ bytes left out\]$/);
  });
});

describe('a paste', () => {
  it('a paste holds the code, the command and the output, and its URL is the answer', async () => {
    const scene = new Scene();
    scene.output = 'hello\n';
    const { text } = await scene.exchange('-lang=bash -paste echo hello');
    expect(text).toBe('https://paste.example/1');
    expect(scene.pasted).toHaveLength(1);
    expect(scene.pasted[0]).toMatch(
      /^echo hello\n\n: <<'____'\n-+ CMDLINE -+\n[^]*OUTPUT[^]*\nhello\n____\n$/,
    );
  });

  it('a program without -paste is not pasted', async () => {
    const scene = new Scene();
    await scene.exchange('-lang=bash echo hello');
    expect(scene.pasted).toEqual([]);
  });
});

describe('standard input', () => {
  const stdinOf = async (line: string) => {
    const scene = new Scene();
    scene.defaultInput = Buffer.from('a fortune\n');
    const { program } = await scene.exchange(line);
    return Buffer.from(program?.stdin ?? [])
      .toString()
      .trimEnd();
  };

  it('standard input that a user does not give is the default', async () => {
    expect(await stdinOf('-lang=bash cat')).toBe('a fortune');
  });

  it('standard input that a user gives is all that the program reads', async () => {
    expect(await stdinOf('-lang=bash cat -stdin mine')).toBe('mine');
  });
});
