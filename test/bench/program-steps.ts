// Shows where the time of a program goes in the guest, step by step: `npm run bench:steps`. The kernel of the guest notes who has the
// processor, and a few system calls that tell one step from the next. To note them takes time, too.

import { setTimeout as sleep } from 'node:timers/promises';
import { Clients, textOf } from '../support/clients.js';
import { guestImage, HandMadeMachine } from '../support/hand-made-machine.js';
import { freePorts } from '../support/ports.js';
import { RootConsole, withRootConsole } from '../support/root-console.js';
import { steps, stepsOf } from './guest-trace.js';
import { printTable } from './statistics.js';

/** After these QEMU has translated what a program needs. */
const warmUpPrograms = 200;

/** Their trace is a megabyte, which takes its time through a console. */
const tracedPrograms = 20;

/** What follows a program is over before the next one begins. */
const pauseMs = 300;

const traceLimitMs = 240_000;

const events = [
  ...['sched_switch', 'sched_process_fork', 'sched_process_exec'].map((name) => `sched/${name}`),
  ...['setsid', 'mkdirat', 'setresgid', 'execve', 'exit_group', 'read', 'write'],
  ...['getdents64', 'unshare', 'mount', 'clone'],
].map((name) => (name.includes('/') ? name : `syscalls/sys_enter_${name}`));

const machine = await HandMadeMachine.create('pbot-vm-bench');
const clients = new Clients(machine.environment);
try {
  const [consolePort] = (await freePorts(1)) as [number];
  await machine.define(
    { path: (await guestImage()).diskPath, format: 'qcow2' },
    { channels: 'virtio-serial', adapt: (xml) => withRootConsole(xml, consolePort) },
  );
  await machine.virsh('start', machine.domain);
  machine.startServices({ PBOTVM_NOREVERT: '1', PBOTVM_TIMEOUT: '60' });
  await clients.ready();
  const root = await RootConsole.connect(consolePort);
  print(await trace(root));
  root.close();
} finally {
  clients.close();
  await machine.remove();
}

async function trace(root: RootConsole): Promise<string> {
  await sayHellos(warmUpPrograms);
  await root.run('mkdir -p /run/trace; mount -t tracefs trace /run/trace; cd /run/trace');
  await root.run('echo 20000 >buffer_size_kb');
  for (const event of events) await root.run(`echo 1 >events/${event}/enable`);
  await root.run('echo >trace');
  await sayHellos(tracedPrograms);
  await root.run('echo 0 >tracing_on');
  return await root.run('cat trace', traceLimitMs);
}

async function sayHellos(count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    const { run } = await clients.execute({ code: 'echo hello' });
    if (textOf(run?.stdout) !== 'hello\n') throw new Error('hello was wrong');
    await sleep(pauseMs);
  }
}

function print(text: string): void {
  const times = stepsOf(text);
  const each = (ms: number) => (ms / tracedPrograms).toFixed(1);
  const rows = steps.map(({ who, what }) => [who, what, each(times.get(what) ?? 0)]);
  const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  printTable(
    `Processor time of sh -c 'echo hello' in the guest, mean of ${tracedPrograms} programs (ms)`,
    ['who', 'step', 'ms'],
    [...rows, ['all', '', each(total)]],
  );
}
