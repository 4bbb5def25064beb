// Measures several programs at once: echo, cancellation and a slow reader, on two processors.

import { setTimeout as sleep } from 'node:timers/promises';
import { programOf, textOf } from '../support/clients.js';
import { InteractSession } from '../support/interact-session.js';
import { freePorts } from '../support/ports.js';
import type { MachineEnvironment } from '../support/real-machine.js';
import { residentMiB } from '../support/resident-memory.js';
import { waitFor } from '../support/wait.js';
import { tapChannel, tapNowMs } from './channel-tap.js';
import { type BenchServices, startMachine, startServices } from './stack.js';
import { milliseconds, printTable, quantile } from './statistics.js';

const atOnce = 4;

const programsPerRound = 12;

const rounds = 3;

const cancellations = 12;

const echoes = 60;

/** Between two samples, so that workers are armed again and nothing is still under way. */
const pauseMs = 300;

/** Less than one execution may print. */
const floodBytes = 100 * 1024 * 1024;

const machine = await startMachine({ machines: 1, flags: ['--cpus', '2', '--memory', '2048'] });
try {
  const services = await startServices(machine.environment, { PBOTVM_TIMEOUT: '60' });
  try {
    await benchThroughput(services);
    await benchEcho(services);
    await benchSlowReader(services);
  } finally {
    await services.stop();
  }
  await benchCancellation(machine.environment);
} finally {
  await machine.stop();
}

/** The same programs one at a time and several at once, in turn. */
async function benchThroughput({ clients }: BenchServices): Promise<void> {
  const kinds = {
    'sh echo': (i: number) => ({ language: 'sh', code: `echo ${i}` }),
    'python3, a loop': (i: number) => ({
      language: 'python3',
      code: `for _ in range(200000): pass\nprint(${i})`,
    }),
  };
  const rows: string[][] = [];
  for (const [name, programFor] of Object.entries(kinds)) {
    const check = async (i: number) => {
      const { run } = await clients.execute(programFor(i));
      const printed = textOf(run?.stdout);
      if (printed !== `${i}\n`) throw new Error(`program ${i} has printed ${printed}`);
    };
    await inParallel(atOnce, atOnce, check);
    const rates = { one: [] as number[], several: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      rates.one.push(await inParallel(1, programsPerRound, check));
      rates.several.push(await inParallel(atOnce, programsPerRound, check));
    }
    const [one, several] = [quantile(rates.one, 0.5), quantile(rates.several, 0.5)];
    rows.push([name, one.toFixed(1), several.toFixed(1), (several / one).toFixed(2)]);
  }
  printTable(
    `Programs a second on two processors, p50 of ${rounds} times ${programsPerRound}, every result right`,
    ['program', 'one at a time', `${atOnce} at once`, 'ratio'],
    rows,
  );
}

/** @returns programs a second */
async function inParallel(
  workers: number,
  count: number,
  run: (i: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const work = async () => {
    for (let i = next++; i < count; i = next++) await run(i);
  };
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: workers }, work));
  return count / ((performance.now() - startedAtMs) / 1000);
}

/** One byte to a program that waits for it, and back: both ways of the channel, and the program. */
async function benchEcho({ clients }: BenchServices): Promise<void> {
  const rows: string[][] = [];
  for (const terminal of [undefined, { rows: 24, columns: 80 }]) {
    const session = new InteractSession(clients.executor);
    const code = `${terminal === undefined ? '' : 'stty raw -echo; '}echo up; exec cat`;
    session.say({ $case: 'program', value: programOf({ code, terminal }) });
    await waitFor('the program', () => session.text.includes('up'));
    const samples: number[] = [];
    for (let i = 0; i < echoes; i += 1) {
      await sleep(i % 2 === 0 ? 50 : 5);
      const answered = session.nextOutput();
      const startedAtMs = performance.now();
      session.say({ $case: 'stdin', value: Buffer.from('x') });
      await answered;
      samples.push(performance.now() - startedAtMs);
    }
    session.call.cancel();
    await session.error();
    rows.push([
      terminal === undefined ? 'pipes' : 'a terminal',
      milliseconds(quantile(samples, 0.5)),
      milliseconds(quantile(samples, 0.9)),
      milliseconds(quantile(samples, 1)),
    ]);
  }
  printTable('One byte from a client to cat and back (ms)', ['on', 'p50', 'p90', 'max'], rows);
}

/** A program prints all that it may to a client that takes almost nothing: what that does to everybody's memory. */
async function benchSlowReader({ clients, processes }: BenchServices): Promise<void> {
  const memory = () =>
    Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, residentMiB(pid)]));
  const before = memory();
  const messages = clients.executor.streamExecute({
    program: programOf({
      code: `head -c ${floodBytes} /dev/zero`,
      maxOutputBytes: BigInt(floodBytes),
    }),
  });
  let received = 0;
  for (let i = 0; i < 5; i += 1) {
    const message = await messages.next();
    const event = message.done === true ? undefined : message.value.event;
    if (event?.$case === 'output') received += event.value.data.length;
    const { run } = await clients.execute({ code: 'echo hello' });
    if (textOf(run?.stdout) !== 'hello\n') throw new Error('a neighbour was wrong');
    await sleep(300);
  }
  const held = memory();
  for await (const { event } of messages) {
    if (event?.$case === 'output') received += event.value.data.length;
  }
  if (received !== floodBytes) throw new Error(`${received} of ${floodBytes} bytes came`);
  const after = memory();
  printTable(
    `${floodBytes / 2 ** 20} MiB to a client that reads a message now and then, and then all of it: resident memory (MiB)`,
    ['process', 'before', 'while it is slow', 'after'],
    Object.keys(processes).map((name) => [
      name,
      ...[before, held, after].map((sizes) => sizes[name]?.toFixed(0) ?? ''),
    ]),
  );
}

/** From a client's cancellation to the word of the guest that no process of the program is left. */
async function benchCancellation(environment: MachineEnvironment): Promise<void> {
  const [listenPort] = (await freePorts(1)) as [number];
  const machinePort = Number(environment['PBOTVM_SERIAL']);
  const tap = await tapChannel({ listenPort, machinePort });
  const services = await startServices(environment, { PBOTVM_SERIAL: String(listenPort) });
  const kinds = {
    sleep: 'echo up; sleep 600',
    '20 processes that ignore signals':
      'trap "" TERM INT HUP; for i in $(seq 20); do sleep 600 & done; echo up; wait',
    'a loop on each processor': 'for i in 1 2; do (while :; do :; done) & done; echo up; wait',
    'a flood': 'echo up; yes',
  };
  const rows: string[][] = [];
  for (const [name, code] of Object.entries(kinds)) {
    const samples: number[] = [];
    for (let i = 0; i < cancellations; i += 1) {
      await sleep(pauseMs);
      const session = new InteractSession(services.clients.executor);
      session.say({
        $case: 'program',
        value: programOf({ code, maxOutputBytes: BigInt(floodBytes) }),
      });
      await waitFor('the program', () => session.text.includes('up'));
      await tap.takeFrames();
      const cancelledAtMs = tapNowMs();
      session.call.cancel();
      await session.error();
      const endedAtMs = await waitFor(
        'the end',
        async () => (await tap.takeFrames()).find(({ kind }) => kind === 'finished')?.atMs,
      );
      samples.push(endedAtMs - cancelledAtMs);
    }
    rows.push([
      name,
      milliseconds(quantile(samples, 0.5)),
      milliseconds(quantile(samples, 0.9)),
      milliseconds(quantile(samples, 1)),
    ]);
  }
  await services.stop();
  await tap.close();
  printTable(
    `From a cancellation to the end of all processes, ${cancellations} of each (ms)`,
    ['program', 'p50', 'p90', 'max'],
    rows,
  );
}
