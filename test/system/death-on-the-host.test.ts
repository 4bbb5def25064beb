import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Program } from '../../services/gen/pbot/vm/v1/executor.js';
import { FaultReason, type Machine, MachineState } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import { Clients, textOf } from '../support/clients.js';
import { startLibvirt, stopLibvirt } from '../support/libvirt-daemon.js';
import { qemuPid } from '../support/qemu-pid.js';
import {
  detachedServer,
  findService,
  killService,
  type ServiceName,
  serviceNames,
} from '../support/service-processes.js';
import { waitFor } from '../support/wait.js';

const environment = inject('machine');
const domain = environment['PBOTVM_DOMAIN'] as string;
const clients = new Clients(environment);
let vmServer: number;

beforeAll(async () => {
  vmServer = await detachedServer(environment);
});

afterAll(() => clients.close());

beforeEach(async () => {
  await clients.ready();
});

describe('libvirtd', () => {
  test('libvirtd is started again, without harm to machine or services', async () => {
    const { generation } = await clients.machine();
    try {
      await stopLibvirt();
      await expectHello();
    } finally {
      await startLibvirt();
    }
    expect((await clients.machine()).generation).toBe(generation);
    await revertByHand();
    await expectHello();
  });

  test('libvirtd is away while a fault comes, and the machine is reverted when it is back', async () => {
    const { generation } = await clients.machine();
    const result = clients.execute({ code: 'sleep 600', timeLimit: seconds(2) });
    try {
      await stopLibvirt();
      await result;
      await machineThat('could not be reverted', ({ stateDetail }) => {
        return stateDetail.startsWith('A revert failed: ');
      });
    } finally {
      await startLibvirt();
    }
    const { lastFault } = await clients.ready(generation);
    expect(lastFault?.reason).toBe(FaultReason.TIMED_OUT);
    await expectHello();
  });
});

describe('accepted requests', () => {
  test('what was accepted is answered once with its result when the snapshot service is killed', async () => {
    const { generation } = await clients.machine();
    const answers = Promise.all(programs(1).map(answerTo));
    await running();
    await killAndAwait('snapshot');
    expect(await answers).toEqual(['1\n', '2\n', '3\n']);
    expect((await clients.machine()).generation).toBe(generation);
  });

  test('what was accepted is answered once with its result or an error when the watchdog is killed', async () => {
    const answers = Promise.all(programs(1).map(answerTo));
    await running();
    await killAndAwait('watchdog');
    // The next one begins a generation: what ran in the last one is lost, and what waited was not begun.
    for (const answer of await answers) {
      expect(answer).toMatch(/^([123]\n|MACHINE_LOST|MACHINE_NOT_READY)$/);
    }
    await clients.ready();
    await expectHello();
  });

  test('what was accepted is answered once with an error when the executor is killed', async () => {
    const answers = Promise.all(programs(5).map(answerTo));
    await running();
    await killAndAwait('executor');
    expect(await answers).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    await clients.ready();
    await expectHello();
  });
});

describe('a revert during the death of a service', () => {
  test.for(serviceNames)(
    'a revert goes on when the %s is killed in the middle of it',
    async (name) => {
      const { generation } = await clients.machine();
      // A QEMU that answers nobody keeps the revert busy for seconds, and ends with it.
      const pid = await qemuPid(domain);
      process.kill(pid, 'SIGSTOP');
      void callRevert().catch(() => undefined);
      await machineThat('is being reverted', ({ state }) => state === MachineState.REVERTING);
      await killAndAwait(name);
      await clients.ready(generation);
      await expectHello();
      expect(await qemuPid(domain)).not.toBe(pid);
    },
  );

  test('a revert goes on when the watchdog is killed at the moment a fault was reported to it', async () => {
    const { generation } = await clients.machine();
    const result = clients.execute({ code: 'sleep 600', timeLimit: seconds(1) });
    const pid = await findService(vmServer, 'watchdog');
    await result;
    process.kill(pid as number, 'SIGKILL');
    await expectReverted(generation);
  });

  test('a revert goes on when the watchdog is killed before it has heard of the fault', async () => {
    const { generation } = await clients.machine();
    const pid = (await findService(vmServer, 'watchdog')) as number;
    process.kill(pid, 'SIGSTOP');
    await clients.execute({ code: 'sleep 600', timeLimit: seconds(1) });
    process.kill(pid, 'SIGKILL');
    await expectReverted(generation);
  });
});

const seconds = (count: number) => ({ seconds: BigInt(count), nanos: 0 });

async function expectHello(): Promise<void> {
  const { run } = await clients.execute({ code: 'echo hello' });
  expect(textOf(run?.stdout)).toBe('hello\n');
}

/** The next watchdog has reverted the machine itself: it takes no other one for pristine. */
async function expectReverted(generation: number): Promise<void> {
  await waitFor(
    'a machine that was reverted',
    async () => (await clients.ready(generation)).pristine,
  );
  await expectHello();
}

/** More than run at the same time. */
function programs(durationSeconds: number): Partial<Program>[] {
  return [1, 2, 3].map((i) => ({ code: `sleep ${durationSeconds}; echo ${i}` }));
}

/** What the program has printed, or the reason of the error. */
async function answerTo(program: Partial<Program>): Promise<string> {
  try {
    const { run } = await clients.execute(program);
    return textOf(run?.stdout);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return error.reason;
  }
}

async function running(): Promise<void> {
  await waitFor('a running program', async () => {
    const { machines } = await clients.executor.listMachines({}, { timeoutMs: 5000 });
    return (machines[0]?.running ?? 0) > 0;
  });
}

/** Resolves when another process of that name is there. */
async function killAndAwait(name: ServiceName): Promise<void> {
  const before = await findService(vmServer, name);
  await killService(vmServer, name);
  await waitFor(`the next ${name}`, async () => {
    const pid = await findService(vmServer, name);
    return pid !== undefined && pid !== before;
  });
}

async function machineThat(
  description: string,
  condition: (machine: Machine) => boolean,
): Promise<Machine> {
  return await waitFor(`a machine that ${description}`, async () => {
    const machine = await clients.machine();
    return condition(machine) && machine;
  });
}

async function revertByHand(): Promise<void> {
  const { generation } = await clients.machine();
  await callRevert();
  await clients.ready(generation);
}

async function callRevert(): Promise<void> {
  await clients.watchdog.revertMachine({ machine: domain }, { timeoutMs: 60_000 });
}
