import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HealthService } from '../../../services/gen/grpc/health/v1/health.js';
import {
  ExecutorServiceService,
  type InteractResponse,
  Program,
} from '../../../services/gen/pbot/vm/v1/executor.js';
import { SnapshotServiceService } from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { MachineState, WatchdogServiceService } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { type ClientAccess, connect } from '../../../services/lib/access/client-access.js';
import { makeToken } from '../../../services/lib/access/tokens.js';
import { parseAddress } from '../../../services/lib/config/address.js';
import type { RpcClient } from '../../../services/lib/rpc/client.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import { type CertificateFiles, TestAuthority } from '../../support/certificates.js';
import { LineClient, sendLine } from '../../support/line-client.js';
import { outputOf, type ServiceName, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

/** All addresses of the host, which is beyond loopback whatever network a host has; reached by 127.0.0.1 all the same. */
const everywhere = '0.0.0.0';

const serviceNames = ['snapshot', 'watchdog', 'executor'] as const;

const execute = '-lang=sh echo hello';

let system: TestSystem;
let directory: string;
let authority: TestAuthority;
let otherAuthority: TestAuthority;
let server: CertificateFiles;
let otherServer: CertificateFiles;
let alice: CertificateFiles;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pbot-vm-access-'));
  authority = await TestAuthority.create(directory, 'ca');
  otherAuthority = await TestAuthority.create(directory, 'other-ca');
  server = await authority.issue('server');
  alice = await authority.issue('alice-by-certificate');
  otherServer = await otherAuthority.issue('other-server');
  system = await TestSystem.create();
  await system.machine.powerOn();
});

afterAll(async () => {
  await system.stop();
  await rm(directory, { recursive: true });
});

/** Variables that open all three services to other hosts. */
function opened(): Record<string, string> {
  return {
    PBOTVM_SERVER: `${everywhere}:${system.ports.executor}`,
    PBOTVM_WATCHDOG: `${everywhere}:${system.ports.watchdog}`,
    PBOTVM_SNAPSHOT: `${everywhere}:${system.ports.snapshot}`,
  };
}

const nothing: ClientAccess = {
  tls: true,
  tlsCa: undefined,
  tlsCert: undefined,
  tlsKey: undefined,
  tokenFile: undefined,
};

interface Clients {
  readonly executor: RpcClient<ExecutorServiceService>;
  readonly watchdog: RpcClient<WatchdogServiceService>;
  readonly snapshot: RpcClient<SnapshotServiceService>;
  readonly health: RpcClient<HealthService>;
}

const clients: Clients[] = [];

afterAll(() => {
  for (const each of clients) {
    for (const client of Object.values(each) as Clients['health'][]) client.close();
  }
});

function connectAll(access: Partial<ClientAccess>): Clients {
  const where = (name: ServiceName) => ({
    address: parseAddress(`${everywhere}:${system.ports[name]}`),
    access: { ...nothing, ...access },
  });
  const connected = {
    executor: connect(ExecutorServiceService, where('executor')),
    watchdog: connect(WatchdogServiceService, where('watchdog')),
    snapshot: connect(SnapshotServiceService, where('snapshot')),
    health: connect(HealthService, where('executor')),
  };
  clients.push(connected);
  return connected;
}

async function run({ executor }: Clients, code: string): Promise<string> {
  const program = Program.fromPartial({ language: 'sh', code });
  const { result } = await executor.execute({ program }, { timeoutMs: 20_000 });
  return result === undefined ? '' : outputOf(result);
}

/** What a stream of the Executor brings. */
function eventsOf(stream: ReturnType<Clients['executor']['interact']>) {
  return stream.iterator() as AsyncIterableIterator<InteractResponse>;
}

async function refusal(call: Promise<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    return RpcError.from(error);
  }
  throw new Error('the call has succeeded');
}

async function served(connected: Clients): Promise<void> {
  await waitFor('an Executor that serves', async () => {
    const error = await run(connected, 'true').catch((each: unknown) => RpcError.from(each));
    if (!(error instanceof RpcError)) return true;
    if (error.code !== status.UNAVAILABLE) throw error;
    return false;
  });
}

async function stopServices(): Promise<void> {
  for (const name of [...serviceNames].reverse()) await system.service(name).stop();
}

/** Puts a file in the place of another, as whoever writes files with care does. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

describe('services beyond loopback, with TLS and tokens,', () => {
  let environment: Record<string, string>;
  let tokensPath: string;
  let caFile: string;
  let admin: Clients;

  const entries = new Map<string, object>();

  async function client(name: string, more: object = {}): Promise<Clients> {
    const made = makeToken(name);
    entries.set(name, { ...(JSON.parse(made.entry) as object), ...more });
    await replace(tokensPath, JSON.stringify([...entries.values()]));
    const tokenFile = join(directory, `${name}.token`);
    await writeFile(tokenFile, `${made.token}\n`);
    return connectAll({ tlsCa: caFile, tokenFile });
  }

  beforeAll(async () => {
    tokensPath = join(directory, 'tokens.json');
    caFile = authority.cert;
    admin = await client('admin', { services: ['all'] });
    await client('services', { services: ['watchdog', 'snapshot'] });
    environment = {
      ...opened(),
      PBOTVM_TLS_CERT: join(directory, 'current.pem'),
      PBOTVM_TLS_KEY: join(directory, 'current.key'),
      PBOTVM_TOKENS: tokensPath,
      PBOTVM_TLS_CA: caFile,
      PBOTVM_TOKEN_FILE: join(directory, 'services.token'),
    };
    await install(server);
    for (const name of serviceNames) system.start(name, environment);
    await served(admin);
  });

  afterAll(stopServices);

  async function install(files: CertificateFiles): Promise<void> {
    await replace(join(directory, 'current.key'), await readFile(files.key, 'utf8'));
    await replace(join(directory, 'current.pem'), await readFile(files.cert, 'utf8'));
  }

  test('run the program of a client with a token, and name it in the log', async () => {
    expect(await run(admin, 'echo hello')).toBe('hello\n');
    expect(system.service('executor').output()).toMatch(/"client":"admin".*"msg":"execution"/);
  });

  test('authenticate to each other: a machine is reverted', async () => {
    const { machine } = await admin.watchdog.revertMachine(
      { machine: 'pbot-vm' },
      { timeoutMs: 20_000 },
    );
    expect(machine?.state).toBe(MachineState.READY);
    await served(admin);
  });

  test('are reached by the programs of the shell', async () => {
    const own = { ...environment, PBOTVM_TOKEN_FILE: join(directory, 'admin.token') };
    const { vmExec, vmClient } = system.programs;
    const ran = await system.command(vmExec, [execute], { environment: own });
    expect([ran.exitCode, ran.stdout]).toEqual([0, 'hello\n']);
    const answered = await system.command(vmClient, [execute], { environment: own });
    expect(answered.stdout).toBe('hello\n');
    const pbotVm = join(dirname(vmExec), 'pbot-vm.js');
    const shown = await system.command(pbotVm, ['status'], { environment: own });
    expect(shown.stdout).toMatch(/pbot-vm .*READY/);
    expect(ran.stderr + answered.stderr + shown.stderr).not.toMatch(/Warning/);
  });

  test.each(['execute', 'streamExecute', 'interact'] as const)(
    'refuse %s without a token',
    async (method) => {
      const { executor } = connectAll({ tlsCa: caFile });
      const program = Program.fromPartial({ language: 'sh', code: 'echo' });
      const calls = {
        execute: () => executor.execute({ program }, { timeoutMs: 5000 }),
        streamExecute: () => executor.streamExecute({ program }).next(),
        interact: () => {
          const call = executor.interact();
          call.write({ message: { $case: 'program', value: program } });
          return eventsOf(call).next();
        },
      };
      expect(await refusal(calls[method]())).toMatchObject({
        code: status.UNAUTHENTICATED,
        reason: 'TOKEN_MISSING',
        metadata: { execution: 'NOT_STARTED' },
      });
    },
  );

  test('refuse a token that they do not know', async () => {
    const tokenFile = join(directory, 'stranger.token');
    await writeFile(tokenFile, makeToken('stranger').token);
    const error = await refusal(run(connectAll({ tlsCa: caFile, tokenFile }), 'true'));
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' });
  });

  test('let a token call no other service than those that it is for', async () => {
    const { watchdog, snapshot, executor } = await client('alice');
    const limits = { timeoutMs: 5000 };
    await executor.listMachines({}, limits);
    const calls = [
      ['watchdog', () => watchdog.listMachines({}, limits)],
      ['snapshot', () => snapshot.getDomain({ domain: 'pbot-vm' }, limits)],
    ] as const;
    for (const [service, call] of calls) {
      expect(await refusal(call())).toMatchObject({
        code: status.PERMISSION_DENIED,
        reason: 'SERVICE_NOT_ALLOWED',
        metadata: { token: 'alice', service },
      });
    }
  });

  test('begin no more executions than the rate of a token', async () => {
    const slow = await client('slow', { rate: 0.001, burst: 2 });
    await run(slow, 'true');
    await run(slow, 'true');
    const error = await refusal(run(slow, 'true'));
    expect(error).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'RATE_EXCEEDED',
      metadata: { execution: 'NOT_STARTED', token: 'slow', rate: '0.001' },
    });
    expect(error.retryDelayMs).toBeGreaterThan(900_000);
    const { executor } = slow;
    await executor.listLanguages({}, { timeoutMs: 5000 });
    await run(admin, 'true');
  });

  test('have no more executions under way than a token may have', async () => {
    const single = await client('single', { concurrency: 1 });
    const { executor } = single;
    const stream = executor.interact();
    const program = Program.fromPartial({ language: 'sh', code: 'read line; echo "$line"' });
    stream.write({ message: { $case: 'program', value: program } });
    const events = eventsOf(stream);
    await events.next();
    expect(await refusal(run(single, 'true'))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'CONCURRENCY_EXCEEDED',
      metadata: { token: 'single', concurrency: '1' },
      retryDelayMs: 1000,
    });
    stream.write({ message: { $case: 'stdin', value: Buffer.from('end\n') } });
    for await (const _ of events);
    expect(await run(single, 'echo next')).toBe('next\n');
  });

  test('give a place back when its client goes away', async () => {
    const single = await client('leaving', { concurrency: 1 });
    const stream = single.executor.interact();
    const program = Program.fromPartial({ language: 'sh', code: 'sleep 60' });
    stream.write({ message: { $case: 'program', value: program } });
    const events = eventsOf(stream);
    await events.next();
    stream.on('error', () => undefined).cancel();
    await waitFor('a place', async () => {
      const answer = await run(single, 'echo next').catch((error: unknown) => RpcError.from(error));
      return answer === 'next\n';
    });
  });

  test('tell a health check without a token that they serve', async () => {
    const { health } = connectAll({ tlsCa: caFile });
    await health.check({ service: '' }, { timeoutMs: 5000 });
    const watched = await refusal(health.watch({ service: '' }).next());
    expect(watched.reason).toBe('TOKEN_MISSING');
  });

  test('are not trusted by a client without their CA, and serve nobody in clear', async () => {
    const tokenFile = join(directory, 'admin.token');
    const strange = await refusal(
      run(connectAll({ tlsCa: otherAuthority.cert, tokenFile }), 'true'),
    );
    expect(strange.code).toBe(status.UNAVAILABLE);
    expect(strange.message).toMatch(/certificate/);
    const clear = await refusal(run(connectAll({ tls: false, tokenFile }), 'true'));
    expect(clear.code).toBe(status.UNAVAILABLE);
  });

  test('tell a client of lines that they do not serve it', async () => {
    expect(await sendLine(system.ports.executor, execute)).toBe(
      "PBot's lines are served to programs of the host itself only: use vm-client, or gRPC with TLS.\n",
    );
  });

  test('serve lines where they are told to', async () => {
    await system.restart('executor', {
      environment: { ...environment, PBOTVM_LINES: 'everywhere' },
    });
    await served(admin);
    expect(await sendLine(system.ports.executor, execute)).toBe('hello\n');
    await system.restart('executor', { environment });
    await served(admin);
  });

  test('outlive clients that begin a handshake and do not go on', async () => {
    for (const port of Object.values(system.ports)) {
      for (const bytes of ['16', '1603010200', '16030100050100000100', '1603', 'ff']) {
        const rude = await LineClient.connect(port);
        rude.write(Buffer.from(bytes, 'hex'));
        rude.socket.resetAndDestroy();
        const polite = await LineClient.connect(port);
        polite.socket.end(Buffer.from(bytes, 'hex'));
      }
    }
    await run(connectAll({ tlsCa: caFile, tokenFile: join(directory, 'admin.token') }), 'true');
    for (const name of serviceNames) expect(system.service(name).child.exitCode).toBeNull();
  });

  test('let clients take turns by their tokens, whomever they say that they ask for', async () => {
    const flood = await client('flood');
    const other = await client('other');
    const stream = admin.executor.interact();
    const blocker = Program.fromPartial({ language: 'sh', code: 'read line' });
    stream.write({ message: { $case: 'program', value: blocker } });
    const events = eventsOf(stream);
    await events.next();
    const order: string[] = [];
    const ask = async ({ executor }: Clients, name: string) => {
      const program = Program.fromPartial({ language: 'sh', code: 'true', requester: name });
      await executor.execute({ program }, { timeoutMs: 20_000 });
      order.push(name);
    };
    /** Requests of one connection come in order: when this is answered, the Executor has all before it. */
    const arrived = ({ executor }: Clients) => executor.listMachines({}, { timeoutMs: 5000 });
    const asked = ['f1', 'f2', 'f3'].map((name) => ask(flood, name));
    await arrived(flood);
    asked.push(ask(other, 'o1'));
    await arrived(other);
    stream.write({ message: { $case: 'endOfInput', value: {} } });
    for await (const _ of events);
    await Promise.all(asked);
    expect(order).toEqual(['f1', 'o1', 'f2', 'f3']);
  });

  test('know new tokens at once, and old ones no more', async () => {
    const bob = await client('bob');
    await run(bob, 'true');
    entries.delete('bob');
    const carol = await client('carol');
    await run(carol, 'true');
    expect((await refusal(run(bob, 'true'))).reason).toBe('TOKEN_UNKNOWN');
  });

  test('keep the tokens that they have where new ones can not be read', async () => {
    await replace(tokensPath, '[{ "name": "admin" }]');
    expect(await run(admin, 'echo still')).toBe('still\n');
    expect(system.service('executor').output()).toMatch(/the old ones stay: token 1, sha256: /);
    await client('dave');
    await run(admin, 'true');
  });

  test('take another token of a client from its file', async () => {
    const erin = await client('erin');
    expect(await run(erin, 'echo first')).toBe('first\n');
    const old = join(directory, 'erin-before.token');
    await copyFile(join(directory, 'erin.token'), old);
    await client('erin');
    expect(await run(erin, 'echo second')).toBe('second\n');
    const withOld = connectAll({ tlsCa: caFile, tokenFile: old });
    expect((await refusal(run(withOld, 'true'))).reason).toBe('TOKEN_UNKNOWN');
  });

  test('show another certificate to the next connection, and keep the old one for a bad one', async () => {
    await install(otherServer);
    const tokenFile = join(directory, 'admin.token');
    await run(connectAll({ tlsCa: otherAuthority.cert, tokenFile }), 'true');
    expect((await refusal(run(connectAll({ tlsCa: caFile, tokenFile }), 'true'))).code).toBe(
      status.UNAVAILABLE,
    );
    // The connection that is open goes on.
    await run(admin, 'true');
    await replace(join(directory, 'current.key'), 'no key');
    await run(connectAll({ tlsCa: otherAuthority.cert, tokenFile }), 'true');
    expect(system.service('executor').output()).toMatch(
      /certificates that have changed can't be used/,
    );
    await install(server);
    await run(connectAll({ tlsCa: caFile, tokenFile }), 'true');
  });
});

describe('services beyond loopback that know their clients by certificates', () => {
  const environment = () => ({
    ...opened(),
    PBOTVM_TLS_CERT: server.cert,
    PBOTVM_TLS_KEY: server.key,
    PBOTVM_TLS_CLIENT_CA: clientCa(),
    PBOTVM_TLS_CA: authority.cert,
  });
  const clientCa = () => join(directory, 'clients.pem');
  let known: Clients;
  let services: ReturnType<TestSystem['launch']>;

  beforeAll(async () => {
    known = connectAll({ tlsCa: authority.cert, tlsCert: alice.cert, tlsKey: alice.key });
    const { vmServer } = system.programs;
    await replace(clientCa(), await readFile(authority.cert, 'utf8'));
    services = system.launch(vmServer, { environment: environment() });
    await served(known);
  });

  afterAll(() => services.stop());

  test('serve those, by vm-server, from end to end', async () => {
    expect(await run(known, 'echo hello')).toBe('hello\n');
    expect(services.output()).toMatch(/"client":"alice-by-certificate".*"msg":"execution"/);
    const { machine } = await known.watchdog.revertMachine(
      { machine: 'pbot-vm' },
      { timeoutMs: 20_000 },
    );
    expect(machine?.state).toBe(MachineState.READY);
  });

  test.each([
    ['none', () => ({})],
    ['one of another CA', () => ({ tlsCert: otherServer.cert, tlsKey: otherServer.key })],
  ])('serve nobody with %s', async (_, shown) => {
    const stranger = connectAll({ tlsCa: authority.cert, ...shown() });
    expect((await refusal(run(stranger, 'true'))).code).toBe(status.UNAVAILABLE);
    const { health } = stranger;
    const check = health.check({ service: '' }, { timeoutMs: 5000 });
    expect((await refusal(check)).code).toBe(status.UNAVAILABLE);
  });

  test('take another CA from its file, but none that is no certificate', async () => {
    const other = () =>
      run(
        connectAll({ tlsCa: authority.cert, tlsCert: otherServer.cert, tlsKey: otherServer.key }),
        'true',
      );
    const own = () =>
      run(connectAll({ tlsCa: authority.cert, tlsCert: alice.cert, tlsKey: alice.key }), 'true');
    await replace(clientCa(), 'no certificate');
    await own();
    expect(services.output()).toMatch(/certificates that have changed can't be used/);
    await replace(clientCa(), await readFile(otherAuthority.cert, 'utf8'));
    await other();
    expect((await refusal(own())).code).toBe(status.UNAVAILABLE);
  });
});

describe('a service that is opened without a guard', () => {
  test.each(serviceNames)('does not start: %s', async (name) => {
    const service = system.launch(system.programs[name], { environment: opened() });
    expect(await service.exited).toBe(2);
    expect(service.output()).toMatch(
      /^PBOTVM_\w+ \(0\.0\.0\.0:\d+\) is beyond loopback: set .*\n$/,
    );
  });

  test('is told of together with the others by vm-server', async () => {
    const service = system.launch(system.programs.vmServer, { environment: opened() });
    expect(await service.exited).toBe(2);
    const complaints = service.output().trimEnd().split('\n');
    expect(complaints.map((line) => line.split(' ')[0])).toEqual([
      'PBOTVM_SERVER',
      'PBOTVM_WATCHDOG',
      'PBOTVM_SNAPSHOT',
    ]);
  });
});

describe('pbot-vm token', () => {
  const token = (...args: string[]) =>
    system.command(join(dirname(system.programs.vmExec), 'pbot-vm.js'), ['token', ...args]);

  test('prints a token once, and its hash for the file', async () => {
    const { stdout, stderr, exitCode } = await token('alice@example.org');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^pbotvm_[A-Za-z0-9_-]{43}\n$/);
    const sha256 = createHash('sha256').update(stdout.trim()).digest('hex');
    expect(stderr).toContain(`\n{ "name": "alice@example.org", "sha256": "${sha256}" }\n`);
    expect((await token('alice')).stdout).not.toBe(stdout);
  });

  test('refuses a name that no file may have', async () => {
    const { exitCode, stderr } = await token('a b');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('must be 1 to 64 letters');
  });
});
