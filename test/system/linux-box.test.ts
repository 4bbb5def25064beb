import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { Limit, PhaseLimits, type Program } from '../../services/gen/pbot/vm/v1/executor.js';
import { durationFromMs } from '../../services/lib/config/duration.js';
import { Clients, textOf } from '../support/clients.js';

const clients = new Clients(inject('machine'));

/** More than the guest server keeps, so that each is used again. */
const sandboxCount = 5;

let generation: number;

afterAll(() => clients.close());

beforeEach(async () => {
  ({ generation } = await clients.ready());
});

afterEach(async () => {
  expect((await clients.ready()).generation).toBe(generation);
});

async function run(program: Partial<Program>): Promise<string> {
  const { run: phase } = await clients.execute({ timeLimit: durationFromMs(30_000), ...program });
  return `${textOf(phase?.stdout)}${textOf(phase?.stderr)}`;
}

const python = (code: string) => run({ language: 'python3', code });

describe('localhost', () => {
  const talk = (host: string, port: number) => `
import socket
family = socket.AF_INET6 if ":" in "${host}" else socket.AF_INET
server = socket.create_server(("${host}", ${port}), family=family)
client = socket.create_connection(server.getsockname()[:2], 2)
connection, _ = server.accept()
connection.sendall(b"hello")
connection.close()
print(client.recv(10).decode())
`;

  test.for(['127.0.0.1', '::1'])('a program talks to itself at %s', async (host) => {
    expect(await python(talk(host, 0))).toBe('hello\n');
  });

  test('a server and a client in JavaScript find each other by the name localhost', async () => {
    const code = `
const server = require('node:http').createServer((_, response) => response.end('hello'));
server.listen(0, 'localhost', async () => {
  const response = await fetch('http://localhost:' + server.address().port);
  console.log(response.status, await response.text());
  process.exit();
});`;
    expect(await run({ language: 'javascript', code })).toBe('200 hello\n');
  });

  test('two programs at once have the same port', async () => {
    const code = `${talk('127.0.0.1', 8080)}import time; time.sleep(2)`;
    expect(await Promise.all([python(code), python(code)])).toEqual(['hello\n', 'hello\n']);
  });

  test('the next program finds no port in use and no traffic counted, though connections linger', async () => {
    const bindWithoutReuse = `
import socket
print(open("/proc/net/dev").read().split("lo:")[1].split()[:2])
socket.socket().bind(("127.0.0.1", 8080))
`;
    for (let i = 0; i < sandboxCount; i += 1) {
      expect(await python(bindWithoutReuse + talk('127.0.0.1', 8080))).toBe("['0', '0']\nhello\n");
    }
  });

  test('there is no way out, which a program sees at once', async () => {
    const code = `
import errno, socket, time
begin = time.monotonic()
for address in ("192.0.2.1", "10.0.2.2", "169.254.169.254", "255.255.255.255", "2001:db8::1", "fe80::1"):
    try: print("reached", socket.create_connection((address, 80), 10))
    except OSError as error: print(errno.errorcode[error.errno])
print(time.monotonic() - begin < 5)
`;
    expect(await python(code)).toMatch(/^((ENETUNREACH|EINVAL)\n){6}True\n$/);
  });
});

describe('a debugger', () => {
  const source = `#include <stdio.h>
int total;
int f(int x) { return x * 2; }
int main(void) {
  for (int i = 0; i < 3; i++) total += f(i);
  int *nowhere = 0;
  *nowhere = total;
}
`;
  const gdb = (...commands: string[]) =>
    run({
      language: 'bash',
      code: `gcc -g -O0 a.c -o a && gdb -q -batch ${commands.map((each) => `-ex '${each}'`).join(' ')} ./a 2>&1`,
      files: [{ path: 'a.c', data: Buffer.from(source), executable: false }],
    });

  test('a debugger shows where a program crashed, without a warning', async () => {
    const text = await gdb('run', 'bt');
    expect(text).toContain('#0  0x');
    expect(text).toContain(' in main () at a.c:7\n');
    expect(text).not.toMatch(/warning|Read-only|not permitted/);
  });

  test('a debugger stops at breakpoints and watchpoints, calls functions and changes variables', async () => {
    const text = await gdb(
      ...['break main', 'run', 'print f(3)', 'watch total', 'continue'],
      ...['set var total = 40', 'print total'],
    );
    expect(text).toContain('Breakpoint 1, main () at a.c:5\n');
    expect(text).toContain('\n$1 = 6\n');
    expect(text).toContain('Old value = 0\nNew value = 2\n');
    expect(text).toContain('\n$2 = 40\n');
  });
});

describe('/proc', () => {
  test('all of /proc that may be written to and is not of the own processes is read-only', async () => {
    const code = `
import os
for top, directories, files in os.walk("/proc"):
    directories[:] = [each for each in directories if not (top == "/proc" and each.isdigit())]
    for path in (os.path.join(top, each) for each in files + directories):
        if os.path.islink(path) or not os.lstat(path).st_mode & 0o222: continue
        if not os.statvfs(path).f_flag & os.ST_RDONLY: print("writable", path)
print("done")
`;
    expect(await python(code)).toBe('done\n');
  });

  test('a program reaches memory of its own processes alone, and no secrets of the kernel', async () => {
    const code = `
import os
os.close(os.open("/proc/self/mem", os.O_RDWR))
for path in ("/proc/1/mem", "/proc/kcore", "/proc/kmsg", "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"):
    for access in (os.O_RDONLY, os.O_WRONLY):
        try: os.close(os.open(path, access)); print("opened", path, access)
        except OSError: pass
`;
    const readable = 'opened /proc/sys/kernel/core_pattern 0\n';
    expect(await python(code)).toBe(readable);
  });

  test('a program can raise how soon it is ended for want of memory, and not lower it', async () => {
    const code = `
for score in (1000, 500, 499, -1000):
    try:
        with open("/proc/self/oom_score_adj", "w") as file: file.write(str(score))
        print(score)
    except PermissionError: print("no")
`;
    expect(await python(code)).toBe('1000\n500\nno\nno\n');
  });
});

describe('message queues', () => {
  const code = `#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
int main(void) {
  char text[8192];
  mqd_t queue = mq_open("/queue", O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
  if (queue == -1) return perror("mq_open"), 1;
  mq_send(queue, "hello", 6, 0);
  mq_receive(queue, text, sizeof text, NULL);
  int count = 1;
  for (char name[20]; sprintf(name, "/%d", count) && mq_open(name, O_CREAT | O_RDWR, 0600, NULL) != -1;) count++;
  printf("%s %s\\n", text, count < 20 ? "bounded" : "endless");
}`;

  test('a message queue with the default attributes opens, and the next program does not find it', async () => {
    for (let i = 0; i < sandboxCount; i += 1) {
      expect(await run({ language: 'c11', code })).toBe('hello bounded\n');
    }
  });
});

describe('the stack', () => {
  const recursion = (depth: string) => `#include <cstdio>
int descend(long depth) { volatile char frame[128]; frame[0] = 1; return depth == 0 ? 0 : descend(depth - 1) + frame[0]; }
int main() { std::printf("%d\\n", descend(${depth})); }`;
  const cpp = (code: string) => ({ language: 'cpp', code, options: ['-O0'] });

  test('a recursion 100 000 deep with 128 bytes a frame runs', async () => {
    expect(await run(cpp(recursion('100000')))).toBe('100000\n');
  });

  test('a recursion without end is a segmentation fault, not a lack of memory', async () => {
    const { run: phase } = await clients.execute(cpp(recursion('-1')));
    expect(phase?.outcome).toEqual({ $case: 'signal', value: 'SIGSEGV' });
    expect(phase?.limit).toBe(Limit.UNSPECIFIED);
  });

  test('a request sets the stack, which a program cannot raise then', async () => {
    const runLimits = PhaseLimits.fromPartial({ stackBytes: 1024n * 1024n });
    const { run: phase } = await clients.execute({ ...cpp(recursion('100000')), runLimits });
    expect(phase?.outcome).toEqual({ $case: 'signal', value: 'SIGSEGV' });
    const code = 'ulimit -s; ulimit -s 2048 2>/dev/null || echo no';
    expect(await run({ code, runLimits })).toBe('1024\nno\n');
    expect(await run({ code: 'ulimit -s unlimited && echo raised' })).toBe('raised\n');
  });

  test.for([
    [
      'python3',
      `import threading
ready = threading.Barrier(121)
threads = [threading.Thread(target=ready.wait) for _ in range(120)]
for each in threads: each.start()
ready.wait()
for each in threads: each.join()
print(len(threads))`,
    ],
    [
      'c11',
      `#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
static pthread_barrier_t ready;
static void *hold(void *nothing) { pthread_barrier_wait(&ready); return nothing; }
int main(void) {
  pthread_t threads[120];
  int count = 0;
  pthread_barrier_init(&ready, 0, 121);
  for (int i = 0; i < 120; i++) count += pthread_create(&threads[i], 0, hold, 0) == 0;
  pthread_barrier_wait(&ready);
  for (int i = 0; i < 120; i++) pthread_join(threads[i], 0);
  printf("%d\\n", count);
}`,
    ],
  ] as const)(
    '120 threads in %s run at once, each with a stack as large',
    async ([language, code]) => {
      expect(await run({ language, code })).toBe('120\n');
    },
  );
});
