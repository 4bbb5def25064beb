// Two hosts with a real machine each, behind a real HAProxy: programs run while Executors are restarted and killed, machines
// are reverted and lose their QEMU, and a host is drained. Prints a table: `npm run cluster`.

import { printTable } from '../bench/statistics.js';
import { TestCluster } from '../support/cluster.js';
import { Load, type Tally } from '../support/cluster-load.js';
import { channelLedger, RealHost } from '../support/real-host.js';
import { runProgram } from '../support/real-machine.js';

const names = ['pbot-vm-cluster-a', 'pbot-vm-cluster-b'] as const;

/** More than both hosts have slots. */
const clientCount = 6;

const seconds = 0.5;

/** How often it happens what loses programs. */
const rounds = 3;

const systems: RealHost[] = [];
const ledger = channelLedger(() => systems);

const cluster = await TestCluster.start(
  names.map((name) => async (environment) => {
    const host = await RealHost.create(name, environment);
    systems.push(host);
    return host;
  }),
);
const clients = Array.from({ length: clientCount }, () => cluster.connect());
const [first] = systems as [RealHost];
try {
  await helloThroughProxy();
  const rows: [string, Tally][] = [
    ['nothing', await during(() => Promise.resolve())],
    ['all Executors are restarted, one after another', await during(restartAll)],
    [
      `an Executor is killed, ${rounds} times`,
      await during(repeatedly(() => first.restart('executor', { signal: 'SIGKILL' }))),
    ],
    [
      `a machine is reverted, ${rounds} times`,
      await during(repeatedly(() => first.revertMachine())),
    ],
    ['QEMU of a machine is killed', await during(killQemu)],
    ['a host is drained, and resumed', await during(drainAndResume)],
  ];
  printTable(
    'Two hosts with a real machine each, behind HAProxy',
    ['what happens', 'calls', 'answered', 'outcome unknown', 'not started', 'ran twice'],
    rows.map(([what, { calls, answered, unknown, notStarted, ranTwice }]) => [
      what,
      ...[calls, answered, unknown, notStarted, ranTwice].map(String),
    ]),
  );
  for (const [what, tally] of rows) requireTrue(what, tally);
} finally {
  for (const client of clients) client.close();
  await cluster.stop();
}

/** As a user does. */
async function helloThroughProxy(): Promise<void> {
  const { stdout, stderr } = await runProgram('vm-exec', ['-lang=sh', 'echo', 'hello'], {
    PBOTVM_SERVER: `0.0.0.0:${cluster.port}`,
    PBOTVM_TLS: 'off',
    PBOTVM_TOKEN_FILE: cluster.tokenFileOf('alice'),
  });
  if (stdout !== 'hello\n') throw new Error(`no hello through HAProxy: ${stderr}`);
}

async function during(happen: () => Promise<void>): Promise<Tally> {
  const load = new Load({ clients, ledger, seconds });
  const tally = await load.during(happen);
  console.log(tally, Object.fromEntries(load.errors));
  return tally;
}

function repeatedly(happen: () => Promise<void>): () => Promise<void> {
  return async () => {
    for (let round = 0; round < rounds; round += 1) {
      await happen();
      await cluster.available();
    }
  };
}

async function restartAll(): Promise<void> {
  for (const system of systems) {
    await system.restart('executor');
    await cluster.available();
  }
}

async function killQemu(): Promise<void> {
  await first.killQemu();
  await cluster.available();
}

async function drainAndResume(): Promise<void> {
  await first.pbotVm('drain', '--wait');
  await first.pbotVm('resume');
  await cluster.available();
}

/** @throws Error where a program ran twice, or a call has not the answer that it must have */
function requireTrue(what: string, tally: Tally): void {
  const { ranTwice, answeredInVain, ranUnannounced, notStarted } = tally;
  if (ranTwice + answeredInVain + ranUnannounced + notStarted > 0) {
    throw new Error(`${what}: ${JSON.stringify(tally)}`);
  }
}
