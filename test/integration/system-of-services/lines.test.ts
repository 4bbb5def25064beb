import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LineClient, sendLine } from '../../support/line-client.js';
import { TestSystem } from '../../support/system.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create();
  await system.startAll();
});

afterAll(() => system.stop());

const send = (line: string) => sendLine(system.ports.executor, line);
const sendJson = (request: object) => send(JSON.stringify(request));

const usage =
  'Usage: cc [-lang=<language>] [-info] [-paste] [-args "command-line arguments"] ' +
  '[compiler/language options] <code> [-stdin <stdin input>]\n';

describe('a line of JSON as PBot sends it', () => {
  test('a line of JSON as PBot sends it is answered by the output, and the connection is closed', async () => {
    const request = { lang: 'sh', code: 'echo hello', nick: 'me', channel: '#c' };
    expect(await sendJson(request)).toBe('hello\n');
  });

  test('a line of JSON as PBot sends it brings arguments for the program', async () => {
    const request = { lang: 'sh', code: 'echo "$1, $2"', arguments: 'one "two three"' };
    expect(await sendJson(request)).toBe('one, two three\n');
  });

  test('a line of JSON as PBot sends it names a language in front of the code, which wins', async () => {
    expect(await sendJson({ lang: 'c11', code: '-lang=sh echo sh' })).toBe('sh\n');
  });

  test('a line of JSON as PBot sends it brings the standard input at the end of the code', async () => {
    expect(await sendJson({ lang: 'sh', code: 'cat -stdin some words' })).toBe('some words\n');
  });

  test('a line of JSON as PBot sends it without a language is C', async () => {
    const code = '#include <stdio.h>\\nint main(void) { puts("c"); return 0; }';
    expect(await sendJson({ code })).toBe('c\n');
  });

  test('a line of JSON as PBot sends it may be C without headers and main', async () => {
    expect(await sendJson({ code: 'printf("%d\\n", 6 * 7);' })).toMatch(/^(\[.*\]\n)?42\n$/s);
  });

  test('a line of JSON as PBot sends it of a factoid says nothing where the program says nothing', async () => {
    expect(await sendJson({ lang: 'sh', code: 'true', factoid: 'f' })).toBe('');
    expect(await sendJson({ lang: 'sh', code: 'true' })).toBe('Success (no output).\n');
  });

  test('a line of JSON as PBot sends it may be sent in pieces', async () => {
    const client = await LineClient.connect(system.ports.executor);
    for (const byte of '{"lang":"sh","code":"echo pieces"}\n') {
      await new Promise((resolve) => client.socket.write(byte, resolve));
    }
    expect(await client.answer).toBe('pieces\n');
  });
});

describe('a plain line', () => {
  test('a plain line is answered by the output', async () => {
    expect(await send('-lang=sh echo hello')).toBe('hello\n');
  });

  test('a plain line may end with CR and LF', async () => {
    expect(await send('-lang=sh echo hello\r')).toBe('hello\n');
  });

  test('a plain line that asks for the languages gets them', async () => {
    expect(await send('-lang=?')).toBe(
      "Language '?' is not supported.\nSupported languages are: bash, c11, c89, c99, sh\n",
    );
  });

  test('a plain line with an unknown language is answered with the supported ones', async () => {
    expect(await send('-lang=qbasic x')).toBe(
      "Language 'qbasic' is not supported.\nSupported languages are: bash, c11, c89, c99, sh\n",
    );
  });

  test.each(['-lang=sh', '  -lang=sh  '])(
    'a plain line without code (%s) gets the usage',
    async (line) => {
      expect(await send(line)).toBe(usage);
    },
  );

  test('a plain line brings arguments, options and standard input', async () => {
    expect(await send('-lang=sh -args "a b" -e echo "$1$2"; cat; false; echo no -stdin "in"')).toBe(
      'ab\nin [Exit code 1]\n',
    );
  });

  test('a plain line may ask for the command line that runs', async () => {
    expect(await send('-lang=sh -info echo x')).toBe('sh cmdline: sh program.sh\n');
  });

  test('a plain line comes after blank lines, which are skipped', async () => {
    expect(await send('\n  \r\n\n-lang=sh echo after')).toBe('after\n');
  });

  test('a plain line is answered although the client closes its side after it', async () => {
    const client = await LineClient.connect(system.ports.executor);
    client.socket.end('-lang=sh sleep 0.2; echo half closed\n');
    expect(await client.answer).toBe('half closed\n');
  });

  test('a plain line without its end is answered where the client closes its side', async () => {
    const client = await LineClient.connect(system.ports.executor);
    client.socket.end('-lang=sh echo no newline');
    expect(await client.answer).toBe('no newline\n');
  });

  test('a plain line is followed by nothing: a second one is not run', async () => {
    expect(await send('-lang=sh echo one\n-lang=sh echo two')).toBe('one\n');
  });

  test('a plain line is answered with an exit code, a signal and a passed limit', async () => {
    expect(await send('-lang=sh exit 3')).toBe('Exit code 3.\n');
    expect(await send('-lang=sh kill -SEGV $$')).toBe('Terminated by SIGSEGV.\n');
    expect(await send('-lang=sh yes | head -c 2000000')).toMatch(/^\[Too much output\]\ny\n/);
  });

  test('a plain line gets standard error before standard output', async () => {
    expect(await send('-lang=sh echo out; echo err >&2')).toBe('err\nout\n');
  });

  test('a plain line gets what the compiler complains of', async () => {
    expect(await send('int main(void) { return x; }')).toMatch(/^error: 'x' undeclared/);
  });
});
