import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeFrame } from '../../guest/protocol/frame.js';
import { GuestFrame } from '../../services/gen/pbot/vm/guest/v1/channel.js';
import { FaultReason, type Machine } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { Clients, textOf } from '../support/clients.js';
import { guestImage, HandMadeMachine } from '../support/hand-made-machine.js';
import { freePorts } from '../support/ports.js';
import { RootConsole, withRootConsole } from '../support/root-console.js';
import { killService } from '../support/service-processes.js';

/** A machine that somebody has taken over: a shell of root waits on its console, in the snapshot too. */
let machine: HandMadeMachine;
let clients: Clients;
let consolePort: number;
let servicesPid: number;
let root: RootConsole;

const dataPort = '/dev/virtio-ports/pbot-vm.data.0';
const heartPort = '/dev/virtio-ports/pbot-vm.heart.0';
const unit = 'pbot-vm-guest.service';

beforeAll(async () => {
  machine = await HandMadeMachine.create('pbot-vm-test-root');
  clients = new Clients(machine.environment);
  [consolePort] = (await freePorts(1)) as [number];
  await machine.define(
    { path: (await guestImage()).diskPath, format: 'qcow2' },
    { channels: 'virtio-serial', adapt: (xml) => withRootConsole(xml, consolePort) },
  );
  await machine.virsh('start', machine.domain);
  await takeSnapshot();
  servicesPid = machine.startServices({ PBOTVM_TIMEOUT: '60' }).child.pid as number;
});

afterAll(async () => {
  clients?.close();
  await machine?.remove();
});

beforeEach(async () => {
  await clients.ready();
  root = await RootConsole.connect(consolePort);
  return () => root.close();
});

describe('recovery from faults inside the machine', () => {
  test('the machine comes back after somebody inside it killed the guest server', async () => {
    const { lastFault } = await mendedAfter(() => root.start(`kill -KILL ${serverPid}`));
    expect([FaultReason.HEARTBEAT_LOST, FaultReason.GUEST_ERROR]).toContain(lastFault?.reason);
  });

  test('the machine reads ahead as much of its files as the kernel does by itself, once it has come back', async () => {
    expect(await root.run('cat /sys/block/vda/queue/read_ahead_kb')).toContain('128');
  });

  test('the machine comes back after somebody inside it stopped the guest server', async () => {
    const { lastFault } = await mendedAfter(() => root.start(`kill -STOP ${serverPid}`));
    expect(lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
    expect(lastFault?.detail).toMatch(/^It has been silent for \d+\.\d s\.$/);
  });

  test('the machine comes back after somebody inside it took all processor time from the guest server', async () => {
    // The kernel leaves a twentieth to others, which is enough to beat now and then.
    await root.run(
      [
        'echo -1 > /proc/sys/kernel/sched_rt_runtime_us',
        'mount -t debugfs none /sys/kernel/debug',
        'echo 0 | tee /sys/kernel/debug/sched/fair_server/cpu*/runtime',
      ].join('\n'),
    );
    const { lastFault } = await mendedAfter(() => {
      root.start('chrt --fifo 99 sh -c "while :; do :; done"');
    });
    expect(lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
  });

  test('the machine comes back after somebody inside it made the kernel panic', async () => {
    const { lastFault } = await mendedAfter(() => root.start('echo c > /proc/sysrq-trigger'));
    expect(lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
  });

  test('the machine comes back after somebody inside it rebooted it', async () => {
    const { lastFault } = await mendedAfter(() => root.start('reboot --force --force'));
    expect(lastFault?.reason).toBe(FaultReason.HEARTBEAT_LOST);
  });

  test('the machine comes back after somebody inside it switched it off', async () => {
    const { lastFault } = await mendedAfter(() => root.start('poweroff --force --force'));
    expect(lastFault?.reason).toBe(FaultReason.MACHINE_GONE);
    expect(lastFault?.detail).toContain('is shut off');
  });

  test('the machine comes back after somebody inside it wrote garbage to the data channel', async () => {
    await root.run('{ head -c 3000 /dev/urandom; printf "\\000"; } > /tmp/garbage');
    const { lastFault } = await mendedAfter(async () => {
      await takeChannels();
      root.start('cat /tmp/garbage >&3');
    });
    expect(lastFault?.reason).toBe(FaultReason.CHANNEL_CORRUPT);
    expect(lastFault?.detail).toMatch(/^a frame of the data channel was dropped: /);
  });

  test('the machine comes back after somebody inside it wrote frames of another session to the data channel, which count for nothing', async () => {
    await putFile('/tmp/frames', staleFrames());
    const { generation } = await clients.machine();
    await takeChannels();
    await root.run('cat /tmp/frames /tmp/frames >&3');
    // The heart beats on, the session is open: only a program shows that nobody answers.
    const { run } = await clients.execute({
      code: 'echo hello',
      timeLimit: { seconds: 1n, nanos: 0 },
    });
    expect(textOf(run?.stdout)).toBe('');
    const { lastFault } = await helloAfter(generation);
    expect(lastFault?.reason).toBe(FaultReason.TIMED_OUT);
  });

  test('the machine comes back after somebody inside it beats in place of the guest server, and answers no host', async () => {
    const { lastFault } = await mendedAfter(async () => {
      await takeChannels();
      await killService(servicesPid, 'executor');
    });
    expect(lastFault?.reason).toBe(FaultReason.GUEST_ERROR);
    expect(lastFault?.detail).toBe('the guest server has not opened a session within 15 s');
  });
});

describe('the clock of the guest', () => {
  test('the clock of the guest that somebody inside has set wrong is right in the next session', async () => {
    await root.run('date --set 2001-01-01');
    expect(await clockErrorMs()).toBeLessThan(-1e9);
    await killService(servicesPid, 'executor');
    await clients.ready();
    await expect.poll(clockErrorMs, { timeout: 30_000 }).toBeGreaterThan(-500);
    expect(await clockErrorMs()).toBeLessThan(500);
  });

  test('the clock of the guest that somebody inside has set wrong is right after a revert', async () => {
    await root.run('date --set 2001-01-01');
    await mendedAfter(() => root.start(`kill -STOP ${serverPid}`));
    expect(Math.abs(await clockErrorMs())).toBeLessThan(500);
  });
});

const serverPid = `$(systemctl show --property=MainPID --value ${unit})`;

async function takeSnapshot(): Promise<void> {
  const services = machine.startServices({ PBOTVM_NOREVERT: '1', PBOTVM_TIMEOUT: '60' });
  await clients.ready();
  await expectHello();
  await clients.snapshot.createSnapshot(
    { domain: machine.domain, snapshot: '1', replace: false },
    { timeoutMs: 120_000 },
  );
  await services.stop();
}

async function mendedAfter(death: () => unknown): Promise<Machine> {
  const { generation } = await clients.machine();
  await death();
  return await helloAfter(generation);
}

async function helloAfter(generation: number): Promise<Machine> {
  const after = await clients.ready(generation);
  await expectHello();
  return after;
}

async function expectHello(): Promise<void> {
  const { run } = await clients.execute({ code: 'echo hello' });
  expect(textOf(run?.stdout)).toBe('hello\n');
}

/** Kills the guest server, takes its place on both channels (data is descriptor 3), and beats. */
async function takeChannels(): Promise<void> {
  await root.run(
    [
      `mkdir -p /run/systemd/system/${unit}.d`,
      `printf '[Service]\\nRestart=no\\n' > /run/systemd/system/${unit}.d/restart.conf`,
      'systemctl daemon-reload',
      `pid=${serverPid}`,
      // The heart first: the Watchdog must not miss it.
      `kill -KILL $pid; until true <>${heartPort}; do true; done 2>/dev/null`,
      `(while echo; do read -r probe; done <>${heartPort} >&0) &`,
      `until true <>${dataPort}; do true; done 2>/dev/null; exec 3<>${dataPort}`,
    ].join('\n'),
  );
}

async function putFile(path: string, bytes: Uint8Array): Promise<void> {
  const text = Buffer.from(bytes).toString('base64');
  await root.run(`: > ${path}.base64`);
  // A terminal takes 4095 bytes a line.
  for (const piece of text.match(/.{1,3000}/g) ?? []) {
    await root.run(`echo ${piece} >> ${path}.base64`);
  }
  await root.run(`base64 -d ${path}.base64 > ${path}`);
}

/** What an earlier guest server may have said, and one of no session at all. */
function staleFrames(): Uint8Array {
  const bodies: GuestFrame['body'][] = [
    { $case: 'finished', value: { execution: 1 } },
    { $case: 'refused', value: { execution: 1, reason: 'stale' } },
    { $case: 'output', value: { execution: 1, stream: 1 } },
    { $case: 'noSession', value: {} },
  ];
  const frames = bodies.map((body) => {
    return encodeFrame(GuestFrame.encode({ generation: 1, session: 1, body }).finish());
  });
  return Buffer.concat([Uint8Array.of(0), ...frames]);
}

/** How far the guest's clock is ahead of the host's, at least. */
async function clockErrorMs(): Promise<number> {
  const before = Date.now();
  const { run } = await clients.execute({ code: 'date +%s%N' });
  const after = Date.now();
  const guest = Number(textOf(run?.stdout)) / 1e6;
  if (guest < before) return guest - before;
  return Math.max(0, guest - after);
}
