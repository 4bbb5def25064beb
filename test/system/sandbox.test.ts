import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Program } from '../../services/gen/pbot/vm/v1/executor.js';
import { Clients, programOf, textOf } from '../support/clients.js';
import { InteractSession } from '../support/interact-session.js';

const clients = new Clients(inject('machine'));

/** The guest server keeps this many sandboxes, which take turns. */
const sandboxCount = 4;

let generation: number;

afterAll(() => clients.close());

beforeEach(async () => {
  ({ generation } = await clients.ready());
});

// A revert would clean up as well: what is promised here holds without one.
afterEach(async () => {
  expect((await clients.ready()).generation).toBe(generation);
});

async function run(program: Partial<Program>): Promise<string> {
  const { run: phase } = await clients.execute(program);
  return `${textOf(phase?.stdout)}${textOf(phase?.stderr)}`;
}

const sh = (code: string) => run({ code });
const python = (code: string) => run({ language: 'python3', code });

/** What a program prints in each sandbox, the one that was used last included. */
async function inEverySandbox(program: Partial<Program>): Promise<string[]> {
  const outputs: string[] = [];
  for (let i = 0; i < sandboxCount; i += 1) outputs.push(await run(program));
  return outputs;
}

const inEach = (output: string) => Array.from({ length: sandboxCount }, () => output);

describe('leftovers of an execution', () => {
  test('of an execution, the next ones do not see files, wherever it could write', async () => {
    const places = '/tmp /var/tmp /dev/shm "$HOME"';
    expect(await sh(`for d in ${places}; do echo x >$d/left && echo written; done`)).toBe(
      'written\n'.repeat(4),
    );
    const seen = await inEverySandbox({ code: `find ${places} -mindepth 1` });
    expect(seen).toEqual(inEach('/home/vm/program.sh\n'));
  });

  test('of an execution, the next ones do not see how it changed the rights of a directory', async () => {
    expect(await sh('chmod 700 /tmp /dev/shm && ls -ld /tmp | cut -c1-10')).toBe('drwx------\n');
    const seen = await inEverySandbox({ code: 'stat -c %a /tmp /dev/shm' });
    expect(seen).toEqual(inEach('1777\n1777\n'));
  });

  test('of an execution, the next ones do not see how many processes it had', async () => {
    const own = 'echo $$';
    const [first] = await inEverySandbox({ code: own });
    await sh('i=0; while [ $i -lt 30 ]; do /bin/true; i=$((i + 1)); done');
    expect(await inEverySandbox({ code: own })).toEqual(inEach(first ?? ''));
  });

  test('of an execution that used its network or a terminal, the next ones do not even have the namespaces', async () => {
    // The number of the init's file of pidfs. Linux gives those of namespaces again as soon as they are free.
    const code = 'import os\nprint(os.fstat(os.pidfd_open(1)).st_ino)';
    const question = { language: 'python3', code };
    const before = await inEverySandbox(question);
    // What has left nothing has left the namespaces as they were.
    expect(new Set(await inEverySandbox(question))).toEqual(new Set(before));
    const ping =
      "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))";
    for (let i = 0; i < sandboxCount; i += 1) await python(ping);
    const afterwards = await inEverySandbox(question);
    expect(afterwards.filter((each) => before.includes(each))).toEqual([]);
    for (let i = 0; i < sandboxCount; i += 1) {
      const session = new InteractSession(clients.executor);
      const program = programOf({ code: 'tty', terminal: { rows: 24, columns: 80 } });
      session.say({ $case: 'program', value: program });
      await session.result();
    }
    const last = await inEverySandbox(question);
    expect(last.filter((each) => afterwards.includes(each))).toEqual([]);
  });

  test('of an execution, the next ones do not see processes, though they forked twice and have sessions of their own', async () => {
    await sh('(setsid sh -c "sleep 300 & sleep 300" &); (trap "" TERM HUP; sleep 300) & echo');
    const seen = await inEverySandbox({
      code: 'ps -e -o comm=; echo; ls /proc | grep -c "^[0-9]"',
    });
    for (const processes of seen) expect(processes).toMatch(/^sh\nps\n\n[1-4]\n$/);
  });

  test('of an execution, the next ones do not see shared memory, semaphores and message queues of System V', async () => {
    expect(await sh('ipcmk -M 4096 -S 1 -Q >/dev/null; ipcs | grep -c 0x')).toBe('3\n');
    expect(await inEverySandbox({ code: 'ipcs | grep -c 0x' })).toEqual(inEach('0\n'));
  });

  test('of an execution, the next ones do not see abstract sockets, though only messages in flight hold them', async () => {
    const names = ['one', 'two'];
    const bind = `
import socket
sockets = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
for each, name in zip(sockets, ${JSON.stringify(names)}): each.bind("\\0" + name)
`;
    const sendEachOther = `
one, two = sockets
one.connect("\\0two"); two.connect("\\0one")
socket.send_fds(one, [b"x"], [one.fileno(), two.fileno()])
socket.send_fds(two, [b"x"], [one.fileno(), two.fileno()])
print("sent")
`;
    for (let i = 0; i < sandboxCount; i += 1) {
      expect(await python(bind + sendEachOther)).toBe('sent\n');
    }
    const program = { language: 'python3', code: `${bind}print("free")` };
    expect(await inEverySandbox(program)).toEqual(inEach('free\n'));
  });

  test('of an execution, the next ones do not see keys of the kernel: there are none', async () => {
    const addKey = `
import ctypes
library = ctypes.CDLL(None, use_errno=True)
for keyring in (-3, -4):
    print(library.syscall(248, b"user", b"name", b"secret", 6, keyring))
`;
    expect(await python(addKey)).toBe('-1\n-1\n');
  });

  test('of an execution, the next ones do not see a full disk', async () => {
    expect(await sh('cat /dev/zero >full; cat /dev/zero >/dev/shm/full; df . | tail -1')).toMatch(
      /No space left[\s\S]*100%|100%[\s\S]*No space left/,
    );
    expect(await inEverySandbox({ code: 'head -c 1000000 /dev/zero >new && echo room' })).toEqual(
      inEach('room\n'),
    );
  });

  test('of an execution, the next ones do not see a disk without inodes', async () => {
    const fill = `
import os
try:
    for i in range(10 ** 6): os.close(os.open(f"/tmp/{i}", os.O_CREAT))
except OSError as error: print(error.strerror)
`;
    expect(await python(fill)).toBe('No space left on device\n');
    expect(await inEverySandbox({ code: 'touch /tmp/new && echo room' })).toEqual(inEach('room\n'));
  });

  test('of an execution, the next ones do not see that it killed all it could, and stopped its parent', async () => {
    expect(await sh('kill -STOP 1; kill -9 1; kill -STOP $PPID; echo mine')).toMatch(
      /^mine\n(.*not permitted\n\n?){3}$/,
    );
    await sh('kill -9 -1');
    expect(await inEverySandbox({ code: 'echo alive' })).toEqual(inEach('alive\n'));
  });

  test('of an execution, the next ones do not see what it did to its standard streams', async () => {
    await sh('chmod 0 /dev/stdout /dev/stderr /dev/stdin');
    const code = 'echo out >/dev/stdout; echo err >/dev/stderr; cat /dev/stdin';
    const seen = await inEverySandbox({ code, stdin: Buffer.from('in\n') });
    expect(seen).toEqual(inEach('out\nin\nerr\n'));
  });
});

describe('the walls of the sandbox', () => {
  test('out of reach for a program are the devices of the guest server, and all others that are more than harmless', async () => {
    expect(await sh('ls /dev')).toBe(
      'fd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n',
    );
    expect(await sh('mknod vport c 242 1')).toContain('not permitted');
  });

  test('out of reach for a program are its files, pipes and control groups', async () => {
    const places = '/run /sys /boot /usr/local/lib/pbot-vm';
    const shown = '/usr/local/lib/pbot-vm/inspection';
    expect(
      await sh(
        `find ${places} -mindepth 1 -not -path "${shown}*" | wc -l; ls -A /root /run/pbot-vm`,
      ),
    ).toMatch(/^0\n.*No such file or directory\n.*Permission denied\n$/);
    expect(await sh('ls /proc/self/fd | tr "\\n" " "')).toBe('0 1 2 3 ');
    expect(await sh('ls /proc/1/fd; cat /proc/1/environ')).not.toContain('PATH');
  });

  test('out of reach for a program are the network: there is a loopback, and nothing else', async () => {
    expect(await sh('tail -n +3 /proc/net/dev | cut -d: -f1')).toBe('    lo\n');
    const connect = 'import socket\nsocket.create_connection(("192.0.2.1", 22), 5)';
    expect(await python(connect)).toContain('Network is unreachable');
  });

  test('out of reach for a program are the system: it can be read only', async () => {
    const paths = '/new /etc/new /usr/bin/new /var/lib/new /home/new /dev/new /run/new';
    const code = `for f in ${paths} /proc/sys/kernel/core_pattern; do (: >$f) 2>/dev/null || echo no; done`;
    expect(await sh(code)).toBe('no\n'.repeat(8));
    const writable = "awk '$4 ~ /^rw/ { print $2 }' /proc/mounts | sort | tr '\\n' ' '";
    expect(await sh(writable)).toBe('/dev/pts /dev/shm /home/build /home/vm /proc /tmp /var/tmp ');
  });

  test('out of reach for a program are the namespaces of a program beside it', async () => {
    const kinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'];
    const code = `${kinds.map((kind) => `readlink /proc/self/ns/${kind}`).join('; ')}; sleep 2`;
    const [one, other] = (await Promise.all([sh(code), sh(code)])).map((text) => text.split('\n'));
    const shared = kinds.filter((_, i) => one?.[i] === other?.[i]);
    // Control groups are hidden instead.
    expect(shared).toEqual(['cgroup']);
  });

  test('out of reach for a program are what few programs need of the kernel, as if it had none of it', async () => {
    const calls = { bpf: 321, io_uring_setup: 425, perf_event_open: 298, userfaultfd: 323 };
    const callEach = `
import ctypes, errno, socket
library = ctypes.CDLL(None, use_errno=True)
for number in ${JSON.stringify(Object.values(calls))}:
    print(library.syscall(number, 0, 0, 0, 0, 0), errno.errorcode[ctypes.get_errno()])
for family in (socket.AF_ALG, socket.AF_PACKET, socket.AF_VSOCK):
    try: socket.socket(family, socket.SOCK_STREAM)
    except OSError as error: print(errno.errorcode[error.errno])
`;
    expect(await python(callEach)).toBe('-1 ENOSYS\n'.repeat(4) + 'EAFNOSUPPORT\n'.repeat(3));
    expect(await sh('grep ^Seccomp: /proc/self/status')).toBe('Seccomp:\t2\n');
  });

  test('out of reach for a program are privileges, now and by whatever it executes', async () => {
    const status = await sh('grep -E "^(Cap|NoNewPrivs|Groups)" /proc/self/status');
    expect(status.replaceAll(/[ \t]+/g, ' ')).toBe(
      [
        'Groups: ',
        ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(
          (set) => `${set}: 0000000000000000`,
        ),
        'NoNewPrivs: 1\n',
      ].join('\n'),
    );
    expect(await sh('unshare --user true; unshare --mount true')).toMatch(
      /No space left[\s\S]*not permitted/,
    );
  });
});

describe('a program in a sandbox', () => {
  test('a program in a sandbox is called vm everywhere, and is another user in each', async () => {
    const users = await inEverySandbox({ code: 'id -un; id -gn; echo "$USER"; cd; pwd; id -u' });
    for (const user of users) expect(user).toMatch(/^vm\nvm\nvm\n\/home\/vm\n61\d\d\d\n$/);
    expect(new Set(users).size).toBe(sandboxCount);
  });

  test('a program in a sandbox that exits with 139 is distinguished from one that ends by SIGSEGV', async () => {
    const exited = await clients.execute({ code: 'exit 139' });
    expect(exited.run?.outcome).toEqual({ $case: 'exitCode', value: 139 });
    const signalled = await clients.execute({ code: 'kill -SEGV $$' });
    expect(signalled.run?.outcome).toEqual({ $case: 'signal', value: 'SIGSEGV' });
  });

  test('a program in a sandbox that ends by a real-time signal has its name in the result', async () => {
    const code = 'import os, signal\nos.kill(os.getpid(), signal.SIGRTMIN + 3)';
    const ended = await clients.execute({ language: 'python3', code });
    expect(ended.run?.outcome).toEqual({ $case: 'signal', value: 'SIGRTMIN+3' });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'])(
    '%s ends a shell in a sandbox and what it waits for',
    async (signal) => {
      const session = new InteractSession(clients.executor);
      session.say({ $case: 'program', value: programOf({ code: 'cat; echo after' }) });
      session.say({ $case: 'stdin', value: Buffer.from('up\n') });
      await session.output('up\n');
      session.say({ $case: 'signal', value: signal });
      expect((await session.result()).run?.outcome).toEqual({ $case: 'signal', value: signal });
      expect(session.text).toBe('up\n');
    },
  );

  test('a program in a sandbox finds what its compiler left, in a cgroup of its own', async () => {
    const code = `#include <stdio.h>
int main(void) { FILE *source = fopen("program.c", "r"); puts(source ? "found" : "lost"); return 0; }`;
    const { compile, run: phase } = await clients.execute({ language: 'c11', code });
    expect(textOf(phase?.stdout)).toBe('found\n');
    expect(compile?.peakProcesses).toBeGreaterThan(1);
    expect(phase?.peakProcesses).toBe(1);
    expect(compile?.peakMemoryBytes).toBeGreaterThan(phase?.peakMemoryBytes ?? 0n);
  });

  test('a program in a sandbox has terminals of its own', async () => {
    expect(await python('import os; print(*map(os.ttyname, os.openpty()))')).toMatch(
      /^\/dev\/(ptmx|pts\/ptmx) \/dev\/pts\/0\n$/,
    );
  });

  test('a program in a sandbox has limits that it can not lift', async () => {
    expect(await sh('ulimit -c; ulimit -n; ulimit -Hn; ulimit -n 2000')).toMatch(
      /^0\n1024\n1024\n.*ulimit/,
    );
  });
});
