import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { noLimits } from '../../../../guest/server/execution/limits.js';
import type { OutputReader } from '../../../../guest/server/execution/output-reader.js';
import type { Sandbox, SandboxSlot } from '../../../../guest/server/sandbox/sandbox.js';
import type { Worker, WorkerProgram } from '../../../../guest/server/sandbox/worker.js';
import type { Supervisor, WorkerProcess } from '../../../../guest/server/supervisor/supervisor.js';
import { outcomeOf } from '../../../../guest/server/supervisor/worker-end.js';
import { waitFor } from '../../../support/wait.js';
import { startSupervisor, unconfinedSlot } from '../unconfined-sandboxes.js';

let directory: string;
let workingDirectory: string;
let supervisor: Supervisor;
let slot: SandboxSlot;
let sandbox: Sandbox;
let worker: Worker;

const failures: string[] = [];

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'pbot-vm-worker-')));
  workingDirectory = join(directory, 'work');
  supervisor = startSupervisor({ onFailure: noteFailure });
  slot = unconfinedSlot(supervisor, directory);
  sandbox = await slot.open();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeEach(async () => {
  worker = await sandbox.takeWorker();
});

afterEach(async () => {
  vi.restoreAllMocks();
  sandbox = await slot.replace(sandbox);
});

function noteFailure(error: Error): void {
  failures.push(error.message);
}

function start(program: Partial<WorkerProgram>): void {
  worker.start({
    command: ['true'],
    workingDirectory,
    environment: { PATH: '/usr/bin:/bin' },
    limits: noLimits,
    ...program,
  });
}

const outcome = async () => (await worker.ended).outcome;

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args];

function textOf(reader: OutputReader, onChunk?: () => void): Promise<string> {
  const text = laterTextOf(reader, onChunk);
  reader.stream();
  return text;
}

async function laterTextOf(reader: OutputReader, onChunk?: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  await reader.read((chunk) => {
    chunks.push(Buffer.from(chunk));
    onChunk?.();
    return true;
  });
  return Buffer.concat(chunks).toString('utf8');
}

/** Resolves at the first chunk, and goes on to read. */
function beginsToPrint(reader: OutputReader): Promise<void> {
  return new Promise((resolve) => void textOf(reader, resolve));
}

/** What the program prints on its standard output, which is read while it runs. */
async function outputOf(program: Partial<WorkerProgram>): Promise<string> {
  start(program);
  const output = textOf(worker.stdout);
  void textOf(worker.stderr);
  worker.stdin.end();
  await worker.ended;
  return await output;
}

describe('an armed worker', () => {
  it('an armed worker that is killed ends by SIGKILL', async () => {
    worker.signal('SIGKILL');
    await expect(outcome()).resolves.toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  });

  it('a worker runs one program only', () => {
    start({});
    expect(() => start({})).toThrow('one program only');
  });
});

describe('a program in a worker', () => {
  it('a program has two separate output streams and its own exit code', async () => {
    start({ command: sh('echo out; echo err >&2; exit 3') });
    const streams = Promise.all([textOf(worker.stdout), textOf(worker.stderr)]);
    await expect(outcome()).resolves.toEqual({ kind: 'exited', exitCode: 3 });
    await expect(streams).resolves.toEqual(['out\n', 'err\n']);
  });

  it('what a program has printed can be read when it has ended', async () => {
    start({ command: sh('echo out; echo err >&2') });
    const streams = [worker.stdout, worker.stderr].map((reader) => ({
      reader,
      text: laterTextOf(reader),
    }));
    await worker.ended;
    for (const { reader } of streams) reader.empty();
    expect(await Promise.all(streams.map(({ text }) => text))).toEqual(['out\n', 'err\n']);
  });

  it('what a process prints that has left its program is read too, where the program has ended before', async () => {
    const left = 'touch left; until [ -e go ]; do sleep 0.01; done; echo late';
    const program = `setsid sh -c '${left}' & until [ -e left ]; do sleep 0.01; done; echo early`;
    start({ command: sh(program) });
    const text = laterTextOf(worker.stdout);
    await worker.ended;
    worker.stdout.empty();
    writeFileSync(join(workingDirectory, 'go'), '');
    expect(await text).toBe('early\nlate\n');
  });

  it('a program reads its input to the end', async () => {
    start({ command: ['cat'] });
    const output = textOf(worker.stdout);
    worker.stdin.write(Buffer.from('one '));
    worker.stdin.write(Buffer.from('two'));
    worker.stdin.end();
    await expect(output).resolves.toBe('one two');
  });

  it('a program gets each word unchanged, whatever a shell would make of it', async () => {
    const words = ["it's", '$HOME "x"', 'a\nb', '', '*', '-n', '\\', 'last line\n'];
    const output = await outputOf({ command: ['printf', '[%s]', ...words] });
    expect(output).toBe(words.map((word) => `[${word}]`).join(''));
  });

  it('a program with an environment gets its words unchanged too', async () => {
    const environment = {
      PATH: '/usr/bin:/bin',
      GREETING: "a 'quoted'\n$HOME",
      IFS: 'z',
      'A.B': 'x=y',
    };
    const output = await outputOf({
      command: sh('printf "%s|" "$GREETING" "$1"', "it's"),
      environment,
    });
    expect(output).toBe("a 'quoted'\n$HOME|it's|");
  });

  it('a program runs in its working directory', async () => {
    expect(await outputOf({ command: ['pwd'] })).toBe(`${workingDirectory}\n`);
  });

  it('a program finds a file that was written before its start', async () => {
    const content = Buffer.alloc(300_000, 'line\n');
    sandbox.writeFiles([{ path: 'program.txt', content, executable: false }]);
    expect(await outputOf({ command: ['wc', '-c', 'program.txt'] })).toBe('300000 program.txt\n');
  });

  it('a program finds files in directories, and may execute those that are marked as executable', async () => {
    const script = Buffer.from('#!/bin/sh\necho "hello from $0"\n');
    const data = Buffer.from('data');
    sandbox.writeFiles([
      { path: 'a/b/script', content: script, executable: true },
      { path: 'a/data', content: data, executable: false },
      { path: 'a/b/empty', content: Buffer.alloc(0), executable: false },
    ]);
    const command = sh(
      'a/b/script; a/data 2>/dev/null; echo $?; touch a/b/new && wc -c < a/b/empty',
    );
    expect(await outputOf({ command })).toBe('hello from a/b/script\n126\n0\n');
  });

  it("a program has no variable of the server's environment", async () => {
    expect(await outputOf({ command: ['env'] })).toBe('PATH=/usr/bin:/bin\n');
  });

  it('a program has no open file descriptor besides its standard streams', async () => {
    const output = await outputOf({ command: sh('(: >&3) 2>/dev/null && echo open || echo shut') });
    expect(output).toBe('shut\n');
  });

  it('a program may open its standard streams like files, even an input that has ended', async () => {
    await new Promise<void>((resolve) => worker.stdin.write(Buffer.from('in\n'), resolve));
    worker.stdin.end();
    expect(await outputOf({ command: sh('echo hello > /dev/stdout; cat /dev/stdin') })).toBe(
      'hello\nin\n',
    );
  });

  it('a program has the limits that it was given, and cannot raise them', async () => {
    const limits = { ...noLimits, cpuMs: 2500, fileBytes: 8192, openFiles: 20 };
    const show = 'ulimit -t; ulimit -f; ulimit -n; ulimit -n 21 2>/dev/null || echo refused';
    expect(await outputOf({ command: sh(show), limits })).toBe('3\n16\n20\nrefused\n');
  });

  it('a program that writes too large a file ends by SIGXFSZ', async () => {
    const limits = { ...noLimits, fileBytes: 10 };
    start({ command: sh('echo much too long >file'), limits });
    await expect(outcome()).resolves.toEqual({ kind: 'signalled', signal: 'SIGXFSZ' });
  });

  it('a program dumps no core', async () => {
    expect(await outputOf({ command: sh('ulimit -c') })).toBe('0\n');
  });

  it('a program that does not exist ends with 127 and a message', async () => {
    start({ command: ['no-such-program'] });
    const message = textOf(worker.stderr);
    await expect(outcome()).resolves.toEqual({ kind: 'exited', exitCode: 127 });
    await expect(message).resolves.toBe('no-such-program: not found\n');
  });

  it.each([
    ['is not executable', { command: ['./program.sh'] }],
    ['has no working directory', { workingDirectory: '/no/such/directory' }],
  ])('a program that %s ends with 126', async (_, program) => {
    writeFileSync(join(workingDirectory, 'program.sh'), 'echo never', { mode: 0o600 });
    start(program);
    await expect(outcome()).resolves.toEqual({ kind: 'exited', exitCode: 126 });
  });

  it('a program that exits with 139 is not mistaken for one that ends by SIGSEGV', async () => {
    start({ command: sh('exit 139') });
    await expect(outcome()).resolves.toEqual({ kind: 'exited', exitCode: 139 });
  });

  it('a program starts with no signal blocked or ignored', async () => {
    // Of the shell's own process, which blocks all for a moment while it starts another.
    const signals = await outputOf({
      command: sh('exec grep -E "Sig(Blk|Ign)" /proc/self/status'),
    });
    expect(signals).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
  });

  it('a program that ends by a signal is reported with that signal', async () => {
    start({ command: sh('kill -SEGV $$') });
    await expect(outcome()).resolves.toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });

  it('a program gets the signals that are sent to its worker', async () => {
    start({ command: sh('trap "exit 5" TERM; echo armed; while :; do sleep 0.02; done') });
    await beginsToPrint(worker.stdout);
    worker.signal('SIGTERM');
    await expect(outcome()).resolves.toEqual({ kind: 'exited', exitCode: 5 });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'a shell ends with %s at once, though it waits for another program',
    async (signal) => {
      // `cat` itself answers: a shell may lose a signal while it starts a program.
      start({ command: sh('cat; echo after') });
      worker.stdin.write(Buffer.from('waiting\n'));
      const output = textOf(worker.stdout, () => worker.signal(signal));
      await expect(outcome()).resolves.toEqual({ kind: 'signalled', signal });
      await expect(output).resolves.toBe('waiting\n');
    },
  );

  it('a signal reaches what a shell has put into a process group of its own', async () => {
    start({ command: ['bash', '-m', '-c', 'trap "exit 5" INT; cat; echo after'] });
    worker.stdin.write(Buffer.from('waiting\n'));
    const output = textOf(worker.stdout, () => worker.signal('SIGINT'));
    await expect(outcome()).resolves.toEqual({ kind: 'exited', exitCode: 5 });
    await expect(output).resolves.toBe('waiting\n');
  });

  it('a write to a program that has closed its input does not fail', async () => {
    start({ command: sh('exec <&-; echo closed; cat >/dev/null 2>&1; sleep 0.05') });
    await beginsToPrint(worker.stdout);
    await new Promise<void>((resolve) => worker.stdin.write(Buffer.alloc(1_000_000), resolve));
    await expect(outcome()).resolves.toMatchObject({ kind: 'exited' });
  });

  it('a program is killed together with all processes that it has started', async () => {
    start({ command: sh('sleep 1000 & sleep 1000 & echo started; wait') });
    let hasPrinted: () => void = () => undefined;
    const printed = new Promise<void>((resolve) => {
      hasPrinted = resolve;
    });
    const output = textOf(worker.stdout, hasPrinted);
    await printed;
    worker.kill();
    await expect(outcome()).resolves.toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    // The output ends only when nobody holds it open any more.
    await expect(output).resolves.toBe('started\n');
  });

  it('no process that a program has left survives it', async () => {
    start({ command: sh('sleep 1000 & echo started') });
    const output = textOf(worker.stdout);
    await worker.ended;
    await expect(output).resolves.toBe('started\n');
  });
});

describe('a program on a terminal', () => {
  const size = { rows: 30, columns: 100 };

  async function startOnTerminal(script: string): Promise<() => string> {
    const terminal = await worker.openTerminal(size);
    start({ command: sh(script), terminal });
    let text = '';
    void worker.stdout.read((chunk) => {
      text += Buffer.from(chunk).toString('utf8');
      return true;
    });
    worker.stdout.stream();
    return () => text;
  }

  it('a program on a terminal has it as its standard streams and its controlling terminal', async () => {
    const text = await startOnTerminal('tty <&0; tty <&1; tty <&2; echo controls >/dev/tty');
    await worker.ended;
    await waitFor('the output', () => text().endsWith('controls\r\n'));
    expect(text()).toMatch(/^(\/dev\/pts\/\d+\r\n)\1\1controls\r\n$/);
  });

  it('the last output of a program on a terminal arrives though the program ends at once', async () => {
    const text = await startOnTerminal('seq 2000');
    await worker.ended;
    await waitFor('the end', () => text().endsWith('\r\n2000\r\n'));
  });

  it('a program on a terminal reads what is typed, which is echoed, and knows the size', async () => {
    const text = await startOnTerminal('read line; echo "got $line"; stty size');
    worker.stdin.write(Buffer.from('typed\n'));
    await worker.ended;
    await waitFor('the size', () => text() === 'typed\r\ngot typed\r\n30 100\r\n');
  });

  it('a program on a terminal gets SIGWINCH and the new size when it changes', async () => {
    const text = await startOnTerminal(
      'trap "stty size; exit 0" WINCH; echo armed; while :; do sleep 0.02; done',
    );
    await waitFor('the trap', () => text().includes('armed'));
    worker.resizeTerminal({ rows: 50, columns: 132 });
    await expect(outcome()).resolves.toEqual({ kind: 'exited', exitCode: 0 });
    await waitFor('the size', () => text().endsWith('50 132\r\n'));
  });

  it.each([
    ['after a line', 'data\n', 'data\r\ndata\r\nover\r\n'],
    ['in the middle of one', 'data', 'datadataover\r\n'],
    ['before any', '', 'over\r\n'],
  ])('a program on a terminal reads the end of its input %s', async (_, typed, printed) => {
    const text = await startOnTerminal('cat; echo over');
    if (typed !== '') worker.stdin.write(Buffer.from(typed));
    worker.stdin.end();
    await worker.ended;
    await waitFor('the output', () => text() === printed);
  });

  it('a signal goes to the foreground of a terminal, not to the shell that waits for it', async () => {
    const text = await startOnTerminal(
      'set -m; trap "echo shell" INT; sh -c "trap \\"echo child; exit 3\\" INT; echo armed; while :; do sleep 0.02; done"; echo "ended $?"',
    );
    await waitFor('the trap', () => text().includes('armed'));
    worker.signal('SIGINT');
    await worker.ended;
    await waitFor('the end', () => text().includes('ended 3'));
    expect(text()).toContain('child');
    expect(text()).not.toContain('shell');
  });

  it('a program on a terminal waits while nobody reads, and its output is complete', async () => {
    const terminal = await worker.openTerminal(size);
    start({ command: sh('seq 200000'), terminal });
    let printed = '';
    let isHeldBack = true;
    const read = worker.stdout.read((chunk) => {
      printed += Buffer.from(chunk).toString('utf8');
      return !isHeldBack;
    });
    worker.stdout.stream();
    await waitFor('the first output', () => printed.length > 0);
    isHeldBack = false;
    worker.stdout.resume();
    await worker.ended;
    await read;
    expect(printed.split('\r\n')).toHaveLength(200_001);
  });

  it('the output of a terminal ends when its program is killed', async () => {
    const terminal = await worker.openTerminal(size);
    start({ command: sh('echo up; sleep 1000'), terminal });
    let hasPrinted = false;
    const text = textOf(worker.stdout, () => {
      hasPrinted = true;
    });
    await waitFor('the output', () => hasPrinted);
    worker.kill();
    await worker.ended;
    await expect(text).resolves.toBe('up\r\n');
  });
});

describe('a worker that is lost before it has its command', () => {
  const runsIn = async (second: Worker) => {
    worker = second;
    expect(await outputOf({ command: sh('echo runs') })).toBe('runs\n');
  };

  it('a worker that is lost before its command is replaced when it is taken', async () => {
    const makeWorker = vi.spyOn(supervisor, 'makeWorker');
    await sandbox.armAhead();
    const armed = (await makeWorker.mock.results[0]?.value) as WorkerProcess;
    process.kill(armed.pid, 'SIGKILL');
    await armed.ended;
    await runsIn(await sandbox.takeWorker());
    expect(makeWorker).toHaveBeenCalledTimes(2);
  });

  it('a worker that ended before it was armed is replaced when it is taken', async () => {
    vi.spyOn(supervisor, 'makeWorker').mockRejectedValueOnce(new Error('the worker has ended'));
    await expect(sandbox.armAhead()).rejects.toThrow('has ended');
    await runsIn(await sandbox.takeWorker());
  });
});

describe('a sandbox', () => {
  it('a sandbox has a second worker for the program that its compiler has made', async () => {
    start({ command: sh('echo "echo made" >made') });
    await sandbox.armAhead();
    await worker.ended;
    worker = await sandbox.takeWorker();
    expect(await outputOf({ command: ['sh', 'made'] })).toBe('made\n');
  });

  it('a sandbox has a worker that sends the files that the program leaves', async () => {
    start({ command: sh('echo left >file') });
    await worker.ended;
    await sandbox.armAhead();
    worker = await sandbox.takeWorker();
    worker.sendFiles({ workingDirectory, maxFiles: 1, maxFileBytes: 100, globs: ['*'] });
    const sent = textOf(worker.stdout);
    await worker.ended;
    expect(await sent).toBe('\x04\0\x05\0\0\0fileleft\n\0\0\0\0\0\0');
  });

  it('a sandbox has four workers', async () => {
    for (let more = 0; more < 3; more += 1) await sandbox.armAhead();
    await expect(sandbox.armAhead()).rejects.toThrow('no more workers');
  });

  it('a sandbox that is replaced ends its processes, and the next one has none of its files', async () => {
    start({ command: sh('echo x >file; sleep 1000 & echo started; wait') });
    let hasPrinted: () => void = () => undefined;
    const printed = new Promise<void>((resolve) => {
      hasPrinted = resolve;
    });
    const output = textOf(worker.stdout, hasPrinted);
    await printed;
    sandbox = await slot.replace(sandbox);
    // The output ends only when nobody holds it open any more.
    await expect(output).resolves.toBe('started\n');
    worker = await sandbox.takeWorker();
    expect(await outputOf({ command: ['ls', '-A'] })).toBe('');
  });
});

describe('the supervisor', () => {
  it('a supervisor whose script is missing is reported as ended', async () => {
    failures.length = 0;
    startSupervisor({ scriptPath: '/no/such/file.py', onFailure: noteFailure });
    await waitFor('the failure', () => failures.length > 0);
    expect(failures).toEqual(['the supervisor failed: it has ended']);
  });

  it('a supervisor refuses a request that it cannot fulfil, and goes on', async () => {
    await expect(
      supervisor.syncClockAndReseed({ timeUs: -1n * 2n ** 80n, entropy: Buffer.alloc(32) }),
    ).resolves.toBe(false);
    expect((await supervisor.makeWorker(0)).pid).toBeGreaterThan(0);
  });
});

describe('a wait status', () => {
  it.each([
    [0, { kind: 'exited', exitCode: 0 }],
    [0x8b00, { kind: 'exited', exitCode: 139 }],
    [11, { kind: 'signalled', signal: 'SIGSEGV' }],
    [0x80 | 6, { kind: 'signalled', signal: 'SIGABRT' }],
    [0x80 | 37, { kind: 'signalled', signal: 'SIGRTMIN+3' }],
  ])('the wait status %i is read as %j', (waitStatus, outcome) => {
    expect(outcomeOf(waitStatus)).toEqual(outcome);
  });
});
