// Measures what one, two and three machines of a host take and give: memory, and programs a second. `npm run bench:capacity`

import { type Clients, textOf } from '../support/clients.js';
import { qemuPid } from '../support/qemu-pid.js';
import { residentMiB } from '../support/resident-memory.js';
import { startMachine, startServices } from './stack.js';
import { printTable } from './statistics.js';

const names = ['pbot-vm-bench', 'pbot-vm-bench-2', 'pbot-vm-bench-3'] as const;

/** A machine with one processor has two. */
const slots = 2;

/** How long programs are sent, each time. */
const workMs = 20_000;

/** One that the processors of the host bound, and one that slots bound. */
const programs = { 'echo hello': 'echo hello', 'sleep 1': 'sleep 1; echo hello' };

const machine = await startMachine({ machines: names.length, flags: ['--languages', 'sh'] });
try {
  const services = await startServices(machine.environment, { PBOTVM_TIMEOUT: '60' });
  try {
    const rates = [];
    for (let count = 1; count <= names.length; count += 1) {
      const row = [];
      for (const code of Object.values(programs)) {
        row.push(await programsPerSecond(services.clients, { count, code }));
      }
      rates.push(row);
    }
    printTable(
      `Programs a second, ${slots} clients a machine`,
      ['machines', ...Object.keys(programs)],
      rates.map((row, i) => [`${i + 1}`, ...row.map((rate) => rate.toFixed(1))]),
    );
    const { executor, watchdog, snapshot } = services.processes;
    const parts: [string, number][] = Object.entries({ executor, watchdog, snapshot }).map(
      ([name, pid = 0]) => [name, pid],
    );
    for (const name of names) parts.push([`QEMU of ${name}`, await qemuPid(name)]);
    printTable(
      'Memory after that (MiB)',
      ['process', 'resident'],
      parts.map(([name, pid]) => [name, residentMiB(pid).toFixed(0)]),
    );
  } finally {
    await services.stop();
  }
} finally {
  await machine.stop();
}

/** On the first machines alone, so many. */
async function programsPerSecond(
  clients: Clients,
  { count, code }: { count: number; code: string },
): Promise<number> {
  let ended = 0;
  const beganMs = performance.now();
  const client = async (i: number) => {
    const name = names[i % count] as string;
    while (performance.now() - beganMs < workMs) {
      const { run } = await clients.execute({ code, machine: name });
      if (textOf(run?.stdout) !== 'hello\n') throw new Error(`a wrong answer of ${name}`);
      ended += 1;
    }
  };
  await Promise.all(Array.from({ length: slots * count }, (_, i) => client(i)));
  return ended / ((performance.now() - beganMs) / 1000);
}
