import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ExecuteRequest,
  ExecutorServiceService,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import type { RpcClient } from '../../../services/lib/rpc/client.js';
import { TestCluster, type TestHost, unconfinedHost } from '../../support/cluster.js';
import { fileLedger, Load, type Tally } from '../../support/cluster-load.js';
import { sendLine } from '../../support/line-client.js';
import { framed, rawCall } from '../../support/raw-call.js';
import { outputOf } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

let cluster: TestCluster;
let directory: string;
let clients: RpcClient<ExecutorServiceService>[];
let load: Load;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-ledgers-'));
  cluster = await TestCluster.start(Array.from({ length: 3 }, () => unconfinedHost(2)));
});

afterAll(async () => {
  await cluster.stop();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  clients = Array.from({ length: 12 }, () => cluster.connect());
  load = new Load({ clients, ledger: fileLedger(directory), seconds: 0.3 });
});

afterEach(() => {
  for (const client of clients) client.close();
});

/** What becomes of the calls that are made while something happens to the cluster. */
async function underLoad(happen: () => Promise<void>): Promise<Tally> {
  const tally = await load.during(happen);
  console.log(expect.getState().currentTestName, tally, Object.fromEntries(load.errors));
  return tally;
}

const noneTwice = { ranTwice: 0, answeredInVain: 0, ranUnannounced: 0, notStarted: 0 };

function allAnswered({ calls }: Tally) {
  return { ...noneTwice, answered: calls, unknown: 0 };
}

function executorOf({ system }: TestHost) {
  return system.service('executor');
}

const executions = (host: TestHost) => executorOf(host).output().split('"execution"').length - 1;

/** Three sets of services on one host start slowly while it has other work. */
const patient = { timeout: 240_000 };

describe('hosts behind HAProxy', patient, () => {
  it('all clients that wait are answered, and all hosts take part', async () => {
    const before = cluster.hosts.map(executions);
    const tally = await load.run({ callsPerClient: 2 });
    expect(tally).toMatchObject(allAnswered(tally));
    const more = cluster.hosts.map((host, i) => executions(host) - (before[i] ?? 0));
    expect(Math.min(...more)).toBeGreaterThan(0);
  });

  it('one port serves lines beside gRPC, and tokens pass through', async () => {
    const line = '{"lang":"sh","code":"echo hi","nick":"me","channel":"#c"}';
    expect(await sendLine(cluster.port, line)).toBe('hi\n');
    // Shorter than what a connection of gRPC begins with.
    expect(await sendLine(cluster.port, '-lang=sh :')).not.toBe('');
    const [client] = clients as [RpcClient<ExecutorServiceService>];
    const program = Program.fromPartial({ language: 'sh', code: 'echo hi' });
    const { result } = await client.execute({ program }, { timeoutMs: 30_000 });
    expect(result && outputOf(result)).toBe('hi\n');
    const stranger = cluster.connect('nobody');
    clients.push(stranger);
    await expect(stranger.execute({ program }, { timeoutMs: 30_000 })).rejects.toMatchObject({
      reason: 'TOKEN_MISSING',
    });
  });

  it('a client that comes later is served before all who wait for another', async () => {
    const calls = 5 * clients.length;
    const crowd = Array.from({ length: calls }, () => cluster.connect('alice'));
    const bob = cluster.connect('bob');
    clients.push(...crowd, bob);
    const waiting = new Load({
      clients: crowd,
      ledger: fileLedger(directory),
      seconds: 0.2,
    });
    const all = waiting.run({ callsPerClient: 1 });
    await waitFor('the first answer', () => waiting.ended > 0);
    const program = Program.fromPartial({ language: 'sh', code: 'echo hi' });
    await bob.execute({ program }, { timeoutMs: 60_000 });
    expect(waiting.ended).toBeLessThan(calls / 2);
    expect(await all).toMatchObject({ answered: calls });
  });

  it('a client that does not read holds nobody up, and gets all of its output', async () => {
    const [client] = clients as [RpcClient<ExecutorServiceService>];
    const bytes = 8 * 1024 * 1024;
    const code = `head -c ${bytes} /dev/zero`;
    const program = Program.fromPartial({ language: 'sh', code, maxOutputBytes: BigInt(bytes) });
    const stream = client.streamExecute({ program }, { timeoutMs: 60_000 });
    await stream.next();
    const tally = await load.run({ callsPerClient: 1 });
    expect(tally).toMatchObject(allAnswered(tally));
    let received = 0;
    for await (const { event } of stream) {
      if (event?.$case === 'output') received += event.value.data.length;
    }
    expect(received).toBe(bytes);
  });
});

describe('what happens to hosts', patient, () => {
  it('no call fails while all hosts are restarted one after another', async () => {
    const tally = await underLoad(async () => {
      for (const { system } of cluster.hosts) {
        await system.restart('executor');
        await cluster.available();
      }
    });
    expect(tally).toMatchObject(allAnswered(tally));
  });

  it('no program runs twice, and each call has an answer, where an Executor is killed', async () => {
    const [host] = cluster.hosts as [TestHost];
    const tally = await underLoad(async () => {
      await host.system.restart('executor', { signal: 'SIGKILL' });
      await cluster.available();
    });
    expect(tally).toMatchObject(noneTwice);
    expect(tally.answered + tally.unknown).toBe(tally.calls);
  });

  it('others take the calls of an Executor that is stopped, and it goes on with its own', async () => {
    const [host] = cluster.hosts as [TestHost];
    const tally = await underLoad(async () => {
      const { child } = executorOf(host);
      child.kill('SIGSTOP');
      const seen = cluster.proxyOutput.length;
      const isFound = () => cluster.proxyOutput.slice(seen).includes(`${host.address}-`);
      await waitFor('HAProxy to notice', isFound);
      child.kill('SIGCONT');
      await cluster.available();
    });
    expect(tally).toMatchObject(allAnswered(tally));
  });
});

/** Ids of executions that answer one request which is sent so many times at once. */
async function executionsOf(requestId: string, times: number): Promise<Set<unknown>> {
  const program = Program.fromPartial({
    language: 'sh',
    code: 'sleep 0.3',
    requestId,
    joinRepeats: true,
  });
  const headers = {
    authorization: `Bearer ${await cluster.tokenOf('alice')}`,
    'pbotvm-request-id': requestId,
  };
  const path = ExecutorServiceService.execute.path;
  const bytes = framed(ExecuteRequest.encode({ program }).finish());
  const calls = Array.from({ length: times }, () =>
    rawCall(cluster.port, { path, bytes, headers }),
  );
  const ends = await Promise.all(calls);
  expect(ends.map((end) => end.headers['grpc-status'])).toEqual(ends.map(() => '0'));
  return new Set(ends.map((end) => end.headers['pbotvm-execution-id']));
}

/** Waits until another process of HAProxy serves; with `isOver` also until the one before has handed over and ended. */
async function reload({ isOver = false } = {}): Promise<void> {
  const seen = cluster.proxyOutput.length;
  cluster.reloadProxy();
  const sign = isOver ? 'Former worker' : 'New worker';
  await waitFor('another worker', () => cluster.proxyOutput.slice(seen).includes(sign));
}

describe('what happens to HAProxy', patient, () => {
  it('a request that is repeated, at once or later, finds the host of the first one', async () => {
    const first = await executionsOf('once', 6);
    expect(first.size).toBe(1);
    expect(await executionsOf('once', 6)).toEqual(first);
    expect(await executionsOf('another', 1)).not.toEqual(first);
  });

  it('a request that is repeated after a reload finds its host, though the host that it would have had is back', async () => {
    const [host] = cluster.hosts as [TestHost];
    const ids = Array.from({ length: 8 }, (_, i) => `kept-${i}`);
    const ask = () => Promise.all(ids.map((id) => executionsOf(id, 1)));
    const seen = cluster.proxyOutput.length;
    await executorOf(host).stop('SIGKILL');
    const isDown = () => cluster.proxyOutput.slice(seen).includes(`repeats/${host.address}-`);
    await waitFor('HAProxy to notice', isDown);
    const first = await ask();
    host.system.start('executor');
    await cluster.available();
    await reload({ isOver: true });
    expect(await ask()).toEqual(first);
  });

  it('no call fails while HAProxy is reloaded', async () => {
    const tally = await underLoad(reload);
    expect(tally).toMatchObject(allAnswered(tally));
  });

  it('no program runs twice, and each call has an answer, where HAProxy is killed', async () => {
    const tally = await underLoad(async () => {
      await cluster.killProxy();
      await cluster.startProxy();
    });
    expect(tally).toMatchObject(noneTwice);
    expect(tally.answered + tally.unknown).toBe(tally.calls);
  });
});
