// Measures `sh echo hello` and the throughput of output, step by step: `npm run bench`.

import { setTimeout as sleep } from 'node:timers/promises';
import { programOf } from '../support/clients.js';
import { sendLine } from '../support/line-client.js';
import { freePorts } from '../support/ports.js';
import type { MachineEnvironment } from '../support/real-machine.js';
import { residentMiB } from '../support/resident-memory.js';
import { TestSystem } from '../support/system.js';
import { type TappedFrame, tapChannel, tapNowMs } from './channel-tap.js';
import { processorMs, startMachine, startServices } from './stack.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const rounds = Number(process.argv[2] ?? 40);

const warmUpRounds = 50;

const outputRounds = 20;

const serviceRounds = 200;

/** Turns of programs with and without a pause. */
const turns = 3;

/** Between two requests, so that workers are armed again as they are between two users. */
const pauseMs = 500;

await benchServices();
const machine = await startMachine({ machines: 1 });
try {
  await benchHello(machine.environment);
  await benchPauses(machine.environment);
  await benchOutput(machine.environment);
} finally {
  await machine.stop();
}

/**
 * What the services add to an execution, with the guest server on this host: beside an emulated processor each process
 * finds the caches of the real one empty, and what is timed is that.
 */
async function benchServices(): Promise<void> {
  const [listenPort] = (await freePorts(1)) as [number];
  const system = await TestSystem.create({
    PBOTVM_SERIAL: String(listenPort),
    PBOTVM_LOG_LEVEL: 'warn',
  });
  const tap = await tapChannel({ listenPort, machinePort: system.dataPort });
  const samples = { total: [] as number[], added: [] as number[], bare: [] as number[] };
  try {
    await system.startAll();
    for (let round = 0; round < warmUpRounds; round += 1) await system.run('echo hello');
    for (let round = 0; round < serviceRounds; round += 1) {
      await tap.takeFrames();
      const startedAtMs = tapNowMs();
      await system.run('echo hello');
      const totalMs = tapNowMs() - startedAtMs;
      samples.total.push(totalMs);
      samples.added.push(totalMs - channelMs(await tap.takeFrames()));
      const bareStartedAtMs = tapNowMs();
      await system.executor.listMachines({}, { timeoutMs: 5000 });
      samples.bare.push(tapNowMs() - bareStartedAtMs);
    }
  } finally {
    await system.stop();
    await tap.close();
  }
  printTable(
    `sh echo hello by gRPC, guest server on this host, ${serviceRounds} times (ms)`,
    ['what', 'p50', 'p90'],
    Object.entries({
      'client to result': samples.total,
      'services add: that minus the time between the frames': samples.added,
      'of it a bare gRPC call (ListMachines)': samples.bare,
    }).map(([what, ms]) => [
      what,
      milliseconds(quantile(ms, 0.5)),
      milliseconds(quantile(ms, 0.9)),
    ]),
  );
}

/** `sh echo hello` by gRPC and by PBot's line in turn, and where its time goes. */
async function benchHello(environment: MachineEnvironment): Promise<void> {
  const [listenPort] = (await freePorts(1)) as [number];
  const machinePort = Number(environment['PBOTVM_SERIAL']);
  const tap = await tapChannel({ listenPort, machinePort });
  const services = await startServices(environment, { PBOTVM_SERIAL: String(listenPort) });
  const { clients } = services;
  const port = environment['PBOTVM_SERVER'] as string;
  const request = { lang: 'sh', code: 'echo hello', nick: 'me', channel: '#c' };
  const protocols = {
    'gRPC Execute': () => clients.execute({ code: 'echo hello' }),
    'line on the same port': () => sendLine(Number(port), JSON.stringify(request)),
  };
  const bareMs: number[] = [];
  const totals = new Map<string, number[]>();
  const added = new Map<string, number[]>();
  const steps = new Map<string, number[]>();
  // Services that have run for a while are what users meet: their code is compiled by then.
  for (let round = 0; round < warmUpRounds; round += 1) {
    for (const run of Object.values(protocols)) await run();
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [protocol, run] of Object.entries(protocols)) {
      await sleep(pauseMs);
      await tap.takeFrames();
      const startedAtMs = tapNowMs();
      await run();
      const totalMs = tapNowMs() - startedAtMs;
      const frames = await tap.takeFrames();
      append(totals, protocol, totalMs);
      append(added, protocol, totalMs - channelMs(frames));
      noteSteps(steps, frames, { startedAtMs, totalMs });
    }
    await sleep(pauseMs);
    const startedAtMs = performance.now();
    await clients.executor.listMachines({}, { timeoutMs: 5000 });
    bareMs.push(performance.now() - startedAtMs);
  }
  await services.stop();
  await tap.close();
  printTable(
    `sh echo hello, ${rounds} of each in turn (ms)`,
    ['protocol', 'p50', 'p90', 'min', 'services add, p50', 'p90', 'of it a bare gRPC call, p50'],
    Object.keys(protocols).map((protocol) => {
      const total = totals.get(protocol) ?? [];
      const extra = added.get(protocol) ?? [];
      return [
        protocol,
        milliseconds(quantile(total, 0.5)),
        milliseconds(quantile(total, 0.9)),
        milliseconds(quantile(total, 0)),
        milliseconds(quantile(extra, 0.5)),
        milliseconds(quantile(extra, 0.9)),
        protocol === 'gRPC Execute' ? milliseconds(quantile(bareMs, 0.5)) : '',
      ];
    }),
  );
  printTable(
    'Where the time goes (ms)',
    ['step', 'p50', 'p90'],
    [...steps].map(([step, samples]) => [
      step,
      milliseconds(quantile(samples, 0.5)),
      milliseconds(quantile(samples, 0.9)),
    ]),
  );
}

/**
 * The same program with a pause and without one, in turn. Without one, the guest makes sandboxes ready while the next program runs
 * already. What the emulated processor does for a program is the processor time of QEMU.
 */
async function benchPauses(environment: MachineEnvironment): Promise<void> {
  const services = await startServices(environment);
  const { clients, processes } = services;
  const qemu = processes['qemu'] as number;
  const ways = { 'with a pause': pauseMs, 'without a pause': 0 };
  const samples = new Map<string, number[]>();
  const processor = new Map<string, number[]>();
  for (let round = 0; round < warmUpRounds; round += 1)
    await clients.execute({ code: 'echo hello' });
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [way, waitMs] of Object.entries(ways)) {
      await sleep(pauseMs);
      const usedBeforeMs = processorMs(qemu);
      for (let round = 0; round < rounds; round += 1) {
        const startedAtMs = performance.now();
        await clients.execute({ code: 'echo hello' });
        append(samples, way, performance.now() - startedAtMs);
        if (waitMs > 0) await sleep(waitMs);
      }
      append(processor, way, (processorMs(qemu) - usedBeforeMs) / rounds);
    }
  }
  await services.stop();
  printTable(
    `sh echo hello by gRPC, ${turns} times ${rounds} in turn (ms)`,
    ['programs', 'p50', 'p90', 'min', 'processor time of QEMU for each, p50'],
    [...samples].map(([way, ms]) => [
      way,
      ...[0.5, 0.9, 0].map((share) => milliseconds(quantile(ms, share))),
      milliseconds(quantile(processor.get(way) ?? [], 0.5)),
    ]),
  );
}

function append(samples: Map<string, number[]>, name: string, value: number): void {
  samples.set(name, [...(samples.get(name) ?? []), value]);
}

/** From the first frame of an execution to its last. */
function channelMs(frames: readonly TappedFrame[]): number {
  return timeOf(frames, 'finished') - timeOf(frames, 'start');
}

function noteSteps(
  steps: Map<string, number[]>,
  frames: readonly TappedFrame[],
  client: { startedAtMs: number; totalMs: number },
): void {
  const marks = ['start', 'phaseStarted', 'output', 'phaseFinished', 'finished'];
  append(steps, 'client to first frame', timeOf(frames, 'start') - client.startedAtMs);
  for (let i = 1; i < marks.length; i += 1) {
    const [from, to] = [marks[i - 1] as string, marks[i] as string];
    append(steps, `guest: ${from} to ${to}`, timeOf(frames, to) - timeOf(frames, from));
  }
  const endMs = client.startedAtMs + client.totalMs;
  append(steps, 'last frame to client', endMs - timeOf(frames, 'finished'));
}

function timeOf(frames: readonly TappedFrame[], kind: string): number {
  const frame = frames.find((each) => each.kind === kind);
  if (frame !== undefined) return frame.atMs;
  const seen = frames.map((each) => `${each.kind} at ${each.atMs.toFixed(1)}`);
  throw new Error(`no ${kind} frame was seen, only ${seen.join(', ')}`);
}

/** 10 MB of text through the channel and a stream, and what it does to everybody's memory. */
async function benchOutput(environment: MachineEnvironment): Promise<void> {
  const services = await startServices(environment);
  const { clients, processes } = services;
  const bytes = 10_000_000;
  // `yes` itself makes no more than 4 MB/s on an emulated processor; `cat` of a file is no limit.
  const program = programOf({
    code: `yes 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXY | head -c ${bytes / 10} > text
cat ${'text '.repeat(10)}`,
    maxOutputBytes: BigInt(2 * bytes),
  });
  const rates: number[] = [];
  const memory = new Map<string, number[]>();
  for (let round = 0; round < outputRounds; round += 1) {
    await sleep(pauseMs);
    let received = 0;
    let firstAtMs = 0;
    let lastAtMs = 0;
    for await (const { event } of clients.executor.streamExecute({ program })) {
      if (event?.$case !== 'output') continue;
      lastAtMs = performance.now();
      if (received === 0) firstAtMs = lastAtMs;
      received += event.value.data.length;
    }
    if (received !== bytes) throw new Error(`${received} of ${bytes} bytes came`);
    rates.push(bytes / 1e6 / ((lastAtMs - firstAtMs) / 1000));
    for (const [name, pid] of Object.entries(processes)) append(memory, name, residentMiB(pid));
  }
  await services.stop();
  printTable(
    '10 MB of output by StreamExecute (MB/s, from the first chunk to the last)',
    ['rounds', 'p50', 'min', 'max'],
    [
      [
        String(rates.length),
        quantile(rates, 0.5).toFixed(1),
        Math.min(...rates).toFixed(1),
        Math.max(...rates).toFixed(1),
      ],
    ],
  );
  printTable(
    'Resident memory after each round (MiB)',
    ['process', 'first', 'last', 'max'],
    [...memory].map(([name, samples]) => [
      name,
      samples[0]?.toFixed(0) ?? '',
      samples.at(-1)?.toFixed(0) ?? '',
      Math.max(...samples).toFixed(0),
    ]),
  );
}
