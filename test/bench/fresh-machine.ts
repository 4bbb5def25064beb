// Measures what a fresh machine for each execution costs beside a revert after faults alone: `npm run bench:fresh-machine`.

import { setTimeout as sleep } from 'node:timers/promises';
import { MachineState } from '../../services/gen/pbot/vm/v1/watchdog.js';
import type { RevertPolicy } from '../../services/lib/config/revert-policy.js';
import { type Clients, textOf } from '../support/clients.js';
import type { MachineEnvironment } from '../support/real-machine.js';
import { waitFor } from '../support/wait.js';
import { HostProcessors } from './host-processors.js';
import { type BenchServices, startMachine, startServices } from './stack.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const names = ['pbot-vm-bench', 'pbot-vm-bench-2', 'pbot-vm-bench-3'] as const;

/** Each is one start of the services with `failure`, and one with `always`. */
const latencyRounds = 3;

/** Programs of one round. */
const programsPerRound = 30;

/** After all machines are ready, so that what a revert leaves to do in the guest is done. */
const pauseMs = 1000;

/** How long programs are sent without a pause to each number of machines. */
const workMs = 20_000;

const warmUpReverts = 5;

const measuredReverts = 30;

const machine = await startMachine({ machines: names.length });
try {
  await benchLatency(machine.environment);
  await benchRate(machine.environment);
  await benchProcessors(machine.environment);
} finally {
  await machine.stop();
}

/** Hello while all machines are spare: nobody waits for a revert. */
async function benchLatency(environment: MachineEnvironment): Promise<void> {
  const times: Record<'failure' | 'always', number[]> = { failure: [], always: [] };
  for (let round = 0; round < latencyRounds; round += 1) {
    for (const policy of ['failure', 'always'] as const) {
      times[policy].push(...(await withPolicy(environment, policy, timeSparedPrograms)));
    }
  }
  const usual = quantile(times.failure, 0.5);
  printTable(
    `Hello while ${names.length} machines are spare, in turns (ms)`,
    ['PBOTVM_REVERT', 'programs', 'p50', 'p90', 'p50 to that of failure'],
    Object.entries(times).map(([policy, ms]) => [
      policy,
      String(ms.length),
      milliseconds(quantile(ms, 0.5)),
      milliseconds(quantile(ms, 0.9)),
      (quantile(ms, 0.5) / usual).toFixed(2),
    ]),
  );
}

async function timeSparedPrograms({ clients }: BenchServices): Promise<number[]> {
  const times: number[] = [];
  // The first ones find services whose code is not compiled yet.
  for (let i = -names.length; i < programsPerRound; i += 1) {
    await untilAllAreSpare(clients);
    await sleep(pauseMs);
    const startedAtMs = performance.now();
    await hello(clients);
    if (i >= 0) times.push(performance.now() - startedAtMs);
  }
  return times;
}

/** As many programs as machines allow: each machine has a client that sends the next one at once. */
async function benchRate(environment: MachineEnvironment): Promise<void> {
  const rows: string[][] = [];
  for (let count = 1; count <= names.length; count += 1) {
    const { times, seconds, processorMs } = await withPolicy(environment, 'always', (services) =>
      sustain(services, names.slice(0, count)),
    );
    rows.push([
      String(count),
      (times.length / seconds).toFixed(2),
      milliseconds(quantile(times, 0.5)),
      milliseconds(processorMs / times.length),
      (processorMs / 10 / seconds).toFixed(0),
    ]);
  }
  printTable(
    'A fresh machine for each hello, without a pause',
    [
      'machines',
      'programs a second',
      'p50 (ms)',
      'processor a program (ms)',
      'of one processor in use (%)',
    ],
    rows,
  );
}

async function sustain({ clients, processes }: BenchServices, machines: readonly string[]) {
  const processors = await HostProcessors.of(processes, names);
  const times: number[] = [];
  const startedAtMs = performance.now();
  const client = async (name: string) => {
    while (performance.now() - startedAtMs < workMs) {
      const sentAtMs = performance.now();
      await hello(clients, name);
      times.push(performance.now() - sentAtMs);
    }
  };
  await Promise.all(machines.map(client));
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { times, seconds, processorMs: sum(processors.takeMs().values()) };
}

/** What a revert of an idle machine takes of the host's processors, less what the same machine takes without one. */
async function benchProcessors(environment: MachineEnvironment): Promise<void> {
  const { idle, reverting } = await withPolicy(environment, 'failure', async (services) => {
    // The services have compiled their code after a few.
    await revertAgainAndAgain(services.clients, warmUpReverts);
    const processors = await HostProcessors.of(services.processes, names);
    const beganMs = performance.now();
    await revertAgainAndAgain(services.clients, measuredReverts);
    const reverting = processors.takeMs();
    await sleep(performance.now() - beganMs);
    return { idle: processors.takeMs(), reverting };
  });
  const row = (name: string, all: number, rest: number) => [
    name,
    ...[all, rest, all - rest].map((ms) => milliseconds(ms / measuredReverts)),
  ];
  printTable(
    `Processor time of one revert, mean of ${measuredReverts} (ms)`,
    ['process', 'with a revert', 'without', 'the revert'],
    [
      ...[...reverting].map(([name, ms]) => row(name, ms, idle.get(name) ?? 0)),
      row('all', sum(reverting.values()), sum(idle.values())),
    ],
  );
}

/** Asks nothing about the state meanwhile: that would cost as well. */
async function revertAgainAndAgain({ watchdog }: Clients, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await watchdog.revertMachine({ machine: names[0] }, { timeoutMs: 60_000 });
    await sleep(pauseMs);
  }
}

async function withPolicy<T>(
  environment: MachineEnvironment,
  policy: RevertPolicy,
  task: (services: BenchServices) => Promise<T>,
): Promise<T> {
  const services = await startServices(environment, { PBOTVM_REVERT: policy });
  try {
    await untilAllAreSpare(services.clients);
    return await task(services);
  } finally {
    await services.stop();
  }
}

/** Resolves when each machine can take a program at once. */
async function untilAllAreSpare(clients: Clients): Promise<void> {
  await waitFor('machines that are spare', async () => {
    const [watched, seen] = await Promise.all([
      clients.watchdog.listMachines({}, { timeoutMs: 5000 }),
      clients.executor.listMachines({}, { timeoutMs: 5000 }),
    ]);
    return watched.machines.every(
      ({ name, state, generation }) =>
        state === MachineState.READY &&
        seen.machines.some(
          (each) => each.name === name && each.connected && each.generation === generation,
        ),
    );
  });
}

async function hello(clients: Clients, machineName = ''): Promise<void> {
  const { run } = await clients.execute({ code: 'echo hello', machine: machineName });
  if (textOf(run?.stdout) !== 'hello\n') throw new Error('no hello');
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((all, each) => all + each, 0);
}
