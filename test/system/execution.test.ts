import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { bufCurl } from '../support/buf-curl.js';
import { Clients, textOf } from '../support/clients.js';
import { sendLine } from '../support/line-client.js';
import { runProgram } from '../support/real-machine.js';
import { standardLanguages } from '../support/tested-languages.js';

const environment = inject('machine');
const port = environment['PBOTVM_SERVER'] as string;
const clients = new Clients(environment);

afterAll(() => clients.close());
beforeEach(async () => {
  await clients.ready();
});

describe('a machine that was set up by the one command', () => {
  test('a machine that was set up by the one command answers vm-exec with the output alone on stdout, and the log on stderr', async () => {
    const { exitCode, stdout, stderr } = await runProgram(
      'vm-exec',
      ['-lang=sh', 'echo', 'hello', 'world'],
      environment,
    );
    expect(stdout).toBe('hello world\n');
    expect(stderr).toContain('run: sh program.sh');
    expect(exitCode).toBe(0);
  });

  test('a machine that was set up by the one command gives vm-exec the exit code of the program and its standard input', async () => {
    const words = ['-lang=sh', 'read word; echo "got $word"; exit 7'];
    const { exitCode, stdout } = await runProgram('vm-exec', words, environment, 'data\n');
    expect(stdout).toBe('got data\n');
    expect(exitCode).toBe(7);
  });

  test('a machine that was set up by the one command answers PBot’s JSON line with text and closes the connection', async () => {
    const request = { lang: 'sh', code: 'echo hello', nick: 'me', channel: '#c' };
    expect(await sendLine(Number(port), JSON.stringify(request))).toBe('hello\n');
  });

  test('a machine that was set up by the one command answers a plain command line', async () => {
    expect(await sendLine(Number(port), '-lang=sh echo hello')).toBe('hello\n');
  });

  test('a machine that was set up by the one command answers vm-client as it answers a line', async () => {
    const request = { lang: 'sh', code: 'echo hello', nick: 'me', channel: '#c' };
    const { stdout } = await runProgram('vm-client', [JSON.stringify(request)], environment);
    expect(stdout).toBe('hello\n');
  });

  test('a machine that was set up by the one command answers an independent gRPC client that knows it by reflection only', async () => {
    const answer = await bufCurl(port, 'pbot.vm.v1.ExecutorService/Execute', {
      program: { language: 'sh', code: 'echo hello' },
    });
    expect(answer).toMatchObject({
      ok: true,
      response: {
        result: {
          language: 'sh',
          run: { exitCode: 0, stdout: { data: Buffer.from('hello\n').toString('base64') } },
        },
      },
    });
  });

  test('a machine that was set up by the one command reports to an independent client what is wrong with a request', async () => {
    const answer = await bufCurl(port, 'pbot.vm.v1.ExecutorService/Execute', {
      program: { language: 'qbasic', code: 'x' },
    });
    expect(answer).toMatchObject({ ok: false, grpcCode: 3 });
    const { details } = (answer as { error: { details: { value: string }[] } }).error;
    expect(Buffer.from(details[0]?.value ?? '', 'base64').toString()).toContain(
      'LANGUAGE_NOT_SUPPORTED',
    );
  });

  test('a machine that was set up by the one command has every language that it was asked for, each with a version', async () => {
    const answer = await bufCurl(port, 'pbot.vm.v1.ExecutorService/ListLanguages', {});
    const { languages } = (
      answer as { response: { languages: { name: string; version: string }[] } }
    ).response;
    // And those that its tools bring.
    expect(languages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(standardLanguages.map(({ name }) => name)),
    );
    for (const { version } of languages) expect(version).not.toBe('');
  });
});

describe('a program in the machine', () => {
  const sh = async (code: string) => {
    const { run } = await clients.execute({ code });
    return `${textOf(run?.stderr)}${textOf(run?.stdout)}`;
  };

  test('a program in the machine is the user vm without password, groups or capabilities', async () => {
    expect(await sh('id -un; id -Gn; grep CapEff /proc/self/status')).toBe(
      'vm\nvm\nCapEff:\t0000000000000000\n',
    );
    expect(await sh('sudo -n true; su -c true </dev/null')).toMatch(
      /not found[\s\S]*(failure|su:)/,
    );
  });

  test('a program in the machine has output pipes that hold 256 KiB, and addresses that are always the same', async () => {
    const getPipeSize = 1032;
    const pipes = `import fcntl; print(*(fcntl.fcntl(fd, ${getPipeSize}) for fd in (1, 2)))`;
    const { run } = await clients.execute({ language: 'python3', code: pipes });
    expect(textOf(run?.stdout)).toBe('262144 262144\n');
    const stack = 'grep stack /proc/self/maps | cut -d- -f1';
    expect(await sh(stack)).toBe(await sh(stack));
  });

  test.for(['zero', 'urandom'])(
    'a program in the machine prints bytes of any kind: /dev/%s',
    async (device) => {
      const { run } = await clients.execute({
        code: `head -c 1000000 /dev/${device} | tee copy; sha256sum copy | cut -c1-64 >&2`,
        maxOutputBytes: 2_000_000n,
      });
      const digest = createHash('sha256').update(run?.stdout?.data ?? Buffer.alloc(0));
      expect(textOf(run?.stderr)).toBe(`${digest.digest('hex')}\n`);
      expect(run?.stdout?.totalBytes).toBe(1_000_000n);
    },
  );

  test('a program in the machine is accounted for by its cgroup', async () => {
    const { run } = await clients.execute({
      code: 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; (sleep 0.1 & sleep 0.1 & wait)',
    });
    const cpuNanos = (run?.cpuUserTime?.nanos ?? 0) + (run?.cpuSystemTime?.nanos ?? 0);
    expect(cpuNanos).toBeGreaterThan(0);
    expect(run?.peakMemoryBytes).toBeGreaterThan(0n);
    expect(run?.peakProcesses).toBeGreaterThanOrEqual(3);
  });

  test('a program in the machine that is a fork bomb has a result, and the next one has its machine', async () => {
    const { run } = await clients.execute({
      code: 'f() { f | f & }; f; sleep 1; echo over',
      timeLimit: { seconds: 3n, nanos: 0 },
    });
    expect(run).toBeDefined();
    await clients.ready();
    expect(await sh('echo still here')).toBe('still here\n');
  });

  test('a program in the machine that takes all memory is reported so by the kernel’s own count', async () => {
    const code = 'x = []\nwhile True: x.append(bytearray(10_000_000))';
    const { run } = await clients.execute({ language: 'python3', code });
    expect(run?.limit).toBe(2);
    expect(await sh('echo still here')).toBe('still here\n');
  });
});
