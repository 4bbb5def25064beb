import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Limit } from '../../services/gen/pbot/vm/v1/executor.js';
import { FaultReason, MachineState } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { Clients, textOf } from '../support/clients.js';
import { guestImage, HandMadeMachine } from '../support/hand-made-machine.js';
import { sendLine } from '../support/line-client.js';
import type { TestProcess } from '../support/process.js';
import { runProgram } from '../support/real-machine.js';
import { waitFor } from '../support/wait.js';

/** A machine of somebody who follows the specification step by step; each test is a step. */
let machine: HandMadeMachine;
let clients: Clients;
let services: TestProcess;

const seconds = (count: number) => ({ seconds: BigInt(count), nanos: 0 });

beforeAll(async () => {
  machine = await HandMadeMachine.create('pbot-vm-test-own');
  clients = new Clients(machine.environment);
  await machine.define({ path: (await guestImage()).diskPath, format: 'qcow2' });
});

afterAll(async () => {
  clients?.close();
  await machine?.remove();
});

describe('a machine that was made by hand', () => {
  test('a machine that was made by hand gets its serial ports from add-serials, which says what it did', async () => {
    const { environment, domain } = machine;
    expect(await machine.addSerials()).toEqual([
      `added: serial port 1 -> 127.0.0.1:${environment['PBOTVM_SERIAL']} (data channel)`,
      `added: serial port 2 -> 127.0.0.1:${environment['PBOTVM_HEART']} (heartbeat)`,
      `Domain ${domain} has both channels when it is started: virsh start ${domain}`,
    ]);
  });

  test('a machine that was made by hand is left as it is by a second add-serials', async () => {
    const before = await machine.virsh('dumpxml', '--inactive', machine.domain);
    const [data, heart] = await machine.addSerials();
    expect(data).toMatch(/^already present: serial port 1 -> /);
    expect(heart).toMatch(/^already present: serial port 2 -> /);
    expect(await machine.virsh('dumpxml', '--inactive', machine.domain)).toBe(before);
  });

  test('a machine that was made by hand boots, and its guest server beats and answers over the serial ports', async () => {
    await machine.virsh('start', machine.domain);
    services = machine.startServices({ PBOTVM_NOREVERT: '1', PBOTVM_TIMEOUT: '60' });
    await clients.ready();
    // It has no other ports.
    const { run } = await clients.execute({ code: 'echo over ttyS1' });
    expect(textOf(run?.stdout)).toBe('over ttyS1\n');
  });

  test('a machine that was made by hand runs the hello world of the specification', async () => {
    const words = ['-lang=sh', 'echo', 'hello', 'world'];
    const { exitCode, stdout } = await runProgram('vm-exec', words, machine.environment);
    expect(stdout).toBe('hello world\n');
    expect(exitCode).toBe(0);
  });

  test('a machine that was made by hand answers PBot’s lines', async () => {
    const port = Number(machine.environment['PBOTVM_SERVER']);
    const request = { lang: 'sh', code: 'echo hello', nick: 'me', channel: '#c' };
    expect(await sendLine(port, JSON.stringify(request))).toBe('hello\n');
    expect(await sendLine(port, '-lang=sh echo hello')).toBe('hello\n');
  });

  test('a machine that was made by hand gets a large program whole through its serial port', async () => {
    const data = randomBytes(100_000).toString('hex');
    const { run } = await clients.execute({
      code: `data='${data}'\nprintf %s "$data" | sha256sum`,
    });
    const digest = createHash('sha256').update(data).digest('hex');
    expect(textOf(run?.stdout)).toBe(`${digest}  -\n`);
  });

  test('a machine that was made by hand sends a million bytes of output whole through its serial port', async () => {
    const numbers = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join('');
    const { run } = await clients.execute({ code: 'seq 1 200000 | head -c 1000000' });
    expect(textOf(run?.stdout)).toBe(numbers.slice(0, 1_000_000));
    expect(run?.stdout?.truncated).toBe(false);
  });

  test('a machine that was made by hand and has no snapshot yet works on after a time-out, and says the command that makes one', async () => {
    expect(await services.stop()).toBe(0);
    services = machine.startServices();
    const { generation } = await clients.ready();
    const command = `virsh snapshot-create-as ${machine.domain} 1`;
    await waitFor('a warning', () => services.output().includes(`has no snapshot: ${command}`));
    const { run } = await clients.execute({
      code: 'trap "" TERM; sleep 600',
      timeLimit: seconds(1),
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    const { run: next, generation: same } = await clients.execute({ code: 'echo next' });
    expect(textOf(next?.stdout)).toBe('next\n');
    expect(same).toBe(generation);
    const { state, revertObstacle } = await clients.machine();
    expect(state).toBe(MachineState.READY);
    expect(revertObstacle).toBe(`has no snapshot: ${command}`);
    const { stdout } = await runProgram('pbot-vm', ['revert'], machine.environment);
    expect(stdout).toBe('');
    await clients.ready(generation);
  });

  test('a machine that was made by hand is saved by virsh itself while it waits for programs', async () => {
    await machine.virsh('snapshot-create-as', machine.domain, '1');
    expect(await machine.virsh('snapshot-list', '--name', machine.domain)).toBe('1');
    const request = { domain: machine.domain };
    const { snapshots } = await clients.snapshot.listSnapshots(request, { timeoutMs: 10_000 });
    expect(snapshots).toMatchObject([{ name: '1', domainState: 'running' }]);
    expect(await services.stop()).toBe(0);
  });

  test('a machine that was made by hand is reverted to that snapshot when a program passes its time limit', async () => {
    services = machine.startServices();
    const { generation } = await clients.ready();
    const { run } = await clients.execute({
      code: 'echo begun; echo secret > /tmp/left-behind; trap "" TERM; sleep 600',
      timeLimit: seconds(2),
    });
    expect(run?.limit).toBe(Limit.WALL_TIME);
    expect(textOf(run?.stdout)).toBe('begun\n');
    const { lastFault, revertCount } = await clients.ready(generation);
    expect(lastFault?.reason).toBe(FaultReason.TIMED_OUT);
    expect(revertCount).toBe(1);
    const after = await clients.execute({ code: 'cat /tmp/left-behind; echo hello' });
    expect(textOf(after.run?.stderr)).toContain('No such file');
    expect(textOf(after.run?.stdout)).toBe('hello\n');
  });

  test('a machine that was made by hand is started from that snapshot when it was switched off', async () => {
    const { generation } = await clients.machine();
    await machine.virsh('destroy', machine.domain);
    await clients.ready(generation);
    const { stdout } = await runProgram('vm-exec', ['-lang=sh', 'echo hi'], machine.environment);
    expect(stdout).toBe('hi\n');
  });

  test('a machine that was made by hand keeps the one snapshot that was taken, and vm-server ends well', async () => {
    expect(await machine.virsh('snapshot-list', '--name', machine.domain)).toBe('1');
    expect(await services.stop()).toBe(0);
  });
});
