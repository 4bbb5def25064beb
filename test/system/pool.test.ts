import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { MachineState } from '../../services/gen/pbot/vm/v1/watchdog.js';
import type { RpcError } from '../../services/lib/rpc/error.js';
import { Clients, textOf } from '../support/clients.js';
import { sendLine } from '../support/line-client.js';
import { qemuPid } from '../support/qemu-pid.js';
import { bringMachineUpAgain, runProgram, virsh } from '../support/real-machine.js';

/** The machine of all system tests gets a second one beside it, which goes again. */
const environment = inject('machine');
const first = environment['PBOTVM_DOMAIN'] as string;
const second = `${first}-2`;
let clients: Clients;

beforeAll(async () => {
  await bringMachineUpAgain(environment, ['--machines', '2']);
  clients = new Clients(environment);
  for (const name of [first, second]) await clients.ready(undefined, name);
});

afterAll(async () => {
  clients?.close();
  await bringMachineUpAgain(environment, ['--machines', '1']);
});

async function hello(machine = ''): Promise<{ machine: string; generation: number }> {
  const { run, ...where } = await clients.execute({ code: 'echo hello', machine });
  expect(textOf(run?.stdout)).toBe('hello\n');
  return where;
}

/** The machine has its one snapshot, which was taken while it ran. */
async function expectSnapshot(domain: string): Promise<void> {
  const { snapshots } = await clients.snapshot.listSnapshots({ domain }, { timeoutMs: 10_000 });
  expect(snapshots).toMatchObject([{ name: '1', domainState: 'running' }]);
}

describe('two machines', () => {
  test('two machines share the work', async () => {
    const machines = new Set<string>();
    for (let i = 0; i < 4; i += 1) machines.add((await hello()).machine);
    expect([...machines].sort()).toEqual([first, second]);
  });

  test('two machines can be asked for by name, through gRPC and by PBot’s users', async () => {
    for (const name of [second, first, second]) expect((await hello(name)).machine).toBe(name);
    const port = Number(environment['PBOTVM_SERVER']);
    expect(await sendLine(port, `-vm=${second} -lang=sh echo there`)).toBe('there\n');
    const error = (await clients
      .execute({ code: 'echo x', machine: 'nobody' })
      .catch((thrown: unknown) => thrown)) as RpcError;
    expect(error.violations).toMatchObject([
      { field: 'program.machine', description: `is none of ${first}, ${second}` },
    ]);
  });

  test('two machines are one for whoever comes while the other one is reverted: nobody is refused', async () => {
    const { generation } = await clients.machine(first);
    const timeLimit = { seconds: 1n, nanos: 0 };
    await clients.execute({ code: 'sleep 60', machine: first, timeLimit });
    for (let i = 0; i < 10; i += 1) await hello();
    expect((await clients.ready(generation, first)).generation).toBe(generation + 1);
    expect((await clients.machine(second)).revertCount).toBe(0);
  });

  test('two machines are both shown by pbot-vm status, and reverted by name', async () => {
    const { stdout } = await runProgram('pbot-vm', ['revert', second], environment);
    expect(stdout).toBe(`${second} is back at its snapshot\n`);
    expect((await clients.machine(second)).revertCount).toBe(1);
    const status = await runProgram('pbot-vm', ['status'], environment);
    for (const name of [first, second]) expect(status.stdout).toContain(`│ ${name} `);
  });
});

describe('the second machine, which is a clone of the first one', () => {
  test('a clone and its origin have different secrets, and each guest proves its own', async () => {
    const secretOf = (name: string) =>
      readFile(join(environment['PBOTVM_HOME'] as string, 'machines', name, 'secret'), 'utf8');
    const [one, other] = await Promise.all([first, second].map(secretOf));
    expect(one).not.toBe(other);
    for (const name of [first, second]) await hello(name);
  });

  test('a clone and its origin never draw the same random numbers, nor does one of them twice', async () => {
    const drawn: string[] = [];
    for (const name of [first, second, first, second]) {
      await clients.revert(name);
      const code = 'head -c 16 /dev/urandom | od -An -tx1; cat /proc/sys/kernel/random/uuid';
      const { run } = await clients.execute({ code, machine: name });
      drawn.push(...textOf(run?.stdout).trim().split('\n'));
    }
    expect(drawn).toHaveLength(8);
    expect(new Set(drawn).size).toBe(8);
  });

  test('a clone whose QEMU dies comes back through its snapshot', async () => {
    const { generation } = await clients.machine(second);
    process.kill(await qemuPid(second), 'SIGKILL');
    await clients.ready(generation, second);
    await hello(second);
    await expectSnapshot(second);
  });
});

describe('a machine whose snapshot is missing', () => {
  test('a machine whose snapshot is missing is rebuilt from its image without a hand, and has a snapshot again', async () => {
    await virsh('snapshot-delete', second, '1');
    const { generation } = await clients.machine(second);
    const timeLimit = { seconds: 1n, nanos: 0 };
    await clients.execute({ code: 'sleep 60', machine: second, timeLimit });
    await clients.ready(generation, second);
    await hello(second);
    await expectSnapshot(second);
    await clients.revert(second);
    await hello(second);
  });
});

describe('single-use machines', () => {
  beforeAll(async () => {
    await runProgram('pbot-vm', ['down'], environment);
    await bringMachineUpAgain({ ...environment, PBOTVM_REVERT: 'always' });
  });

  afterAll(async () => {
    await runProgram('pbot-vm', ['down'], environment);
    await bringMachineUpAgain(environment);
  });

  test('with PBOTVM_REVERT=always every program finds a machine that nobody has used', async () => {
    const code = 'ls /tmp /var/tmp /dev/shm ~ | wc -l; touch /tmp/left /var/tmp/left /dev/shm/left';
    const results = [];
    for (let i = 0; i < 6; i += 1) results.push(await clients.execute({ code }));
    expect(new Set(results.map(({ run }) => textOf(run?.stdout))).size).toBe(1);
    const generations = results.map(({ machine, generation }) => `${machine} ${generation}`);
    expect(new Set(generations).size).toBe(6);
    const { machines } = await clients.watchdog.listMachines({}, { timeoutMs: 5000 });
    expect(machines.map(({ state }) => state)).not.toContain(MachineState.OFFLINE);
    expect(machines.map(({ lastFault }) => lastFault)).toEqual([undefined, undefined]);
  });

  test('with PBOTVM_REVERT=always programs at the same time wait for one another, and none is refused', async () => {
    const programs = Array.from({ length: 6 }, () => hello());
    const results = await Promise.all(programs);
    expect(new Set(results.map(({ machine, generation }) => `${machine} ${generation}`)).size).toBe(
      6,
    );
  });
});
