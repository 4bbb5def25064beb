// Measures what a sandbox costs, against a guest server without one: `npm run bench:sandbox`.

import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../support/wait.js';
import { type ConsoleMachine, withConsoleMachine } from './console-machine.js';
import { milliseconds, printTable, quantile } from './statistics.js';

/** Each way is measured so often, in turn with the other, each time after a restart of the guest server. */
const turns = 3;

const warmUpRounds = 15;

const roundsPerTurn = 30;

/** Between two samples, so that the next sandbox is made and nothing is still under way. */
const pauseMs = 300;

const startsPerTool = 20;

/** What a sandbox could be made with, each the start of a process or more per execution. */
const tools = {
  true: '/bin/true',
  'setpriv true': 'setpriv --reuid 1000 --clear-groups --no-new-privs /bin/true',
  'unshare true': 'unshare --fork --pid --mount --net --ipc --uts /bin/true',
  'unshare setpriv true':
    'unshare --fork --pid --mount --net --ipc --uts setpriv --reuid 1000 --clear-groups --no-new-privs /bin/true',
};

const unit = 'pbot-vm-guest.service';

const ways = ['sandboxed', 'unfiltered', 'unconfined'] as const;

type Way = (typeof ways)[number];

await withConsoleMachine(async (machine) => {
  await benchHello(machine);
  await benchTools(machine);
});

/** `sh echo hello` with sandboxes and without, by one guest server in one machine. */
async function benchHello(machine: ConsoleMachine): Promise<void> {
  const samples: Record<Way, number[]> = { sandboxed: [], unfiltered: [], unconfined: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    for (const way of ways) {
      await restartServer(machine, way);
      for (let round = 0; round < warmUpRounds + roundsPerTurn; round += 1) {
        await sleep(pauseMs);
        const startedAtMs = performance.now();
        await machine.sayHello();
        if (round >= warmUpRounds) samples[way].push(performance.now() - startedAtMs);
      }
    }
  }
  const [sandboxed, unfiltered, unconfined] = ways.map((way) =>
    [0, 0.5, 0.9].map((share) => quantile(samples[way], share)),
  ) as [number[], number[], number[]];
  const difference = (from: number[], to: number[]) => to.map((ms, i) => ms - (from[i] as number));
  const rows: [string, number[]][] = [
    ['in a sandbox, in a control group, with a filter of system calls', sandboxed],
    ['the same without the filter', unfiltered],
    ['as root, without any of them', unconfined],
    ['what the filter costs', difference(unfiltered, sandboxed)],
    ['what all of them cost', difference(unconfined, sandboxed)],
  ];
  printTable(
    `sh echo hello by gRPC, ${turns} times ${roundsPerTurn} of each in turn (ms)`,
    ['program', 'min', 'p50', 'p90'],
    rows.map(([name, times]) => [name, ...times.map(milliseconds)]),
  );
}

async function restartServer({ root, sayHello }: ConsoleMachine, way: Way): Promise<void> {
  const folder = `/run/systemd/system/${unit}.d`;
  await root.run(`rm -rf ${folder}; mkdir -p ${folder}; cd ${folder}; echo [Service] >bench.conf`);
  if (way !== 'sandboxed') {
    await root.run('printf "SystemCallFilter=\\nRestrictAddressFamilies=\\n" >>bench.conf');
  }
  if (way === 'unconfined') {
    const file = `$(systemctl show --property FragmentPath --value ${unit})`;
    await root.run(`echo ExecStart= >>bench.conf`);
    await root.run(`sed -n 's|^ExecStart=.*|& --unconfined|p' ${file} >>bench.conf`);
  }
  await root.run(`systemctl daemon-reload; systemctl restart ${unit}`);
  await waitFor('the guest server', () => sayHello().then(() => true, ignore), 60_000);
}

/** The server that is asked may be the one that is being ended. */
function ignore(): undefined {}

async function benchTools({ root }: ConsoleMachine): Promise<void> {
  const rows: string[][] = [];
  for (const [name, command] of Object.entries(tools)) {
    const times: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const loop = `i=0; while [ $i -lt ${startsPerTool} ]; do ${command}; i=$((i+1)); done`;
      const startedAtMs = performance.now();
      await root.run(loop);
      times.push((performance.now() - startedAtMs) / startsPerTool);
    }
    rows.push([name, milliseconds(quantile(times, 0.5))]);
  }
  printTable(
    `What a sandbox made by tools takes in the guest, ${turns} times ${startsPerTool} of each (ms)`,
    ['command', 'p50'],
    rows,
  );
}
