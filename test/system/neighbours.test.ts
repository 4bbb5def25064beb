import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import {
  type ExecutionResult,
  Limit,
  type Program,
} from '../../services/gen/pbot/vm/v1/executor.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import { bringsRevert, readAttacks, verdictOf } from '../support/attack.js';
import { Clients, programOf, textOf } from '../support/clients.js';
import { InteractSession } from '../support/interact-session.js';
import { waitFor } from '../support/wait.js';

const clients = new Clients(inject('machine'));

/** Of the machine of these tests: one processor, 1024 MiB. */
const capacity = 2;

let generation: number;

afterAll(() => clients.close());

beforeEach(async () => {
  ({ generation } = await clients.ready());
});

async function places(): Promise<{ running: number; capacity: number }> {
  const { machines } = await clients.executor.listMachines({}, { timeoutMs: 5000 });
  return { running: machines[0]?.running ?? 0, capacity: machines[0]?.capacity ?? 0 };
}

async function running(count: number): Promise<void> {
  await waitFor(`${count} programs`, async () => (await places()).running === count);
}

/** A program that says that it is there, and goes on when it is told to. */
async function beginVictim(code: string, more: Partial<Program> = {}): Promise<InteractSession> {
  const session = new InteractSession(clients.executor);
  const value = programOf({ code: `echo begun; read word; ${code}`, ...more });
  session.say({ $case: 'program', value });
  await session.output('begun\n');
  return session;
}

async function letEnd(session: InteractSession): Promise<string> {
  session.say({ $case: 'stdin', value: Buffer.from('go\n') });
  expect(verdictOf(await session.result())).toBe('exit 0');
  return session.text;
}

test('the machine runs as many programs at once as it says', async () => {
  expect((await places()).capacity).toBe(capacity);
  const sessions = [];
  for (let i = 0; i < capacity; i += 1) sessions.push(await beginVictim(`echo ${i}`));
  await running(capacity);
  for (const [i, session] of sessions.entries())
    expect(await letEnd(session)).toBe(`begun\n${i}\n`);
});

describe('programs beside a hostile neighbour', () => {
  const names = [
    'fork-bomb-that-never-waits',
    'memory-many-processes',
    'memory-of-pipes',
    'flood-both',
    'disk-filler',
    'cpu-in-all-threads',
    'kill-everything-for-ever',
    'namespaces-nested',
    'terminals-exhausted',
  ];
  const attacks = readAttacks().filter(({ name }) => names.includes(name));

  test('beside a neighbour that is in the corpus there is a program', () =>
    expect(attacks).toHaveLength(names.length));

  test.each(attacks.map((attack) => [attack.aim, attack] as const))(
    'beside a neighbour that %s, programs are right and have what is theirs',
    async (_, { program }) => {
      const timeLimit = { seconds: 5n, nanos: 0 };
      let isOver = false;
      const attacker = clients.execute({ ...program, timeLimit }).finally(() => {
        isOver = true;
      });
      const victim = await beginVictim('echo whole');
      const answers: string[] = [];
      while (!isOver) answers.push(await greeting());
      const attacked = await attacker;
      expect(await letEnd(victim)).toBe('begun\nwhole\n');
      for (const answer of answers) {
        // The machine takes nothing new until its programs have ended and it is reverted, which may take longer than the wait.
        if (answer === 'MACHINE_NOT_READY') continue;
        expect(answer).toBe('exit 0: hello\n');
      }
      if (bringsRevert(verdictOf(attacked))) await clients.ready(generation);
    },
  );

  async function greeting(): Promise<string> {
    try {
      const result = await clients.execute({ code: 'echo hello >file; cat file' });
      return `${verdictOf(result)}: ${textOf(result.run?.stdout)}`;
    } catch (error) {
      if (error instanceof RpcError) return error.reason;
      throw error;
    }
  }

  test('beside a neighbour that runs out of memory, a program keeps the memory that it has', async () => {
    const take = (MiB: number) => `taken = bytearray(${MiB} << 20)`;
    const victim = new InteractSession(clients.executor);
    const code = `${take(150)}\nprint("begun", flush=True)\ninput()\ndel taken\n${take(200)}\nprint("whole")`;
    victim.say({ $case: 'program', value: programOf({ language: 'python3', code }) });
    await victim.output('begun\n');
    const hog = 'taken = []\nwhile True: taken.append(bytearray(1 << 20))';
    const files =
      'import os\nfile = open("/tmp/full", "wb")\ntry:\n while True: file.write(bytes(1 << 20))\nexcept OSError: pass\n';
    for (const greedy of [hog, files + hog]) {
      const result = await clients.execute({ language: 'python3', code: greedy });
      expect(result.run?.limit).toBe(Limit.MEMORY);
    }
    const { run } = await finish(victim);
    expect(run?.limit).toBe(Limit.UNSPECIFIED);
    expect(victim.text).toBe('begun\nwhole\n');
    expect((await clients.ready()).generation).toBe(generation);
  });

  async function finish(session: InteractSession): Promise<ExecutionResult> {
    session.say({ $case: 'stdin', value: Buffer.from('go\n') });
    return await session.result();
  }

  test('beside a neighbour that is too slow, a program comes to its end before the machine is reverted', async () => {
    const victim = await beginVictim('echo whole');
    const timeLimit = { seconds: 1n, nanos: 0 };
    const slow = await clients.execute({ code: 'sleep 600', timeLimit });
    expect(slow.run?.limit).toBe(Limit.WALL_TIME);
    expect(await letEnd(victim)).toBe('begun\nwhole\n');
    await clients.ready(generation);
  });
});

describe('the walls between neighbours', () => {
  test('a program can not see, signal or trace its neighbour, nor find its files and sockets', async () => {
    const victim = await beginVictim('cat /tmp/secret; echo whole', {
      environment: { SECRET: 'treasure' },
    });
    const code = `
import ctypes, glob, os, socket
library = ctypes.CDLL(None)
for pid in range(2, 4000):
    if pid in (os.getpid(), os.getppid()): continue
    for act in (lambda: os.kill(pid, 9), lambda: os.sched_getaffinity(pid), lambda: os.getpgid(pid)):
        try:
            act()
            print("reached", pid)
        except OSError: pass
    if library.ptrace(16, pid, 0, 0) == 0: print("traced", pid)
for pid in glob.glob("/proc/[0-9]*"):
    try:
        if "treasure" in open(pid + "/environ").read(): print("read", pid)
    except OSError: pass
print(sorted(set(os.listdir("/tmp")) | set(os.listdir("/dev/shm"))), os.listdir("/dev/pts"))
`;
    const spy = await clients.execute({ language: 'python3', code });
    expect(textOf(spy.run?.stdout)).toBe("[] ['ptmx']\n");
    expect(await letEnd(victim)).toContain('whole\n');
  });

  test('a program can not open the terminal of its neighbour', async () => {
    const session = new InteractSession(clients.executor);
    const value = programOf({
      code: 'stty -echo; tty; read x',
      terminal: { rows: 24, columns: 80 },
    });
    session.say({ $case: 'program', value });
    await session.output('/dev/pts/0\r\n');
    const result = await clients.execute({ code: 'echo x >/dev/pts/0; ls -A /dev/pts' });
    expect(textOf(result.run?.stdout)).toBe('ptmx\n');
    session.say({ $case: 'stdin', value: Buffer.from('\n') });
    expect(verdictOf(await session.result())).toBe('exit 0');
    expect(session.text).toBe('/dev/pts/0\r\n');
  });
});

describe('a terminal', () => {
  const terminal = { rows: 30, columns: 100 };
  const onTerminal = async (code: string) => {
    const { run } = await clients.execute({ code, terminal });
    return textOf(run?.stdout).replaceAll('\r', '');
  };

  test('a terminal is the program’s own, of the size that was asked for, and controls it', async () => {
    const code =
      'tty; stty size; stat -c "%U %a" "$(tty)"; echo "$TERM"; : >/dev/tty && echo mine; tput cols';
    expect(await onTerminal(code)).toBe('/dev/pts/0\n30 100\nvm 600\nxterm-256color\nmine\n100\n');
  });

  test('a terminal can be resized while a program runs on it, and interrupts what is in the foreground', async () => {
    const session = new InteractSession(clients.executor);
    const code = 'trap "stty size" WINCH; trap "exit 5" INT; echo up; while :; do sleep 0.1; done';
    session.say({ $case: 'program', value: programOf({ code, terminal }) });
    await session.output('up\r\n');
    session.say({ $case: 'resize', value: { rows: 50, columns: 132 } });
    await session.output('up\r\n50 132\r\n');
    session.say({ $case: 'signal', value: 'SIGINT' });
    expect(verdictOf(await session.result())).toBe('exit 5');
  });

  test('a terminal leaves nothing of it to the next program', async () => {
    for (let i = 0; i < capacity + 3; i += 1)
      expect(await onTerminal('ls -1 /dev/pts')).toBe('0\nptmx\n');
  });
});
