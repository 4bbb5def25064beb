// An Executor and a Watchdog with an honest machine and a hostile guest, and the checks that the service goes on.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  HealthCheckResponse_ServingStatus,
  HealthService,
} from '../../../services/gen/grpc/health/v1/health.js';
import type { GuestFrame } from '../../../services/gen/pbot/vm/guest/v1/channel.js';
import {
  type ExecutionResult,
  ExecutorServiceService,
  type Language,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { CleanupStack } from '../../../services/lib/process/cleanup.js';
import { createClient, type RpcClient } from '../../../services/lib/rpc/client.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { startGuest } from '../../support/guest.js';
import { type Behaviour, type Host, HostileGuest, readyBody } from '../../support/hostile-guest.js';
import { freePorts } from '../../support/ports.js';
import { startProcess, type TestProcess } from '../../support/process.js';
import { sharedPrograms } from '../../support/programs.js';
import { waitFor } from '../../support/wait.js';
import { FakeSnapshotService } from '../watchdog/fake-snapshot-service.js';

type GuestBody = NonNullable<GuestFrame['body']>;

/** An answer that takes longer is none: whoever waits has gone. */
export const answerMs = 5000;

export const megabyte = 1024 * 1024;
export const most32 = 2 ** 32 - 1;
const most64 = 2n ** 64n - 1n;

/** What one thing that a guest does may add to the log of a service. */
const maxLogBytes = 64 * 1024;

/** And each program that it is given: how many those are is up to how fast the host is. */
const maxLogBytesOfProgram = 1024;

const cleanup = new CleanupStack();
export let guest: HostileGuest;
export let executor: TestProcess;
let watchdog: TestProcess;
let client: RpcClient<ExecutorServiceService>;
let health: RpcClient<HealthService>;
export let port: number;
let reverts: () => number;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pbot-vm-hostile-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  const programs = sharedPrograms();
  const ports = await freePorts(6);
  const [server, watchdogPort, data, heart, honestData, honestHeart] = ports as SixPorts;
  port = server;
  guest = await HostileGuest.listen({ data, heart });
  cleanup.defer(() => guest.close());
  const honest = await startGuest(
    { data: honestData, heart: honestHeart },
    { programPath: programs.guestServer },
  );
  cleanup.defer(() => honest.stop());
  const snapshot = await FakeSnapshotService.listen();
  cleanup.defer(() => snapshot.close());
  reverts = () => snapshot.reverts.length;
  const machines = join(directory, 'machines.json');
  await writeFile(
    machines,
    JSON.stringify([
      { domain: 'hostile', serial: data, heart },
      { domain: 'honest', serial: honestData, heart: honestHeart },
    ]),
  );
  const environment = {
    ...process.env,
    PBOTVM_MACHINES: machines,
    PBOTVM_SERVER: String(server),
    PBOTVM_WATCHDOG: String(watchdogPort),
    PBOTVM_SNAPSHOT: String(snapshot.port),
    PBOTVM_TIMEOUT: '2',
    PBOTVM_LOG_LEVEL: 'info',
  };
  watchdog = startProcess(process.execPath, [programs.watchdog], environment);
  cleanup.defer(() => watchdog.stop('SIGKILL'));
  executor = startProcess(process.execPath, [programs.executor], environment);
  cleanup.defer(() => executor.stop('SIGKILL'));
  client = createClient(ExecutorServiceService, { target: `127.0.0.1:${server}` });
  cleanup.defer(() => client.close());
  health = createClient(HealthService, { target: `127.0.0.1:${server}` });
  cleanup.defer(() => health.close());
  await waitFor('the honest machine', () => hello().catch(() => false));
});

afterAll(() => cleanup.run());

afterEach(() => guest.behave({}));

type SixPorts = [number, number, number, number, number, number];

/** Whether a program on the honest machine prints what it should. */
async function hello(): Promise<boolean> {
  const { run } = await execute({ code: 'echo hello', machine: 'honest' });
  return Buffer.from(run?.stdout?.data ?? []).toString() === 'hello\n';
}

export async function execute(
  more: Partial<Program>,
  { timeoutMs = answerMs, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<ExecutionResult> {
  const program = Program.fromPartial({ language: 'sh', ...more });
  const { result } = await client.execute({ program }, { timeoutMs, signal });
  if (result === undefined) throw new Error('an answer without a result');
  return result;
}

/** How a program on the hostile machine ends: a result, or the reason why there is none. */
export async function attempt(
  more: Partial<Program> = {},
  signal?: AbortSignal,
): Promise<ExecutionResult | string> {
  const stdin = Buffer.alloc(100_000);
  const program = { code: 'echo hello', machine: 'hostile', stdin, ...more };
  try {
    return await execute(program, signal === undefined ? {} : { signal });
  } catch (error) {
    return RpcError.from(error).reason;
  }
}

export async function isHostileConnected(): Promise<boolean> {
  const { machines } = await client.listMachines({}, { timeoutMs: answerMs });
  return machines.some(({ name, connected: isConnected }) => name === 'hostile' && isConnected);
}

export async function languages(): Promise<Language[]> {
  return (await client.listLanguages({}, { timeoutMs: answerMs })).languages;
}

/** What must be so whatever the guest does: the Executor lives and answers, and the other machine serves. */
export async function expectService(): Promise<void> {
  expect(executor.child.exitCode).toBeNull();
  expect(watchdog.child.exitCode).toBeNull();
  const { status } = await health.check({ service: '' }, { timeoutMs: answerMs });
  expect(status).toBe(HealthCheckResponse_ServingStatus.SERVING);
  const { machines } = await client.listMachines({}, { timeoutMs: answerMs });
  expect(machines.map(({ name }) => name)).toEqual(['hostile', 'honest']);
  for (const { capacity } of machines) expect(capacity).toBeLessThanOrEqual(16);
  expect((await languages()).length).toBeLessThan(300);
  expect(await hello()).toBe(true);
}

/** What the services have logged, without the programs of the honest machine. */
function loggedBytes(): number {
  return [executor, watchdog]
    .flatMap((service) => service.output().split('\n'))
    .filter((line) => !line.includes('"machine":"honest"'))
    .reduce((sum, line) => sum + line.length, 0);
}

/** How programs for the hostile guest have ended, in order. */
type Answers = readonly (ExecutionResult | string)[];

/**
 * Lets the guest do something until `isEnough`, with programs for it one after the other, and looks at the service meanwhile.
 * The client of the last program does not wait for its end.
 */
export async function expectServiceDuring(
  behaviour: Behaviour,
  isEnough: (answers: Answers) => boolean,
  asked: Partial<Program> = {},
): Promise<Answers> {
  const loggedBefore = loggedBytes();
  guest.behave(behaviour);
  const answers: (ExecutionResult | string)[] = [];
  const enough = waitFor('what the guest does', () => isEnough(answers), 25_000).then(
    () => 'enough',
  );
  enough.catch(() => undefined);
  const leaving = new AbortController();
  const isOver = () => leaving.signal.aborted;
  let looks = 0;
  const attempts = (async () => {
    while (!isOver()) {
      const before = looks;
      const answer = await attempt(asked, leaving.signal);
      if (!isOver()) answers.push(answer);
      // Where all are refused at once they would come in a flood.
      await waitFor('another look at the service', () => isOver() || looks > before);
    }
  })();
  try {
    do {
      await expectService();
      looks += 1;
    } while ((await Promise.race([enough, Promise.resolve('not yet')])) === 'not yet');
    await expectService();
  } finally {
    leaving.abort();
    await attempts;
  }
  guest.behave({});
  await expectService();
  const mayBeLogged = maxLogBytes + answers.length * maxLogBytesOfProgram;
  expect(loggedBytes() - loggedBefore).toBeLessThan(mayBeLogged);
  return answers;
}

/** @returns whether the guest has sent so much since now */
export function sent(bytes: number): () => boolean {
  const before = guest.sentBytes;
  return () => guest.sentBytes - before >= bytes;
}

export function connected(times: number): () => boolean {
  const before = guest.connections;
  return () => guest.connections - before >= times;
}

/** That a program is told of its machine's loss, and nothing else is lost, where its guest does this with it. */
export async function expectLost(
  act: (host: Host, execution: number) => void,
  outputFiles: readonly string[],
): Promise<void> {
  const asked = { outputFiles: [...outputFiles] };
  const isReverted = reverted(1);
  const isEnough = (answers: Answers) => isReverted() && answers.includes('MACHINE_LOST');
  const answers = await expectServiceDuring(onStart(act), isEnough, asked);
  expect(answers).not.toContain('DEADLINE_EXCEEDED');
  expect(answers.filter((answer) => typeof answer !== 'string')).toEqual([]);
}

export function reverted(times: number): () => boolean {
  const before = reverts();
  return () => reverts() - before >= times;
}

/** Answers Hellos, and does something else when a program is to be started. */
export function onStart(
  act: (host: Host, execution: number) => void,
  ready = readyBody,
): Behaviour {
  return {
    onFrame: (host, body) => {
      if (body.$case === 'hello') host.say(ready());
      else if (body.$case === 'start') act(host, body.value.execution);
    },
  };
}

/** Answers Hellos, and does something right behind it. */
export function onReady(act: (host: Host) => void, ready = readyBody): Behaviour {
  return {
    onFrame: (host, body) => {
      if (body.$case !== 'hello') return;
      host.say(ready());
      act(host);
    },
  };
}

/** Gives a program of the hostile machine more and more standard input, as fast as it is taken, until it ends. */
export async function pourInput(): Promise<{ message: string; writtenBytes: number }> {
  await waitFor('the hostile machine', isHostileConnected);
  const call = client.interact();
  const program = Program.fromPartial({ language: 'sh', code: 'cat', machine: 'hostile' });
  call.write({ message: { $case: 'program', value: program } });
  const piece = Buffer.alloc(megabyte);
  let writtenBytes = 0;
  let isOver = false;
  const ended = new Promise<string>((resolve) => {
    call.on('data', () => undefined);
    call.on('error', (error) => resolve(RpcError.from(error).reason));
    call.on('end', () => resolve('it has ended'));
  }).finally(() => {
    isOver = true;
  });
  const pour = () => {
    while (!isOver) {
      writtenBytes += piece.length;
      if (!call.write({ message: { $case: 'stdin', value: piece } })) {
        call.once('drain', pour);
        return;
      }
    }
  };
  pour();
  return { message: await ended, writtenBytes };
}

export const phaseStarted = (execution: number, phase = 2): GuestBody => ({
  $case: 'phaseStarted',
  value: { execution, phase, command: ['sh'] },
});
export const output = (execution: number, stream = 1): GuestBody => ({
  $case: 'output',
  value: { execution, stream },
});
export const phaseFinished = (execution: number): GuestBody => ({
  $case: 'phaseFinished',
  value: {
    execution,
    phase: 2,
    outcome: { $case: 'exitCode', value: 0 },
    limit: 77 as 0,
    wallTimeUs: most64,
    cpuUserUs: most64,
    cpuSystemUs: most64,
    peakMemoryBytes: most64,
    peakProcesses: most32,
    report: 'r'.repeat(20_000),
  },
});
export const finished = (execution: number): GuestBody => ({
  $case: 'finished',
  value: { execution },
});

export const fileData = (execution: number, path: string): GuestBody => ({
  $case: 'fileData',
  value: { execution, path },
});
export const filesFinished = (execution: number): GuestBody => ({
  $case: 'filesFinished',
  value: { execution, truncated: false },
});

export const garbage = (() => {
  const bytes = Buffer.alloc(megabyte);
  for (let at = 0, state = 1; at < bytes.length; at += 1) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[at] = state >> 16;
  }
  return bytes;
})();
