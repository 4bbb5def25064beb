import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { Clients, textOf } from '../support/clients.js';
import { qemuPid } from '../support/qemu-pid.js';
import { residentMiB } from '../support/resident-memory.js';
import { waitFor } from '../support/wait.js';

const machine = inject('machine');
const domain = machine.PBOTVM_DOMAIN as string;
const clients = new Clients(machine);

afterAll(() => clients.close());
beforeEach(async () => {
  await clients.ready();
});

describe('the guest after a revert', () => {
  test('after a revert the guest has the time of the host', async () => {
    for (let i = 0; i < 3; i += 1) {
      await clients.revert();
      const before = Date.now();
      const guest = Number(await printed('date +%s%N')) / 1e6;
      const after = Date.now();
      expect(guest).toBeGreaterThan(before - 500);
      expect(guest).toBeLessThan(after + 500);
    }
  });

  test('after a revert the guest draws other random numbers than after the one before, from every source', async () => {
    const draws: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      await clients.revert();
      draws.push(
        await printed('head -c 16 /dev/urandom | od -An -tx1'),
        await printed('cat /proc/sys/kernel/random/uuid'),
        await printed('import os; print(os.getrandom(16).hex())', 'python3'),
        await printed('import random; print(random.getrandbits(128))', 'python3'),
      );
    }
    expect(new Set(draws).size).toBe(12);
  });

  test('after a revert the guest shows nothing of an earlier program: no file, process, shared memory or socket', async () => {
    const { run } = await clients.execute({ language: 'python3', code: leaveTraces });
    expect(textOf(run?.stderr)).toBe('');
    expect(textOf(run?.stdout)).toBe('left\n');
    await clients.revert();
    const { run: after } = await clients.execute({ language: 'python3', code: findTraces });
    expect(textOf(after?.stderr)).toBe('');
    expect(textOf(after?.stdout)).toBe('[]\n');
  });

  test('after a revert the guest gives the memory that programs have used back to the host', async () => {
    const filled = await clients.execute({
      language: 'python3',
      code: 'print(len(bytearray(200 << 20)))',
    });
    expect(textOf(filled.run?.stdout)).toBe(`${200 * 1024 * 1024}\n`);
    await clients.revert();
    // It is that of the guest, and of what QEMU has translated.
    const qemu = await qemuPid(domain);
    const usedMiB = residentMiB(qemu);
    await waitFor('memory of the host', () => residentMiB(qemu) < usedMiB - 100);
    expect(await printed('echo hello')).toBe('hello\n');
  });

  test('after a revert the guest begins a new session: what the last one ran has an unknown outcome', async () => {
    const lost = clients.execute({ code: 'sleep 30' }).catch((error: unknown) => error);
    await clients.running();
    await clients.revert();
    expect(await lost).toMatchObject({
      reason: 'MACHINE_LOST',
      metadata: { execution: 'OUTCOME_UNKNOWN' },
    });
    expect(await printed('echo hello')).toBe('hello\n');
  });
});

/** What a program may leave, as far as it may leave it at all, besides its own working directory. */
const places = ['/tmp', '/var/tmp', '/dev/shm', '/run/lock'];

const leaveTraces = `
import ctypes, os, socket
for place in ${JSON.stringify(places)}:
    try: open(place + "/trace-of-earlier", "w").write("secret")
    except OSError: pass
ctypes.CDLL(None).shmget(0x7ace, 4096, 0o1666)
if os.fork() == 0:
    os.setsid()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\\0trace-of-earlier")
    listener.listen()
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3): os.dup2(null, fd)
    import time
    time.sleep(600)
import time
while True:
    try:
        socket.socket(socket.AF_UNIX).connect("\\0trace-of-earlier")
        break
    except OSError: time.sleep(0.01)
print("left")
`;

const findTraces = `
import ctypes, glob, os, socket
found = []
for place in ${JSON.stringify(places)}:
    if os.path.exists(place + "/trace-of-earlier"): found.append(place)
if ctypes.CDLL(None).shmget(0x7ace, 0, 0) != -1: found.append("shared memory")
if "trace-of-earlier" in open("/proc/net/unix").read(): found.append("socket")
for path in glob.glob("/proc/[0-9]*/cmdline"):
    try: words = open(path).read()
    except OSError: continue
    if "sleep" in words: found.append(words)
print(found)
`;

async function printed(code: string, language = 'sh'): Promise<string> {
  const { run } = await clients.execute({ language, code });
  return textOf(run?.stdout);
}
