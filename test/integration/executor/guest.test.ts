import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProgramRequest } from '../../../services/executor/admission/request.js';
import { createExecutor } from '../../../services/executor/create-executor.js';
import type { ExecutionEvent } from '../../../services/executor/execution/result.js';
import type { Executor } from '../../../services/executor/executor.js';
import type { Machine } from '../../../services/executor/machine/machine.js';
import { builtInLimits } from '../../../services/lib/config/limit-table.js';
import type { RpcError } from '../../../services/lib/rpc/error.js';
import { ChannelProxy } from '../../support/channel-proxy.js';
import { startGuest, type TestGuest } from '../../support/guest.js';
import { freePorts } from '../../support/ports.js';
import { waitFor } from '../../support/wait.js';

const log = pino({ level: 'silent' });
let guest: TestGuest;
let channel: ChannelProxy;
let machine: Machine;
let executor: Executor;
const reported: string[] = [];

beforeAll(async () => {
  const [data, heart] = (await freePorts(2)) as [number, number];
  guest = await startGuest({ data, heart });
  channel = await ChannelProxy.listen(data);
  executor = createExecutor({
    machines: [
      { name: 'pbot-vm', dataAddress: { kind: 'tcp', host: '127.0.0.1', port: channel.port } },
    ],
    isSingleUse: false,
    // In place of the Watchdog: remembers the fault and, as with PBOTVM_NOREVERT, lets the machine go on.
    reportFault: (fault) => {
      reported.push(fault.kind);
      return Promise.resolve('ignored');
    },
    limits: { maxCodeBytes: 1024 * 1024, timeLimitMs: 10_000, maxWaitMs: 0, table: builtInLimits },
    maxWaiting: 4,
    maxUnreadMs: 3000,
    log,
  });
  [machine] = executor.machines as [Machine];
  executor.applyWatchdogState('pbot-vm', { state: 'ready', generation: 1, isPristine: true });
  await waitFor('the guest', () => machine.isConnected);
});

afterAll(async () => {
  machine.closeSession();
  await channel.close();
  await guest.stop();
});

const forever = new AbortController().signal;

function sh(code: string, more: Partial<ProgramRequest> = {}): ProgramRequest {
  return {
    language: 'sh',
    code,
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

async function run(program: ProgramRequest, signal = forever) {
  await waitFor('a free machine', () => machine.freeSlots > 0);
  return await executor.execute({
    program,
    keepsOutput: true,
    client: { name: 'test', isKnown: false },
    sink: () => Promise.resolve(),
    signal,
  });
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8');

describe('a program on the guest server', () => {
  test('a program on the guest server prints on stdout and stderr apart and exits with its own code', async () => {
    const { run: phase, compile } = await run(sh('echo out; echo err >&2; exit 3'));
    expect(text(phase?.stdout.data)).toBe('out\n');
    expect(text(phase?.stderr.data)).toBe('err\n');
    expect(phase?.outcome).toEqual({ kind: 'exited', exitCode: 3 });
    expect(phase?.limit).toBeUndefined();
    expect(compile).toBeUndefined();
  });

  test('a program on the guest server runs once, though the channel repeats all that was said to the guest', async () => {
    const runs = join(await mkdtemp(join(tmpdir(), 'pbot-vm-runs-')), 'runs');
    channel.fromHost.length = 0;
    await run(sh('echo once >> "$1"', { arguments: [runs] }));
    const said = channel.fromHost.map(({ bytes }) => bytes);
    channel.fromGuest.length = 0;
    channel.sayToGuest(Buffer.concat(said));
    await waitFor('Refused', () => channel.fromGuest.some(({ kind }) => kind === 'refused'));
    const { run: phase } = await run(sh('cat "$1"; rm -r "${1%/*}"', { arguments: [runs] }));
    expect(text(phase?.stdout.data)).toBe('once\n');
  });

  test('a program on the guest server reads standard input, arguments and environment', async () => {
    const { run: phase } = await run(
      sh('cat; echo "$1|$2|$GREETING|$IFS" | head -1', {
        stdin: Buffer.from('from stdin\n'),
        arguments: ["it's", '$HOME "x"'],
        environment: { GREETING: "a 'quoted' \\ word", IFS: 'z' },
      }),
    );
    // A shell gives IFS its own value whatever the environment says.
    expect(text(phase?.stdout.data)).toBe(`from stdin\nit's|$HOME "x"|a 'quoted' \\ word| \t\n`);
  });

  test('a program on the guest server may open /dev/stdout and /dev/stderr like a file', async () => {
    const { run: phase } = await run(sh('echo a > /dev/stdout; echo b > /dev/stderr'));
    expect(text(phase?.stdout.data)).toBe('a\n');
    expect(text(phase?.stderr.data)).toBe('b\n');
  });

  test('a program on the guest server that is killed by a signal says which', async () => {
    const { run: phase } = await run(sh('kill -SEGV $$'));
    expect(phase?.outcome).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });

  test.each([
    ['sh', 'echo right', 'echo ran\nif fi'],
    ['bash', 'echo right', 'echo ran\na=(1'],
    ['python3', 'print("right")', 'print("ran")\nprint('],
    ['perl', 'print "right\\n";', 'print "ran";\nif (1) { ]'],
    ['javascript', 'console.log("right")', 'console.log("ran");\nlet;let 1'],
  ])(
    'code in %s is checked before it runs where the request asks for it',
    async (language, right, wrong) => {
      const good = await run(sh(right, { language, check: true, outputFiles: ['**'] }));
      expect(good.compile?.outcome).toEqual({ kind: 'exited', exitCode: 0 });
      expect(text(good.run?.stdout.data)).toBe('right\n');
      expect(good.files.map(({ path }) => path)).toEqual([expect.stringMatching(/^program\./)]);
      const bad = await run(sh(wrong, { language, check: true }));
      expect(bad.compile?.outcome).toMatchObject({
        kind: 'exited',
        exitCode: expect.not.closeTo(0),
      });
      expect(bad.run).toBeUndefined();
      const unchecked = await run(sh(right, { language }));
      expect(unchecked.compile).toBeUndefined();
    },
  );

  test('a check changes nothing for a program in a language that has a compiler', async () => {
    const code = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
    const plain = await run(sh(code, { language: 'c' }));
    const checked = await run(sh(code, { language: 'c', check: true }));
    // Each sandbox has its own directory for what is built.
    const words = (command: readonly string[] = []) =>
      command.map((word) => word.replace(/\d+-build/, 'build'));
    expect(words(checked.compile?.command)).toEqual(words(plain.compile?.command));
    expect(text(checked.run?.stdout.data)).toBe('hello\n');
  });

  test('a program on the guest server is compiled first where its language has a compiler', async () => {
    const code = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
    const result = await run(sh(code, { language: 'c' }));
    expect(result.language).toBe('c11');
    expect(result.compile?.outcome).toEqual({ kind: 'exited', exitCode: 0 });
    expect(result.compile?.command[0]).toBe('gcc');
    expect(text(result.run?.stdout.data)).toBe('hello\n');
  });

  test('a program on the guest server that does not compile has diagnostics and no run', async () => {
    const result = await run(sh('int main(void) { return x; }', { language: 'c11' }));
    expect(result.compile?.outcome).toEqual({ kind: 'exited', exitCode: 1 });
    expect(text(result.compile?.stderr.data)).toContain('error: ‘x’ undeclared');
    expect(result.run).toBeUndefined();
  });

  test('a program on the guest server that never ends has its partial output at its time limit, and the fault is reported', async () => {
    reported.length = 0;
    const { run: phase } = await run(sh('echo begun; sleep 60', { timeLimitMs: 300 }));
    expect(phase?.limit).toBe('wall time');
    expect(text(phase?.stdout.data)).toBe('begun\n');
    expect(reported).toEqual(['timed out']);
  });

  test('a program on the guest server that prints too much is ended with what fits', async () => {
    const { run: phase } = await run(sh('yes', { maxOutputBytes: 100_000 }));
    expect(phase?.limit).toBe('output');
    expect(phase?.stdout.data.length).toBe(100_000);
    expect(phase?.stdout.truncated).toBe(true);
  });

  test('a program on the guest server that leaves a background process behind ends all the same', async () => {
    const { run: phase } = await run(sh('sleep 60 & echo $!'));
    // Whoever waited for that process would meet the time limit before its end.
    expect(phase?.limit).toBeUndefined();
    expect(phase?.outcome).toEqual({ kind: 'exited', exitCode: 0 });
    const pid = Number(text(phase?.stdout.data));
    expect(pid).toBeGreaterThan(1);
    await waitFor('its end', () => !existsSync(`/proc/${pid}`));
  });

  test('a program on the guest server is cancelled when its client goes away', async () => {
    const controller = new AbortController();
    const pending = run(sh('echo begun; sleep 60'), controller.signal);
    await waitFor('the start', () => machine.running === 1);
    controller.abort();
    const { run: phase } = await pending;
    expect(phase?.limit).toBe('cancelled');
  });

  test('a program on the guest server of the largest size arrives whole', async () => {
    const padding = `# ${'x'.repeat(1000)}\n`.repeat(1000);
    const { run: phase } = await run(sh(`${padding}echo end`));
    expect(text(phase?.stdout.data)).toBe('end\n');
  });

  test('a program on the guest server gives its output while it runs, in order, and the end last', async () => {
    const events: ExecutionEvent[] = [];
    await waitFor('a free machine', () => machine.freeSlots > 0);
    const running = await executor.begin({
      program: sh('echo first; read line; echo "got $line"'),
      keepsOutput: false,
      client: { name: 'test', isKnown: false },
      sink: (event) => {
        events.push(event);
        return Promise.resolve();
      },
      signal: forever,
    });
    await waitFor('the first line', () => events.some((event) => event.kind === 'output'));
    await running.writeInput(Buffer.from('more\n'));
    running.endInput();
    const result = await running.result;
    expect(events.map((event) => event.kind)).toEqual([
      'started',
      'phase-started',
      'output',
      'output',
      'finished',
    ]);
    expect(result.run?.stdout).toEqual({
      data: Buffer.alloc(0),
      totalBytes: 'first\ngot more\n'.length,
      truncated: false,
      droppedBytes: 0,
      tail: Buffer.alloc(0),
    });
  });
});

describe('files of a program', () => {
  const file = (path: string, content: string | Uint8Array, executable = false) => ({
    path,
    data: Buffer.from(content as Uint8Array),
    executable,
  });
  const contents = (files: readonly { path: string; data: Uint8Array }[]) =>
    Object.fromEntries(files.map(({ path, data }) => [path, text(data)]));

  test('files of a program are there before it starts, and one of them is the code where there is none', async () => {
    const files = [
      file('bin/main.sh', 'bin/tool; cat data/in; echo "$0"'),
      file('bin/tool', '#!/bin/sh\necho tool\n', true),
      file('data/in', 'in\n'),
    ];
    const { run: phase } = await run(sh('', { files }));
    expect(text(phase?.stderr.data)).toBe('');
    expect(text(phase?.stdout.data)).toBe('tool\nin\nbin/main.sh\n');
    expect(phase?.command).toEqual(['sh', 'bin/main.sh']);
  });

  test('files of a program lie beside code that has its language’s own name', async () => {
    const { run: phase } = await run(
      sh('. ./lib.sh; hello', { files: [file('lib.sh', 'hello() { echo hello; }')] }),
    );
    expect(text(phase?.stdout.data)).toBe('hello\n');
  });

  test('files of a program are compiled together, with the headers that they include', async () => {
    const files = [
      file(
        'main.c',
        '#include <stdio.h>\n#include "lib/add.h"\nint main(void) { printf("%d\\n", add(2, 3)); return 0; }\n',
      ),
      file('lib/add.h', 'int add(int a, int b);\n'),
      file('lib/add.c', '#include "add.h"\nint add(int a, int b) { return a + b; }\n'),
    ];
    const result = await run(sh('', { language: 'c', files }));
    expect(text(result.compile?.stderr.data)).toBe('');
    expect(result.compile?.command.slice(0, 5)).toEqual([
      'gcc',
      '-o',
      result.run?.command[0],
      'main.c',
      'lib/add.c',
    ]);
    expect(text(result.run?.stdout.data)).toBe('5\n');
  });

  test('files of a program that leave no room for the code are refused with their field named', async () => {
    const error = (await run(sh('echo hi', { files: [file('program.sh', '')] })).catch(
      (each: unknown) => each,
    )) as RpcError;
    expect(error.reason).toBe('INVALID_REQUEST');
    expect(error.violations.map(({ field }) => field)).toEqual(['program.files[0].path']);
  });

  test('files of a program come back as they are, with whatever exit code it has', async () => {
    const bytes = randomBytes(300_000);
    const result = await run(
      sh('mkdir out; cp in out/copy; echo text > out/text; echo other > other; exit 3', {
        files: [file('in', bytes)],
        outputFiles: ['out/**', 'none'],
      }),
    );
    expect(result.run?.outcome).toEqual({ kind: 'exited', exitCode: 3 });
    expect(result.files.map(({ path }) => path)).toEqual(['out/copy', 'out/text']);
    expect(Buffer.from(result.files[0]?.data ?? []).equals(bytes)).toBe(true);
    expect(text(result.files[1]?.data)).toBe('text\n');
    expect(result.filesTruncated).toBe(false);
  });

  test('files of a program come back where they fit', async () => {
    const result = await run(
      sh('head -c 2000000 /dev/zero > a; head -c 200000 /dev/zero > b; echo small > c', {
        outputFiles: ['*'],
      }),
    );
    expect(result.files.map(({ path }) => path)).toEqual(['a', 'c', 'program.sh']);
    expect(result.filesTruncated).toBe(true);
  });

  test('files of a program that are links, pipes or directories do not come back', async () => {
    const result = await run(
      sh('ln -s /etc/passwd link; ln -s /etc etc; mkfifo fifo; mkdir dir; echo x > real', {
        outputFiles: ['link', 'etc/*', 'fifo', 'dir', 'real'],
      }),
    );
    expect(contents(result.files)).toEqual({ real: 'x\n' });
    expect(result.filesTruncated).toBe(false);
  });

  test('files of a program do not come back from one that its limit has ended, or that does not compile', async () => {
    const timedOut = { timeLimitMs: 300, outputFiles: ['*'] };
    const ended = await run(sh('echo x > a; sleep 60', timedOut));
    expect(ended).toMatchObject({ run: { limit: 'wall time' }, files: [], filesTruncated: false });
    const broken = await run(sh('int main', { language: 'c', outputFiles: ['*'] }));
    expect(broken).toMatchObject({ files: [], filesTruncated: false });
  });

  test('files of a program belong to it alone: the next one has none of them', async () => {
    await run(sh('echo x > mine', { files: [file('a', '')] }));
    const { files } = await run(sh('true', { outputFiles: ['**'] }));
    expect(files.map(({ path }) => path)).toEqual(['program.sh']);
  });
});

describe('output that is kept', () => {
  test('output that is kept is both ends of what was printed', async () => {
    const { run: phase } = await run(
      sh('seq 1000000', { maxOutputBytes: 16_000_000, maxKeptBytes: 20 }),
    );
    expect(text(phase?.stdout.data)).toBe('1\n2\n3\n4\n5\n');
    expect(text(phase?.stdout.tail)).toBe('9\n1000000\n'.slice(-10));
    expect(phase?.stdout).toMatchObject({
      totalBytes: 6_888_896,
      droppedBytes: 6_888_876,
      truncated: true,
    });
  });
});

describe('a client that reads slowly', () => {
  test('a client that reads slowly slows the program and makes nobody hold its output', async () => {
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    let received = 0;
    await waitFor('a free machine', () => machine.freeSlots > 0);
    const running = await executor.begin({
      program: sh('head -c 3000000 /dev/zero', { maxOutputBytes: 4_000_000 }),
      keepsOutput: false,
      client: { name: 'test', isKnown: false },
      sink: async (event) => {
        if (event.kind !== 'output') return;
        received += event.data.length;
        await blocked;
      },
      signal: forever,
    });
    running.endInput();
    await waitFor('the first output', () => received > 0);
    release();
    const result = await running.result;
    expect(received).toBe(3_000_000);
    expect(result.run?.stdout.totalBytes).toBe(3_000_000);
  });
});

describe('a request that can not be run', () => {
  const errorOf = async (program: ProgramRequest) => {
    const error: unknown = await run(program).catch((each: unknown) => each);
    return error as RpcError;
  };

  test('a request that can not be run for an unknown language names the languages that there are', async () => {
    const error = await errorOf(sh('x', { language: 'qbasic' }));
    expect(error.reason).toBe('LANGUAGE_NOT_SUPPORTED');
    expect(error.message).toMatch(
      /^Language 'qbasic' is not supported.\nSupported languages are: bash, /,
    );
    expect(error.metadata['execution']).toBe('NOT_STARTED');
  });

  test('a request that can not be run names each field that is wrong', async () => {
    const error = await errorOf(
      sh('', { arguments: ['a\0'], environment: { 'A-B': '' }, timeLimitMs: 11_000 }),
    );
    expect(error.violations.map((violation) => violation.field)).toEqual([
      'program.code',
      'program.arguments[0]',
      'program.environment',
      'program.time_limit',
    ]);
  });
});

describe('the queue', () => {
  test('the queue serves in order and refuses what it can not hold', async () => {
    await waitFor('a free machine', () => machine.freeSlots > 0);
    const ends: number[] = [];
    const begin = (i: number) =>
      executor
        .execute({
          program: sh(`echo ${i}`),
          keepsOutput: true,
          client: { name: 'test', isKnown: false },
          sink: () => Promise.resolve(),
          signal: forever,
        })
        .then(() => ends.push(i));
    const all = Array.from({ length: 6 }, (_, i) => begin(i));
    const last = (await all[5]?.catch((error: unknown) => error)) as RpcError;
    expect(last.reason).toBe('QUEUE_FULL');
    expect(last.retryDelayMs).toBeGreaterThan(0);
    await Promise.all(all.slice(0, 5));
    expect(ends).toEqual([0, 1, 2, 3, 4]);
  });
});
