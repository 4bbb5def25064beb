// Shows where the time of a program goes in the guest, step by step: `npm run bench:steps`. The kernel of the guest notes who has the
// processor, and a few system calls that tell one step from the next. To note them takes time, too.

import { setTimeout as sleep } from 'node:timers/promises';
import { type ConsoleMachine, withConsoleMachine } from './console-machine.js';
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
  ...[
    ...['setsid', 'mkdirat', 'setresgid', 'execve', 'exit_group', 'read', 'write'],
    ...['getdents64', 'unshare', 'mount', 'clone'],
  ].map((name) => `syscalls/sys_enter_${name}`),
];

await withConsoleMachine(async (machine) => print(await trace(machine)));

async function trace(machine: ConsoleMachine): Promise<string> {
  const { root } = machine;
  await sayHellos(machine, warmUpPrograms);
  await root.run('mkdir -p /run/trace; mount -t tracefs trace /run/trace; cd /run/trace');
  await root.run('echo 20000 >buffer_size_kb');
  for (const event of events) await root.run(`echo 1 >events/${event}/enable`);
  await root.run('echo >trace');
  await sayHellos(machine, tracedPrograms);
  await root.run('echo 0 >tracing_on');
  return await root.run('cat trace', traceLimitMs);
}

async function sayHellos({ sayHello }: ConsoleMachine, count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    await sayHello();
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
