import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { readHost } from '../../deploy/host/host.js';
import { startServices, stopServices } from '../../deploy/host/services.js';
import { Limit } from '../../services/gen/pbot/vm/v1/executor.js';
import { FaultReason, type Machine, MachineState } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { machineSecretPath } from '../../services/lib/config/own-machines.js';
import type { RpcError } from '../../services/lib/rpc/error.js';
import { ChannelProxy } from '../support/channel-proxy.js';
import { Clients, textOf } from '../support/clients.js';
import { startProcess, type TestProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';

const environment = inject('machine');
const host = readHost(environment, process.getuid?.() ?? 0);
const clients = new Clients(environment);
let data: ChannelProxy;
let heart: ChannelProxy;
let services: TestProcess;

/** The services that run already make place for others, which find the channels behind the proxies. */
beforeAll(async () => {
  await stopServices(host);
  data = await ChannelProxy.listen(Number(environment['PBOTVM_SERIAL']));
  heart = await ChannelProxy.listen(Number(environment['PBOTVM_HEART']));
  services = startProcess(process.execPath, ['dist/vm-server.js'], {
    ...process.env,
    ...environment,
    PBOTVM_SERIAL: String(data.port),
    PBOTVM_HEART: String(heart.port),
    PBOTVM_SECRET: machineSecretPath({
      homeDirectory: host.homeDirectory,
      domain: environment['PBOTVM_DOMAIN'] as string,
    }),
  });
});

afterAll(async () => {
  await services?.stop();
  await data?.close();
  await heart?.close();
  const programPath = 'dist/vm-server.js';
  const variables = { ...process.env, ...environment };
  await startServices({ host, programPath, environment: variables, log: 'file' });
  await clients.ready();
  clients.close();
});

beforeEach(async () => {
  await clients.ready();
});

afterEach(() => {
  data.restore();
  heart.restore();
});

describe('the data channel', () => {
  test('the data channel that is cut while nothing runs is opened again, and nothing is reverted', async () => {
    const { generation, revertCount } = await clients.machine();
    await cutDataChannel();
    await expectHello();
    expect(await clients.machine()).toMatchObject({ generation, revertCount });
  });

  test('the data channel that is cut while a program runs leaves its outcome unknown, and the next one has its own', async () => {
    const lost = clients.execute({ code: 'echo begun; sleep 30' }).catch((error: unknown) => error);
    await waitFor('output of the program', () => data.fromGuest.at(-1)?.kind === 'output');
    data.cut();
    const error = (await lost) as RpcError;
    expect(error.reason).toBe('MACHINE_LOST');
    expect(error.metadata['execution']).toBe('OUTCOME_UNKNOWN');
    await expectHello();
  });

  test('the data channel that swallows all bytes while the heart beats costs one program its answer', async () => {
    const { generation } = await clients.machine();
    data.swallow();
    const { run } = await clients.execute({ code: 'echo hello', timeLimit: seconds(1) });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    const { lastFault } = await reverted(generation);
    expect(lastFault?.reason).toBe(FaultReason.TIMED_OUT);
    data.restore();
    await expectHello();
  });

  test('the data channel that can not be opened while the heart beats is a fault', async () => {
    const { generation } = await clients.machine();
    data.refuse();
    const { lastFault } = await reverted(generation);
    expect(lastFault?.reason).toBe(FaultReason.GUEST_ERROR);
    expect(lastFault?.detail).toBe('the guest server has not opened a session within 15 s');
    data.restore();
    await expectHello();
  });

  test('the data channel that brings garbage is a fault', async () => {
    const { generation } = await clients.machine();
    data.sayToHost(Buffer.from('\0garbage\0'));
    const { lastFault } = await reverted(generation);
    expect(lastFault?.reason).toBe(FaultReason.CHANNEL_CORRUPT);
    expect(lastFault?.detail).toMatch(/^a frame of the data channel was dropped: /);
    await expectHello();
  });

  test('the data channel that brings garbage to the guest loses no more than garbage', async () => {
    const { generation } = await clients.machine();
    data.sayToGuest(Buffer.from('\0garbage\0'));
    await expectHello();
    expect((await clients.machine()).generation).toBe(generation);
  });

  test('the data channel that repeats what was said of an earlier program adds nothing to the next one', async () => {
    const { generation } = await clients.machine();
    data.fromGuest.length = 0;
    await clients.execute({ code: 'echo earlier' });
    const earlier = data.fromGuest.map(({ bytes }) => bytes);
    expect(data.fromGuest.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['phaseStarted', 'output', 'phaseFinished', 'finished']),
    );
    data.sayToHost(Buffer.concat(earlier));
    await expectHello();
    expect((await clients.machine()).generation).toBe(generation);
  });

  test('the data channel that repeats what was said to the guest runs no program twice', async () => {
    const { generation } = await clients.machine();
    data.fromHost.length = 0;
    await clients.execute({ code: 'echo once' });
    const said = data.fromHost.map(({ bytes }) => bytes);
    data.fromGuest.length = 0;
    data.sayToGuest(Buffer.concat(said));
    await waitFor('a refusal', () => data.fromGuest.some(({ kind }) => kind === 'refused'));
    await expectHello();
    expect((await clients.machine()).generation).toBe(generation);
  });

  test('the data channel that says twice that a program has begun is a fault', async () => {
    const { generation } = await clients.machine();
    const lost = clients.execute({ code: 'sleep 30' }).catch((error: unknown) => error);
    const begun = await waitFor('the begin of the program', () => {
      const last = data.fromGuest.at(-1);
      return last?.kind === 'phaseStarted' && last;
    });
    data.sayToHost(begun.bytes);
    expect(((await lost) as RpcError).reason).toBe('MACHINE_LOST');
    const { lastFault } = await reverted(generation);
    expect(lastFault?.reason).toBe(FaultReason.GUEST_ERROR);
    await expectHello();
  });

  test('the data channel that brings frames of an older session is believed nothing', async () => {
    data.fromGuest.length = 0;
    data.fromHost.length = 0;
    await clients.execute({ code: 'echo older' });
    const older = {
      fromGuest: Buffer.concat(data.fromGuest.map(({ bytes }) => bytes)),
      fromHost: Buffer.concat(
        data.fromHost.filter(({ kind }) => kind !== 'hello').map(({ bytes }) => bytes),
      ),
    };
    const { generation } = await clients.machine();
    await cutDataChannel();
    const result = clients.execute({ code: 'sleep 1; echo hello' });
    await waitFor('the begin', () => data.fromGuest.at(-1)?.kind === 'phaseStarted');
    data.sayToHost(older.fromGuest);
    data.sayToGuest(older.fromHost);
    expect(textOf((await result).run?.stdout)).toBe('hello\n');
    await expectHello();
    expect((await clients.machine()).generation).toBe(generation);
  });
});

describe('the heartbeat channel', () => {
  test('the heartbeat channel that is cut while the data channel lives is opened again, and what runs goes on', async () => {
    const { generation } = await clients.machine();
    const result = clients.execute({ code: 'sleep 1; echo hello' });
    heart.cut();
    expect(textOf((await result).run?.stdout)).toBe('hello\n');
    expect((await clients.machine()).generation).toBe(generation);
  });

  test('the heartbeat channel that can not be opened is a lost heartbeat', async () => {
    const { generation } = await clients.machine();
    heart.refuse();
    const { lastFault } = await reverting(generation);
    expect(lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
    heart.restore();
    await clients.ready(generation);
    await expectHello();
  });

  test('the heartbeat channel that swallows all bytes is a lost heartbeat, whatever the data channel brings', async () => {
    const { generation } = await clients.machine();
    const lost = clients.execute({ code: 'sleep 30' }).catch((error: unknown) => error);
    heart.swallow();
    const { lastFault } = await reverting(generation);
    expect(lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
    expect(lastFault?.detail).toMatch(/^It has been silent for /);
    await lost;
    heart.restore();
    await clients.ready(generation);
    await expectHello();
  });
});

const seconds = (count: number) => ({ seconds: BigInt(count), nanos: 0 });

/** Resolves when the next session is open. */
async function cutDataChannel(): Promise<void> {
  data.fromGuest.length = 0;
  data.cut();
  await waitFor('a new session', () => data.fromGuest.some(({ kind }) => kind === 'ready'));
  await clients.ready();
}

async function expectHello(): Promise<void> {
  await clients.ready();
  const { run } = await clients.execute({ code: 'echo hello' });
  expect(textOf(run?.stdout)).toBe('hello\n');
}

/** The machine as the Watchdog tells it when the revert of a generation has begun. */
async function reverting(generation: number): Promise<Machine> {
  return await waitFor(
    'a revert',
    async () => {
      const machine = await clients.machine();
      return machine.generation !== generation && machine;
    },
    60_000,
  );
}

/** The machine when it beats in another generation; its data channel may not be open. */
async function reverted(generation: number): Promise<Machine> {
  return await waitFor(
    'a machine that beats again',
    async () => {
      const machine = await clients.machine();
      const isBack = machine.generation !== generation && machine.state === MachineState.READY;
      return isBack && machine;
    },
    60_000,
  );
}
