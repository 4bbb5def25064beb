import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isAnswered } from '../../../services/lib/rpc/listener.js';
import { startGuest } from '../../support/guest.js';
import { freePorts } from '../../support/ports.js';
import { TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

let system: TestSystem;

beforeAll(async () => {
  system = await TestSystem.create({ PBOTVM_TIMEOUT: '1' });
  await system.startAll();
});

afterAll(() => system.stop());

type Options = Parameters<TestSystem['command']>[2];
const exec = (words: readonly string[], options?: Options) =>
  system.command(system.programs.vmExec, words, options);
const client = (words: readonly string[], options?: Options) =>
  system.command(system.programs.vmClient, words, options);

/** A PATH on which the guest finds one language, and no others to ask for their versions. */
async function onlySh(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-path-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const name of ['sh', 'readlink']) {
    await symlink(`/usr/bin/${name}`, join(directory, name));
  }
  return directory;
}

/** Where neither an Executor answers nor a machine. */
async function nowhere() {
  const [server, serial] = await freePorts(2);
  return { PBOTVM_SERVER: String(server), PBOTVM_SERIAL: String(serial) };
}

describe('vm-exec', () => {
  test('vm-exec prints what the program prints, and its own log on standard error', async () => {
    const { stdout, stderr, exitCode } = await exec(['-lang=sh', 'echo', 'hello', 'world']);
    expect(stdout).toBe('hello world\n');
    expect(stderr).toMatch(/vm-exec: execution .* on pbot-vm/);
    expect(exitCode).toBe(0);
  });

  test('vm-exec ends with the exit code of the program', async () => {
    expect((await exec(['-lang=sh', 'exit 42'])).exitCode).toBe(42);
  });

  test('vm-exec ends with 128 and the number of the signal that ended the program', async () => {
    expect((await exec(['-lang=sh', 'kill -TERM $$'])).exitCode).toBe(128 + 15);
    const { exitCode, stderr } = await exec(['-lang=bash', 'kill -RTMIN+3 $$']);
    expect(exitCode).toBe(128 + 37);
    expect(stderr).toContain(', SIGRTMIN+3');
  });

  test('vm-exec hands its standard input on', async () => {
    const { stdout } = await exec(['-lang=sh', 'wc -c'], { input: 'x'.repeat(300_000) });
    expect(stdout.trim()).toBe('300000');
  });

  test('vm-exec prefers the input of the command line', async () => {
    const { stdout } = await exec(['-lang=sh', 'cat', '-stdin', 'typed'], { input: 'piped' });
    expect(stdout).toBe('typed\n');
  });

  test('vm-exec hands the arguments of the program on', async () => {
    const { stdout } = await exec(['-lang=sh', '-args', 'one "two three"', 'echo "$2"']);
    expect(stdout).toBe('two three\n');
  });

  test('vm-exec keeps standard error apart', async () => {
    const { stdout, stderr } = await exec(['-lang=sh', 'echo out; echo err >&2']);
    expect(stdout).toBe('out\n');
    expect(stderr).toContain('err\n');
  });

  test('vm-exec takes files along, the code too, and puts what comes back where its option says', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-exec-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, 'main.sh'), '. ./lib.sh; mkdir out; hello > out/greeting');
    await writeFile(join(directory, 'lib.sh'), 'hello() { echo hello; }');
    const out = join(directory, 'back');
    const { stderr, exitCode } = await exec([
      ...['main.sh', 'lib.sh'].map((name) => `--file=${join(directory, name)}`),
      ...['--output-file', 'out/*', '--output-directory', out, '-lang=sh'],
    ]);
    expect(stderr).toContain('"out/greeting": 6 bytes');
    expect(exitCode).toBe(0);
    expect(await readFile(join(out, 'out/greeting'), 'utf8')).toBe('hello\n');
    const missing = await exec(['--file', '/no/such/file', '-lang=sh', 'true']);
    expect(missing.stderr).toContain("/no/such/file can't be read");
    expect(missing.exitCode).toBe(125);
  });

  test('vm-exec keeps to the exit code of the program where a file can not be put, and puts the others', async () => {
    const out = await mkdtemp(join(tmpdir(), 'pbot-vm-exec-'));
    onTestFinished(() => rm(out, { recursive: true, force: true }));
    await mkdir(join(out, 'b'));
    const run = (code: string) =>
      exec(['--output-file', '*', '--output-directory', out, '-lang=sh', code]);
    const done = await run('for f in a b c; do echo $f > $f; done');
    expect(done.stderr).toMatch(/vm-exec: "b" can't be written: /);
    expect(done.exitCode).toBe(74);
    expect(await readFile(join(out, 'a'), 'utf8')).toBe('a\n');
    expect(await readFile(join(out, 'c'), 'utf8')).toBe('c\n');
    expect((await run('echo > b; exit 3')).exitCode).toBe(3);
  });

  test('vm-exec shows the command that runs so that no word of it can do anything to a terminal', async () => {
    const { stderr } = await exec(['-lang=sh', '-args', 'it\u001b[2Jis', 'true']);
    expect(stderr).toMatch(/vm-exec: run: sh .*'it\\u001b\[2Jis'/);
  });

  test('vm-exec lists the languages', async () => {
    const { stdout, exitCode } = await exec(['-lang=?']);
    expect(stdout).toBe('Supported languages are: bash, c11, c2x, c89, c99, sh\n');
    expect(exitCode).toBe(0);
  });

  test('vm-exec ends with 125 where the language is unknown, and reports which there are', async () => {
    const { stdout, stderr, exitCode } = await exec(['-lang=qbasic', 'x']);
    expect(stdout).toBe('');
    expect(stderr).toContain("Language 'qbasic' is not supported.");
    expect(exitCode).toBe(125);
  });

  test('vm-exec tries a guest by itself with --direct, and where PBOTVM_SERIAL alone is set', async () => {
    const [data, heart, server] = (await freePorts(3)) as [number, number, number];
    const programPath = system.programs.guestServer;
    const guest = await startGuest({ data, heart }, { programPath, searchPath: await onlySh() });
    try {
      await waitFor('the guest', () => isAnswered({ kind: 'tcp', host: '127.0.0.1', port: data }));
      const tries = [
        { words: ['--direct'], PBOTVM_SERVER: String(server) },
        { words: [], PBOTVM_SERVER: '', PBOTVM_DOMAIN: '' },
      ];
      for (const { words, ...variables } of tries) {
        const environment = { ...variables, PBOTVM_SERIAL: String(data) };
        const answer = await exec([...words, '-lang=sh', 'echo', 'hello'], { environment });
        expect(answer.stderr).toContain('without an Executor');
        const name = 'PBOTVM_DOMAIN' in variables ? `127.0.0.1:${data}` : 'pbot-vm';
        expect(answer.stderr).toContain(` on ${name}, generation`);
        expect(answer.stdout).toBe('hello\n');
        expect(answer.exitCode).toBe(0);
      }
    } finally {
      await guest.stop();
    }
  });

  test('vm-exec ends with 125 where no Executor answers, and reports what to do', async () => {
    const environment = await nowhere();
    const { stderr, exitCode } = await exec(['-lang=sh', 'x'], { environment });
    expect(stderr).toMatch(/no Executor answers at 127\.0\.0\.1:\d+: start vm-server/);
    expect(exitCode).toBe(125);
    const direct = await exec(['--direct', '-lang=sh', 'x'], { environment });
    expect(direct.stderr).toMatch(/no machine answers at 127\.0\.0\.1:\d+: start it/);
    expect(direct.exitCode).toBe(125);
  });

  test('vm-exec does not run a program elsewhere while its Executor is away', async () => {
    // The machine answers at its PBOTVM_SERIAL.
    const [server] = (await freePorts(1)) as [number];
    const environment = { PBOTVM_SERVER: String(server) };
    const { stdout, stderr, exitCode } = await exec(['-lang=sh', 'echo ran'], { environment });
    expect(stdout).toBe('');
    expect(stderr).not.toContain('without an Executor');
    expect(exitCode).toBe(125);
  });

  test('vm-exec ends with 2 for wrong usage: no code, a variable that can not be used', async () => {
    const withoutCode = await exec(['-lang=sh']);
    expect(withoutCode.stderr).toContain('Usage: vm-exec ');
    expect(withoutCode.stderr).not.toContain('cc [');
    expect(withoutCode.exitCode).toBe(2);
    const wrongPort = await exec(['x'], { environment: { PBOTVM_SERVER: 'x' } });
    expect(wrongPort.stderr).toContain('PBOTVM_SERVER');
    expect(wrongPort.exitCode).toBe(2);
  });

  test('vm-exec explains itself', async () => {
    const { stdout, exitCode } = await exec(['--help']);
    expect(stdout).toMatch(/^Usage: vm-exec .*PBOTVM_SERVER/s);
    expect(exitCode).toBe(0);
  });

  test('vm-exec passes Ctrl-C on: the program is cancelled, and it ends with 130', async () => {
    const child = exec(['-lang=sh', 'echo begun; sleep 60']);
    child.stdout.setEncoding('utf8');
    const [begun] = (await once(child.stdout, 'data')) as [string];
    expect(begun).toBe('begun\n');
    child.kill('SIGINT');
    expect((await child).exitCode).toBe(130);
    await waitFor('the end of the program', async () => (await system.running()) === 0);
    expect(system.machine.reverts).toBe(0);
  });

  test('vm-exec does not wait for the end of an input that nobody reads', async () => {
    // A pipe that stays open, as a terminal would, or the standard input of a service.
    const child = exec(['-lang=sh', 'echo done'], {});
    expect((await child).stdout).toBe('done\n');
    const holder = spawn('sleep', ['30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const held = spawn(process.execPath, [system.programs.vmExec, '-lang=sh', 'echo done'], {
      env: { ...process.env, PBOTVM_SERVER: String(system.ports.executor) },
      stdio: [holder.stdout, 'ignore', 'ignore'],
    });
    const [exitCode] = (await once(held, 'exit')) as [number];
    holder.kill();
    expect(exitCode).toBe(0);
  });

  test('vm-exec and vm-client wait for an Executor that comes late, and the program gets all of its input', async () => {
    await system.service('executor').stop();
    const late = exec(['-lang=sh', 'wc -c'], { input: 'x'.repeat(100_000) });
    const lateClient = client(['-lang=sh', 'echo late']);
    system.start('executor');
    const { stdout, exitCode } = await late;
    expect(stdout.trim()).toBe('100000');
    expect(exitCode).toBe(0);
    expect((await lateClient).stdout).toBe('late\n');
    await system.serving();
  });

  test('vm-exec ends with 124 where the program has passed a limit', async () => {
    const { stdout, stderr, exitCode } = await exec(['-lang=sh', 'echo part; sleep 60']);
    expect(stdout).toBe('part\n');
    expect(stderr).toContain('ended by wall time');
    expect(exitCode).toBe(124);
    await system.serving();
  });
});

describe('vm-client', () => {
  test("vm-client takes PBot's JSON", async () => {
    const request = { lang: 'sh', code: 'echo hello', nick: 'me', channel: '#c' };
    const { stdout, stderr, exitCode } = await client([JSON.stringify(request)]);
    expect(stdout).toBe('hello\n');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  test('vm-client takes a plain command line', async () => {
    expect((await client(['-lang=sh', 'echo', 'hello', 'world'])).stdout).toBe('hello world\n');
  });

  test('vm-client answers as the port does, with exit code 0', async () => {
    const { stdout, exitCode } = await client(['-lang=qbasic', 'x']);
    expect(stdout).toMatch(/^Language 'qbasic' is not supported.\nSupported languages are: /);
    expect(exitCode).toBe(0);
    expect((await client(['-lang=?'])).stdout).toBe(
      "Language '?' is not supported.\nSupported languages are: bash, c11, c89, c99, sh\n",
    );
    expect((await client(['-lang=sh', 'exit 3'])).stdout).toBe('Exit code 3.\n');
  });

  test('vm-client says on standard output where no Executor answers', async () => {
    const { stdout, stderr, exitCode } = await client(['x'], { environment: await nowhere() });
    expect(stdout).toMatch(/^No Executor answers at 127.0.0.1:\d+: vm-server is not running.\n$/);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  test('vm-client takes the first of several Executors that is there', async () => {
    const { PBOTVM_SERVER } = await nowhere();
    const servers = `${PBOTVM_SERVER},127.0.0.1:${system.ports.executor}`;
    const environment = { PBOTVM_SERVER: servers };
    expect((await client(['-lang=sh', 'echo there'], { environment })).stdout).toBe('there\n');
  });

  test('vm-client takes address and port as the newest PBot has them', async () => {
    const environment = {
      PBOTVM_SERVER: '',
      PBOTVM_ADDR: '127.0.0.1',
      PBOTVM_PORT: String(system.ports.executor),
    };
    expect((await client(['-lang=sh', 'echo there'], { environment })).stdout).toBe('there\n');
  });

  test('vm-client sends code of several lines as it is', async () => {
    expect((await client(['-lang=sh', 'echo one\necho two'])).stdout).toBe('one\ntwo\n');
  });

  test('vm-client ends with 2 for a variable that can not be used', async () => {
    const { stderr, exitCode } = await client(['x'], { environment: { PBOTVM_SERVER: 'soon' } });
    expect(stderr).toContain('PBOTVM_SERVER');
    expect(exitCode).toBe(2);
  });
});
