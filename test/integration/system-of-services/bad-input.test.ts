import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ExecutorServiceService, Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { createClient } from '../../../services/lib/rpc/client.js';
import { LineClient, sendLine } from '../../support/line-client.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const maxCodeBytes = 1000;

/** As `PBOTVM_MAX_CODE` implies it: six bytes of JSON for each of the code, and 2 MiB for the rest. */
const maxLineBytes = 6 * maxCodeBytes + 2 * 1024 * 1024;

let system: TestSystem;
let port: number;

beforeAll(async () => {
  system = await TestSystem.create({ PBOTVM_MAX_CODE: String(maxCodeBytes) });
  port = system.ports.executor;
  await system.startAll();
});

afterAll(() => system.stop());

afterEach(async () => {
  // Whatever came before: the next one is served, on the same machine.
  expect(await sendLine(port, '-lang=sh echo next')).toBe('next\n');
  expect(system.machine.reverts).toBe(0);
});

describe('a line', () => {
  test('a line that is longer than any request is rejected with the limit', async () => {
    const line = (length: number) => '-lang=sh '.padEnd(length, 'x');
    expect(await sendLine(port, line(maxLineBytes))).toMatch(/^program.code is \d+ bytes; at most/);
    expect(await sendLine(port, line(maxLineBytes + 1))).toBe(
      `The line is too long: at most ${maxLineBytes} bytes are accepted.\n`,
    );
  });

  test('a line without an end is rejected as soon as it is too long, and its connection is closed', async () => {
    const client = await LineClient.connect(port, { allowHalfOpen: true });
    const chunk = Buffer.alloc(256 * 1024, 'x');
    const flood = () => {
      while (client.socket.write(chunk));
    };
    client.socket.on('drain', flood);
    flood();
    expect(await client.answer).toContain('The line is too long');
  }, 10_000);

  test('a line with code over the limit is rejected with both sizes', async () => {
    const code = 'x'.repeat(maxCodeBytes + 1);
    const answer = (bytes: number) =>
      `program.code is ${bytes} bytes; at most ${maxCodeBytes} are allowed\n`;
    // Options in front of the code count too.
    const line = `-lang=sh ${code}`;
    expect(await sendLine(port, line)).toBe(answer(line.length));
    expect(await sendLine(port, JSON.stringify({ lang: 'sh', code }))).toBe(answer(code.length));
  });

  test('a line with code of exactly the limit is run', async () => {
    const code = `echo fits #${'x'.repeat(maxCodeBytes - 'echo fits #'.length)}`;
    expect(await sendLine(port, JSON.stringify({ lang: 'sh', code }))).toBe('fits\n');
  });

  test.each([
    '{',
    '{"lang":"sh","code":"echo x"',
    '{"lang":"sh","code":"echo x"} more',
    '{lang:sh}',
  ])('a line of broken JSON (%s) is rejected as such', async (line) => {
    expect(await sendLine(port, line)).toMatch(/^The request is no valid JSON: .+\n$/);
  });

  test.each([
    [{ lang: 'sh' }, 'code'],
    [{ lang: 'sh', code: 7 }, 'code'],
    [{ lang: 'sh', code: null }, 'code'],
    [{ lang: ['sh'], code: 'echo x' }, 'lang'],
    [{ lang: 'sh', code: 'echo x', arguments: ['x'] }, 'arguments'],
    [{ lang: 'sh', code: 'echo x', nick: {} }, 'nick'],
  ])('a line of JSON with a wrong type (%j) is rejected with the field', async (request, field) => {
    const answer = await sendLine(port, JSON.stringify(request));
    expect(answer).toMatch(new RegExp(`^The request is malformed: ${field}: .+\n$`));
  });

  test('a line of JSON with an empty language is rejected as such', async () => {
    const answer = await sendLine(port, '{"lang":"","code":"echo x"}');
    expect(answer).toBe(
      "Language '' is not supported.\nSupported languages are: bash, c11, c89, c99, sh\n",
    );
  });

  test('a line that is not UTF-8 is rejected, not changed', async () => {
    const line = Buffer.concat([
      Buffer.from('-lang=sh echo '),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\n'),
    ]);
    expect(await sendLine(port, line)).toMatch(/UTF-8/);
  });

  test('a line with a NUL in an argument is rejected with the field', async () => {
    const request = { lang: 'sh', code: 'echo x', arguments: 'a\0b' };
    expect(await sendLine(port, JSON.stringify(request))).toBe(
      'program.arguments[0] holds a NUL character\n',
    );
  });
});

describe('a client', () => {
  const silences: readonly [string, string][] = [
    ['says nothing', ''],
    ['sends blank lines only', '\n\n'],
    ['sends half a line', '{"lang":"sh",'],
    ['sends half of what HTTP/2 begins with', 'PRI * HT'],
  ];
  test.concurrent.each(silences)(
    'a client that %s is disconnected after 5 s',
    async (_, beginning) => {
      const begin = performance.now();
      const client = await LineClient.connect(port);
      client.write(beginning);
      expect(await client.answer).toBe('');
      // Its time begins when it is connected. How much later than that it ends is up to how busy this host is.
      expect(performance.now() - begin).toBeGreaterThan(4500);
    },
  );

  test('a client that speaks HTTP/1.1 gets an answer that names the protocols of the port', async () => {
    const client = await LineClient.connect(port);
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [head, body] = (await client.answer).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body ?? '')}`);
    expect(body).toContain('gRPC');
  });

  test('a client that begins a TLS handshake is disconnected, and no program runs', async () => {
    const client = await LineClient.connect(port);
    client.write(tlsClientHello);
    // Fatal alert: protocol version.
    expect(await client.answer).toBe(Buffer.from('15030100020246', 'hex').toString());
    expect(runsOfC()).toBe(0);
  });

  test('a client that sends random bytes gets the answer that they are no line', async () => {
    for (const seed of [1, 2, 3]) {
      expect(await sendLine(port, pseudoRandomBytes(seed, 4096))).toBe(
        'The line is no valid UTF-8.\n',
      );
    }
    expect(runsOfC()).toBe(0);
  });

  test('a client that leaves at once, before or within its line, harms nobody', async () => {
    for (const beginning of ['', 'PRI', '-lang=sh ec', '{"code"']) {
      const client = await LineClient.connect(port);
      client.write(beginning);
      client.socket.resetAndDestroy();
    }
  });

  test('a gRPC client whose first bytes come one by one is served', async () => {
    const slow = await dripFirstBytes(port, 24);
    const client = createClient(ExecutorServiceService, { target: `127.0.0.1:${slow.port}` });
    const program = Program.fromPartial({ language: 'sh', code: 'echo slow' });
    const { result } = await client.execute({ program }, { timeoutMs: 10_000 });
    expect(result && outputOf(result)).toBe('slow\n');
    client.close();
    slow.close();
  });

  test('a client that begins as gRPC and continues with garbage gets GOAWAY and is disconnected', async () => {
    const client = await LineClient.connect(port);
    client.write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    client.write(pseudoRandomBytes(4, 4096));
    const frames = http2Frames(Buffer.from(await client.answer));
    expect(frames.map(({ type }) => type)).toEqual([http2.settings, http2.goAway]);
    // No request of it was ever one.
    expect(frames.at(-1)?.payload.readUInt32BE(0)).toBe(0);
    expect(runsOfC()).toBe(0);
  });

  test('the program of a line client that goes away is cancelled', async () => {
    const client = await LineClient.connect(port);
    client.write('-lang=sh sleep 60\n');
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    client.socket.resetAndDestroy();
    await waitFor('the end of the program', async () => (await system.running()) === 0, 2000);
  });

  test('the program of a gRPC client that goes away is cancelled', async () => {
    const leaving = new AbortController();
    const program = Program.fromPartial({ language: 'sh', code: 'sleep 60' });
    const call = system.executor.streamExecute({ program }, { signal: leaving.signal });
    await call.next();
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    leaving.abort();
    await waitFor('the end of the program', async () => (await system.running()) === 0, 2000);
  });

  test('the program of a gRPC client whose process dies is cancelled', async () => {
    const client = system.launch(system.programs.vmExec, { args: ['-lang=sh', 'sleep 60'] });
    await waitFor('the start of the program', async () => (await system.running()) === 1);
    await client.stop('SIGKILL');
    await waitFor('the end of the program', async () => (await system.running()) === 0, 2000);
  });

  test('the program of a gRPC client whose deadline passes is cancelled', async () => {
    const program = Program.fromPartial({ language: 'sh', code: 'sleep 60' });
    const error = await system.executor
      .execute({ program }, { timeoutMs: 300 })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await waitFor('the end of the program', async () => (await system.running()) === 0, 2000);
  });

  test('fifty clients at once are all answered', async () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const answers = await Promise.all(numbers.map((i) => sendLine(port, `-lang=sh echo ${i}`)));
    expect(answers).toEqual(numbers.map((i) => `${i}\n`));
  });
});

describe('a gRPC request', () => {
  test('a gRPC request with code over the limit is rejected with the field', async () => {
    const error = await system.errorOf('x'.repeat(maxCodeBytes + 1));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.violations).toMatchObject([
      {
        field: 'program.code',
        description: `is ${maxCodeBytes + 1} bytes; at most ${maxCodeBytes} are allowed`,
      },
    ]);
  });

  test('a gRPC request larger than any program is rejected with the limit, and not to be repeated', async () => {
    const error = await system.errorOf('x'.repeat(4 * 1024 * 1024));
    expect(error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'MESSAGE_TOO_LARGE',
      metadata: { execution: 'NOT_STARTED', limit: String(maxCodeBytes + 2 * 1024 * 1024) },
      retryDelayMs: undefined,
    });
  });

  test('a gRPC request without a program is rejected with the field', async () => {
    const error = await system.executor
      .execute({ program: undefined }, { timeoutMs: 10_000 })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [{ field: 'program', description: 'is required' }],
    });
  });

  test.each<[string, Partial<Program>, string]>([
    ['too long a time', { timeLimit: { seconds: 11n, nanos: 0 } }, 'program.time_limit'],
    ['no time', { timeLimit: { seconds: 0n, nanos: 0 } }, 'program.time_limit'],
    ['a negative time', { timeLimit: { seconds: -1n, nanos: 0 } }, 'program.time_limit'],
    ['too much output', { maxOutputBytes: 1n << 40n }, 'program.max_output_bytes'],
    ['a malformed variable', { environment: { 'a b': '' } }, 'program.environment'],
    ['a NUL in an option', { options: ['ok', 'a\0b'] }, 'program.options[1]'],
    ['a long request id', { requestId: 'x'.repeat(129) }, 'program.request_id'],
  ])('a gRPC request for %s is rejected with the field', async (_, more, field) => {
    const error = await system.errorOf('echo x', more);
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });
});

/** Programs that were run without a language: the default is C, and no test here asks for it. */
function runsOfC(): number {
  const log = system.service('executor').output().split('\n');
  return log.filter((line) => line.includes('"language":"c11"')).length;
}

/** What a TLS client says first: handshake, version 1.0, ClientHello, version 1.2, random bytes (with a line's end). */
const tlsClientHello = Buffer.concat([
  Buffer.from('16030100c8010000c40303', 'hex'),
  Buffer.from('0123456789\n'.repeat(18)),
]);

/** Types of frames (RFC 9113, section 6). */
const http2 = { settings: 4, goAway: 7 };

/** What a server of HTTP/2 has said: each frame has a length of 3 bytes, a type, flags and the 4 bytes of a stream. */
function http2Frames(bytes: Buffer): { type: number; payload: Buffer }[] {
  const headBytes = 9;
  const frames: { type: number; payload: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + headBytes + bytes.readUIntBE(at, 3);
    frames.push({ type: bytes.readUInt8(at + 3), payload: bytes.subarray(at + headBytes, end) });
    at = end;
  }
  return frames;
}

/** A port that forwards to another, the first bytes one by one. */
async function dripFirstBytes(target: number, count: number) {
  const listener = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
    server.pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
    const forward = async (first: Buffer) => {
      for (const byte of first.subarray(0, count)) {
        await new Promise((resolve) => server.write(Buffer.of(byte), resolve));
        await new Promise(setImmediate);
      }
      server.write(first.subarray(count));
      client.pipe(server);
    };
    client.once('data', (first: Buffer) => {
      client.pause();
      void forward(first);
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return { port: address.port, close: () => listener.close() };
}

/** The same bytes in each run (xorshift). */
function pseudoRandomBytes(seed: number, length: number): Buffer {
  let state = seed * 2654435761;
  return Buffer.from(
    Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    }),
  );
}
