import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lane, type LaneProgram, LaneSlot } from '../../../guest/server/lane.js';
import type { OutputReader } from '../../../guest/server/output-reader.js';
import { processGroupFences } from '../../../guest/server/process-group-fence.js';

let directory: string;
let slot: LaneSlot;
let lane: Lane;

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'pbot-vm-lane-')));
  slot = await LaneSlot.create({
    directory: join(directory, 'lane'),
    name: 'lane',
    shellPath: '/bin/sh',
    makeFence: processGroupFences,
  });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeEach(async () => {
  lane = await slot.arm();
});

afterEach(async () => {
  await lane.dissolve();
  lane.close();
});

function start(program: Partial<LaneProgram>): void {
  lane.start({
    command: ['true'],
    workingDirectory: directory,
    languageEnvironment: {},
    environment: {},
    ...program,
  });
}

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args];

async function textOf(reader: OutputReader, onChunk?: () => void): Promise<string> {
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
async function outputOf(program: Partial<LaneProgram>): Promise<string> {
  start(program);
  const output = textOf(lane.stdout);
  void textOf(lane.stderr);
  lane.stdin.end();
  await lane.ended;
  return await output;
}

describe('an armed lane', () => {
  it('waits', () => {
    expect(lane.isArmed).toBe(true);
  });

  it('that another program has killed says so', async () => {
    lane.signal('SIGKILL');
    await expect(lane.ended).resolves.toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    expect(lane.isArmed).toBe(false);
  });

  it('has pipes that nobody but the server gets to', () => {
    expect(statSync(join(directory, 'lane')).mode & 0o777).toBe(0o700);
  });

  it('ends when the server goes away', async () => {
    lane.close();
    await expect(lane.ended).resolves.toEqual({ kind: 'exited', exitCode: 0 });
  });
});

describe('a program in a lane', () => {
  it('has its two streams apart, and an exit code of its own', async () => {
    start({ command: sh('echo out; echo err >&2; exit 3') });
    const streams = Promise.all([textOf(lane.stdout), textOf(lane.stderr)]);
    await expect(lane.ended).resolves.toEqual({ kind: 'exited', exitCode: 3 });
    await expect(streams).resolves.toEqual(['out\n', 'err\n']);
  });

  it('reads its input to the end', async () => {
    start({ command: ['cat'] });
    const output = textOf(lane.stdout);
    lane.stdin.write('one ');
    lane.stdin.end('two');
    await expect(output).resolves.toBe('one two');
  });

  it('has each word as it is, whatever a shell would make of it', async () => {
    const words = ["it's", '$HOME "x"', 'a\nb', '', '*', '-n', '\\', 'last line\n'];
    const output = await outputOf({ command: ['printf', '[%s]', ...words] });
    expect(output).toBe(words.map((word) => `[${word}]`).join(''));
  });

  it('has its words as they are with an environment too', async () => {
    const environment = { GREETING: "a 'quoted'\n$HOME", IFS: 'z', 'A.B': 'x' };
    const output = await outputOf({
      command: sh('printf "%s|" "$GREETING" "$1"', "it's"),
      environment,
    });
    expect(output).toBe("a 'quoted'\n$HOME|it's|");
  });

  it('runs in its directory, which is its home', async () => {
    expect(await outputOf({ command: sh('pwd; echo "$HOME"') })).toBe(
      `${directory}\n${directory}\n`,
    );
  });

  it("has the language's environment, and the request's before it", async () => {
    const output = await outputOf({
      command: sh('echo "$ONE $TWO $LANG"'),
      languageEnvironment: { ONE: 'language', TWO: 'language' },
      environment: { TWO: 'request' },
    });
    expect(output).toBe('language request C.UTF-8\n');
  });

  it("has nothing of the server's environment", async () => {
    const names = (await outputOf({ command: ['env'] }))
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names).not.toContain('NODE_ENV');
    expect(names).not.toContain('VITEST');
    expect(names).toContain('PATH');
  });

  it('has its standard streams open, and no way to the server', async () => {
    const output = await outputOf({ command: sh('(: >&3) 2>/dev/null && echo open || echo shut') });
    expect(output).toBe('shut\n');
  });

  it('may open its standard output like a file', async () => {
    expect(await outputOf({ command: sh('echo hello > /dev/stdout') })).toBe('hello\n');
  });

  it('dumps no core', async () => {
    expect(await outputOf({ command: sh('ulimit -c') })).toBe('0\n');
  });

  it('that does not exist ends with 127, in a directory that does not exist with 126', async () => {
    start({ command: ['/no/such/program'] });
    await expect(lane.ended).resolves.toEqual({ kind: 'exited', exitCode: 127 });
    lane.close();
    lane = await slot.arm();
    start({ workingDirectory: join(directory, 'missing') });
    await expect(lane.ended).resolves.toEqual({ kind: 'exited', exitCode: 126 });
  });

  it('that ends by a signal tells which', async () => {
    start({ command: sh('kill -SEGV $$') });
    await expect(lane.ended).resolves.toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });

  it('takes signals', async () => {
    start({ command: sh('trap "exit 5" TERM; echo armed; while :; do sleep 0.02; done') });
    await beginsToPrint(lane.stdout);
    lane.signal('SIGTERM');
    await expect(lane.ended).resolves.toEqual({ kind: 'exited', exitCode: 5 });
  });

  it('that closes its input does not trouble whoever writes', async () => {
    start({ command: sh('exec <&-; echo closed; cat >/dev/null 2>&1; sleep 0.05') });
    await beginsToPrint(lane.stdout);
    await new Promise((resolve) => lane.stdin.write(Buffer.alloc(1_000_000), resolve));
    await expect(lane.ended).resolves.toMatchObject({ kind: 'exited' });
  });

  it('is killed with all that it has started', async () => {
    start({ command: sh('sleep 1000 & sleep 1000 & echo started; wait') });
    let hasPrinted: () => void = () => undefined;
    const printed = new Promise<void>((resolve) => {
      hasPrinted = resolve;
    });
    const output = textOf(lane.stdout, hasPrinted);
    await printed;
    lane.kill();
    await expect(lane.ended).resolves.toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    // The output ends only when nobody holds it open any more.
    await expect(output).resolves.toBe('started\n');
  });

  it('leaves nothing behind when the lane is dissolved', async () => {
    start({ command: sh('sleep 1000 & echo started') });
    const output = textOf(lane.stdout);
    await lane.ended;
    await lane.dissolve();
    await expect(output).resolves.toBe('started\n');
  });
});

describe('a slot', () => {
  it('arms the next lane when the last one is closed, with nothing left of it', async () => {
    start({ command: sh('echo first; echo more') });
    await lane.ended;
    await lane.dissolve();
    lane.close();
    lane = await slot.arm();
    expect(await outputOf({ command: ['echo', 'second'] })).toBe('second\n');
  });

  it('that has no shell can not be armed', async () => {
    const broken = await LaneSlot.create({
      directory: join(directory, 'broken'),
      name: 'broken',
      shellPath: '/no/such/shell',
      makeFence: processGroupFences,
    });
    await expect(broken.arm()).rejects.toThrow('ENOENT');
  });

  it('whose shell ends at once can not be armed', async () => {
    const broken = await LaneSlot.create({
      directory: join(directory, 'broken'),
      name: 'broken',
      shellPath: '/bin/false',
      makeFence: processGroupFences,
    });
    await expect(broken.arm()).rejects.toThrow('a lane ended before it was armed');
  });
});
