// Measures time-outs, deaths and reverts of machines: `npm run bench:recovery`.

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineState } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { RpcError } from '../../services/lib/rpc/error.js';
import type { Clients } from '../support/clients.js';
import { type MachineEnvironment, virsh } from '../support/real-machine.js';
import { residentMiB } from '../support/resident-memory.js';
import { countRepeated, revertStorm } from '../support/revert-storm.js';
import { canCureLibvirt, withPrivateKvmNode, withReaper } from './libvirt-daemon.js';
import { startMachine, startServices } from './stack.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const revertRounds = 20;
const libvirtRounds = 5;
const deadlineRounds = 15;
const frozenRounds = 5;
const enduranceRounds = Number(process.argv[2] ?? 500);

/** How long normal work is measured with and without an attack, and under each policy. */
const workMs = 20_000;

/** How long small programs are sent beside a client that has the machine reverted. */
const stormMs = 120_000;

const workHead = ['what', 'done', 'a second', 'p50 (ms)', 'p90 (ms)', 'refused or lost'];

const machine = await startMachine({ machines: 2 });
const [first, second] = ['pbot-vm-bench', 'pbot-vm-bench-2'] as const;
try {
  await benchReverts(machine.environment);
  await benchWaiting(machine.environment);
  await benchNeighbour(machine.environment);
  await benchPolicies(machine.environment);
  await benchEndurance(machine.environment);
} finally {
  await machine.stop();
}

/** In place against libvirt, and what a client and a machine go through at a deadline and at a freeze. */
async function benchReverts(environment: MachineEnvironment): Promise<void> {
  const services = await startServices(environment);
  const { clients } = services;
  const inPlace = await repeat(revertRounds, () => timeRevert(clients, first));
  const deadlines = await repeat(deadlineRounds, () => timeDeadline(clients));
  const frozen = await repeat(frozenRounds, () => timeFreeze(clients));
  await services.stop();
  printTable(
    'A program that passes its limit, and a guest that freezes (ms)',
    ['from, to', 'rounds', 'p50', 'p90'],
    [
      ['deadline to the client’s answer', deadlines.map(({ answerMs }) => answerMs)],
      ['deadline to READY and connected', deadlines.map(({ readyMs }) => readyMs)],
      ['processors stopped to the revert', frozen],
    ].map(([what, ms]) => timesRow(what as string, ms as number[])),
  );
  const ways: [string, number[]][] = [['pbot-vm, to READY and connected', inPlace]];
  const heart = Number(environment['PBOTVM_HEART']);
  const byLibvirt = () => repeat(libvirtRounds, () => timeLibvirtRevert(heart));
  if (canCureLibvirt) {
    ways.push(['virsh snapshot-revert, as it is', await withPrivateKvmNode(byLibvirt)]);
    ways.push(['virsh snapshot-revert, cured', await withReaper(byLibvirt)]);
    const byRestart = () => repeat(libvirtRounds, timeRestart);
    ways.push(['a new QEMU by libvirt, nothing loaded, cured', await withReaper(byRestart)]);
  } else {
    ways.push(['virsh snapshot-revert', await byLibvirt()]);
  }
  const ours = quantile(inPlace, 0.5);
  printTable(
    'A revert, until the machine has beaten again (ms)',
    ['way', 'rounds', 'p50', 'p90', 'times ours'],
    ways.map(([way, ms]) => [
      way,
      String(ms.length),
      milliseconds(quantile(ms, 0.5)),
      milliseconds(quantile(ms, 0.9)),
      (quantile(ms, 0.5) / ours).toFixed(1),
    ]),
  );
}

function timesRow(what: string, ms: readonly number[]): string[] {
  const [p50, p90] = [quantile(ms, 0.5), quantile(ms, 0.9)];
  return [what, String(ms.length), milliseconds(p50), milliseconds(p90)];
}

async function repeat<T>(rounds: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await sleep(500);
    results.push(await run());
  }
  return results;
}

async function timeRevert(clients: Clients, name: string): Promise<number> {
  const { generation } = await clients.machine(name);
  const startedAtMs = performance.now();
  await clients.watchdog.revertMachine({ machine: name }, { timeoutMs: 60_000 });
  await untilConnected(clients, name, generation);
  return performance.now() - startedAtMs;
}

/** Resolves when the Executor can give the machine work in a generation other than that one. */
async function untilConnected(clients: Clients, name: string, old: number): Promise<void> {
  for (;;) {
    const { machines } = await clients.executor.listMachines({}, { timeoutMs: 5000 });
    const seen = machines.find((each) => each.name === name);
    if (seen?.connected === true && seen.generation !== old) return;
    await sleep(5);
  }
}

async function timeDeadline(clients: Clients): Promise<{ answerMs: number; readyMs: number }> {
  const limitMs = 1000;
  const { generation } = await clients.machine(first);
  const startedAtMs = performance.now();
  const timeLimit = { seconds: 1n, nanos: 0 };
  await clients.execute({ code: 'echo part; sleep 60', machine: first, timeLimit });
  const answerMs = performance.now() - startedAtMs - limitMs;
  await untilConnected(clients, first, generation);
  return { answerMs, readyMs: performance.now() - startedAtMs - limitMs };
}

async function timeFreeze(clients: Clients): Promise<number> {
  const { generation } = await clients.machine(first);
  // Known to answer probes by then.
  await sleep(4000);
  await virsh('suspend', first);
  const startedAtMs = performance.now();
  for await (const { machines } of clients.watchdog.watchMachines({})) {
    const seen = machines.find(({ name }) => name === first);
    if (seen !== undefined && seen.state !== MachineState.READY) break;
  }
  const noticedMs = performance.now() - startedAtMs;
  await clients.ready(generation, first);
  return noticedMs;
}

async function timeLibvirtRevert(heart: number): Promise<number> {
  const startedAtMs = performance.now();
  await virsh('snapshot-revert', first, '1', '--running');
  await firstBeat(heart);
  return performance.now() - startedAtMs;
}

/** What a clone of a template by way of libvirt costs at least: the end of one QEMU and the start of the next. */
async function timeRestart(): Promise<number> {
  const startedAtMs = performance.now();
  await virsh('destroy', first);
  await virsh('start', first, '--paused');
  return performance.now() - startedAtMs;
}

/** Resolves when the guest answers on its heartbeat channel. */
async function firstBeat(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const probe = setInterval(() => socket.write('\n'), 20);
    socket.once('data', () => {
      clearInterval(probe);
      socket.resetAndDestroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

interface Work {
  readonly ms: number[];
  readonly failures: Map<string, number>;
}

/** Runs `sh echo hello` one after the other, from so many clients. */
async function work(
  clients: Clients,
  options: { forMs: number; clients: number; machine?: string },
): Promise<Work> {
  const done: Work = { ms: [], failures: new Map() };
  const endAtMs = performance.now() + options.forMs;
  const client = async () => {
    while (performance.now() < endAtMs) {
      const startedAtMs = performance.now();
      try {
        await clients.execute({ code: 'echo hello', machine: options.machine ?? '' });
        done.ms.push(performance.now() - startedAtMs);
      } catch (error) {
        const { reason } = RpcError.from(error);
        done.failures.set(reason, (done.failures.get(reason) ?? 0) + 1);
        await sleep(100);
      }
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return done;
}

/** Small programs on one machine that somebody else has reverted all the time. */
async function benchWaiting(environment: MachineEnvironment): Promise<void> {
  const services = await startServices(environment, { PBOTVM_LOG_LEVEL: 'info' });
  const { clients } = services;
  const report = await revertStorm(clients, first, ({ elapsedMs }) => elapsedMs >= stormMs);
  const repeated = countRepeated(services.executorLog());
  await services.stop();
  const failures = [...report.failures].map(([reason, count]) => `${count} ${reason}`).join(', ');
  printTable(
    `Small programs for ${stormMs / 1000} s on a machine that is reverted all the time (ms)`,
    ['sent', 'right', 'refused or lost', 'run twice', 'reverts', 'p50', 'p90', 'p99', 'max'],
    [
      [
        String(report.sent),
        String(report.right),
        failures === '' ? '0' : failures,
        String(repeated),
        String(report.reverts),
        ...[0.5, 0.9, 0.99, 1].map((share) => milliseconds(quantile(report.ms, share))),
      ],
    ],
  );
}

/** Normal work on one machine while the other one is attacked all the time, in turns with peace. */
async function benchNeighbour(environment: MachineEnvironment): Promise<void> {
  const services = await startServices(environment);
  const { clients } = services;
  const rows: string[][] = [];
  const medians = { peace: [] as number[], attack: [] as number[] };
  for (const round of [1, 2]) {
    const peace = await work(clients, { forMs: workMs, clients: 1, machine: first });
    const attack = await underAttack(clients, () =>
      work(clients, { forMs: workMs, clients: 1, machine: first }),
    );
    medians.peace.push(quantile(peace.ms, 0.5));
    medians.attack.push(quantile(attack.ms, 0.5));
    rows.push(workRow(`${round}: the other one idle`, peace));
    rows.push(workRow(`${round}: the other one attacked`, attack));
  }
  await services.stop();
  const ratio = quantile(medians.attack, 0) / quantile(medians.peace, 0);
  printTable(
    `Hello on one of two machines (p50 under attack / p50 in peace: ${ratio.toFixed(2)})`,
    workHead,
    rows,
  );
}

/** One attack after the other on the second machine; each passes its limit, and the machine is reverted. */
async function underAttack<T>(clients: Clients, task: () => Promise<T>): Promise<T> {
  let isOver = false;
  const timeLimit = { seconds: 1n, nanos: 0 };
  const code = ':(){ :|:& };: ; trap "" TERM INT; while :; do :; done';
  const attacks = (async () => {
    while (!isOver) {
      await clients
        .execute({ language: 'bash', code, machine: second, timeLimit })
        .catch(() => sleep(100));
    }
  })();
  const result = await task();
  isOver = true;
  await attacks;
  return result;
}

function workRow(what: string, { ms, failures }: Work): string[] {
  const failed = [...failures].map(([reason, count]) => `${count} ${reason}`).join(', ');
  return [
    what,
    String(ms.length),
    (ms.length / (workMs / 1000)).toFixed(1),
    milliseconds(quantile(ms, 0.5)),
    milliseconds(quantile(ms, 0.9)),
    failed === '' ? '0' : failed,
  ];
}

/** A fresh machine for each execution, next to a revert after faults alone. */
async function benchPolicies(environment: MachineEnvironment): Promise<void> {
  const rows: string[][] = [];
  for (const policy of ['failure', 'always', 'failure', 'always']) {
    const services = await startServices(environment, { PBOTVM_REVERT: policy });
    for (const clients of [1, 2]) {
      const done = await work(services.clients, { forMs: workMs, clients });
      rows.push(workRow(`${policy}, ${clients === 1 ? 'one client' : `${clients} clients`}`, done));
    }
    await services.stop();
  }
  printTable('Two machines, when they are reverted', workHead, rows);
}

/** Many reverts in a row: none fails, and neither QEMU nor the image grows. */
async function benchEndurance(environment: MachineEnvironment): Promise<void> {
  const services = await startServices(environment);
  const { clients, processes } = services;
  const disk = `${environment['PBOTVM_HOME']}/machines/${first}/disk.qcow2`;
  const samples = { ms: [] as number[], qemuMiB: [] as number[], diskMiB: [] as number[] };
  for (let round = 0; round < enduranceRounds; round += 1) {
    samples.ms.push(await timeRevert(clients, first));
    samples.qemuMiB.push(residentMiB(processes['qemu']));
    samples.diskMiB.push((statSync(disk).blocks * 512) / 2 ** 20);
    if (round % 25 === 0) await clients.execute({ code: 'echo hello', machine: first });
  }
  await services.stop();
  const check = execFileSync('qemu-img', ['check', '-U', '-q', disk]).toString().trim();
  printTable(
    `${enduranceRounds} reverts in a row (qemu-img check: ${check === '' ? 'clean' : check})`,
    ['what', 'first', 'last', 'min', 'p50', 'max'],
    [
      ['to READY and connected (ms)', samples.ms],
      ['QEMU resident (MiB)', samples.qemuMiB],
      ['disk image allocated (MiB)', samples.diskMiB],
    ].map(([what, values]) => {
      const all = values as number[];
      const columns = [all[0], all.at(-1), quantile(all, 0), quantile(all, 0.5), Math.max(...all)];
      return [what as string, ...columns.map((each) => (each ?? Number.NaN).toFixed(0))];
    }),
  );
}
