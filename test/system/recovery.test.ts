import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { Limit } from '../../services/gen/pbot/vm/v1/executor.js';
import { FaultReason } from '../../services/gen/pbot/vm/v1/watchdog.js';
import type { RpcError } from '../../services/lib/rpc/error.js';
import { Clients, textOf } from '../support/clients.js';
import { sendLine } from '../support/line-client.js';
import { startProcess } from '../support/process.js';
import { qemuPid } from '../support/qemu-pid.js';
import { runProgram, virsh } from '../support/real-machine.js';
import { waitFor } from '../support/wait.js';

const environment = inject('machine');
const domain = environment['PBOTVM_DOMAIN'] as string;
const port = environment['PBOTVM_SERVER'] as string;
const clients = new Clients(environment);

afterAll(() => clients.close());
beforeEach(async () => {
  await clients.ready();
});

async function helloAfter(generation: number) {
  const machine = await clients.ready(generation);
  const { run } = await clients.execute({ code: 'echo hello' });
  expect(textOf(run?.stdout)).toBe('hello\n');
  return machine;
}

describe('recovery of the machine', () => {
  test('the machine comes back after a program that passed its time limit, whose partial output is kept', async () => {
    const { generation, revertCount } = await clients.machine();
    const { run } = await clients.execute({
      code: 'echo begun; trap "" TERM; sleep 600',
      timeLimit: { seconds: 1n, nanos: 0 },
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    expect(textOf(run?.stdout)).toBe('begun\n');
    const machine = await helloAfter(generation);
    expect(machine.lastFault?.reason).toBe(FaultReason.TIMED_OUT);
    expect(machine.revertCount).toBe(revertCount + 1);
  });

  test('the machine comes back after its processors stood still and the heartbeat was lost', async () => {
    const { generation } = await clients.machine();
    await virsh('suspend', domain);
    const machine = await helloAfter(generation);
    expect(machine.lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
  });

  test('the machine comes back after QEMU was killed, and what ran then has an unknown outcome', async () => {
    const { generation } = await clients.machine();
    const lost = clients.execute({ code: 'sleep 5' }).catch((error: unknown) => error as RpcError);
    await clients.running();
    process.kill(await qemuPid(domain), 'SIGKILL');
    const error = (await lost) as RpcError;
    expect(error.reason).toBe('MACHINE_LOST');
    expect(error.metadata['execution']).toBe('OUTCOME_UNKNOWN');
    const machine = await helloAfter(generation);
    // On a busy host libvirt may notice the death later than the heartbeat is missed.
    expect([FaultReason.MACHINE_GONE, FaultReason.HEARTBEAT_LOST]).toContain(
      machine.lastFault?.reason,
    );
  });

  test('the machine comes back after QEMU was stopped, which answers nobody and can not even be asked to end', async () => {
    const { generation } = await clients.machine();
    process.kill(await qemuPid(domain), 'SIGSTOP');
    const machine = await helloAfter(generation);
    expect(machine.lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
  });

  test('the machine comes back after it was destroyed by hand', async () => {
    const { generation } = await clients.machine();
    await virsh('destroy', domain);
    await helloAfter(generation);
  });

  test('the machine comes back while somebody watches its states', async () => {
    const watch = startProcess(process.execPath, ['dist/pbot-vm.js', 'status', '--watch'], {
      ...process.env,
      ...environment,
    });
    await waitFor('a first table', () => watch.output().includes('READY'));
    const { generation } = await clients.machine();
    await runProgram('pbot-vm', ['revert'], environment);
    await clients.ready(generation);
    await waitFor('READY again', () => /READY[^]*REVERTING[^]*READY/.test(watch.output()));
    await expect(watch.stop('SIGINT')).resolves.toBe(0);
  });

  test('the machine comes back while PBot’s users wait for it, or are asked to try again soon', async () => {
    const texts = new Set<string>();
    await virsh('destroy', domain);
    while (!texts.has('hello\n')) texts.add(await sendLine(Number(port), '-lang=sh echo hello'));
    const others = [
      'Recovering from previous snippet, try again soon.\n',
      'The virtual machine was lost while the program ran, try again soon.\n',
    ];
    for (const text of texts) expect(['hello\n', ...others]).toContain(text);
  });
});
