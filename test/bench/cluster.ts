// Measures several hosts behind HAProxy: how throughput grows with hosts, and a thousand clients that wait.
// All hosts are processes of this host. Their programs sleep, so that its processors do not bound them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestCluster, unconfinedHost } from '../support/cluster.js';
import { fileLedger, Load, type Tally } from '../support/cluster-load.js';
import { printTable } from './statistics.js';

const maxHosts = 3;

/** Programs at the same time on each host. */
const capacity = 2;

const throughput = { clients: 24, callsPerClient: 2, seconds: 1 };

const crowd = { clients: 1000, callsPerClient: 1, seconds: 0.1 };

const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-ledgers-'));
const cluster = await TestCluster.start(
  Array.from({ length: maxHosts }, () => unconfinedHost(capacity)),
);
try {
  const rows = [];
  for (let hosts = 1; hosts <= maxHosts; hosts += 1) {
    await cluster.killProxy();
    await cluster.startProxy(hosts);
    rows.push({ what: `hosts: ${hosts}`, tally: await measure(throughput) });
  }
  const [first] = rows;
  const waiting = await measure(crowd);
  printTable(
    'Hosts behind HAProxy',
    ['', 'calls', 'answered', 'ran twice', 'seconds', 'calls/s', 'to one host'],
    rows.map(({ what, tally }) => [
      what,
      `${tally.calls}`,
      `${tally.answered}`,
      `${tally.ranTwice}`,
      tally.seconds.toFixed(1),
      rateOf(tally).toFixed(2),
      first === undefined ? '' : (rateOf(tally) / rateOf(first.tally)).toFixed(2),
    ]),
  );
  printTable(
    `${crowd.clients} clients that wait for ${maxHosts} hosts`,
    ['calls', 'answered', 'ran twice', 'seconds'],
    [[waiting.calls, waiting.answered, waiting.ranTwice, Math.round(waiting.seconds)].map(String)],
  );
} finally {
  await cluster.stop();
  await rm(directory, { recursive: true });
}

async function measure(options: {
  clients: number;
  callsPerClient: number;
  seconds: number;
}): Promise<Tally> {
  const { callsPerClient, seconds } = options;
  const clients = Array.from({ length: options.clients }, () => cluster.connect());
  // The first calls find out how many slots there are.
  const ledger = fileLedger(directory);
  const few = clients.slice(0, 2 * maxHosts);
  await new Load({ clients: few, ledger, seconds: 0.5 }).run({ callsPerClient: 2 });
  const tally = await new Load({ clients, ledger, seconds }).run({ callsPerClient });
  for (const client of clients) client.close();
  return tally;
}

function rateOf({ answered, seconds }: Tally): number {
  return answered / seconds;
}
