import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExecutorServiceService, Program } from '../../../services/gen/pbot/vm/v1/executor.js';
import { SnapshotServiceService } from '../../../services/gen/pbot/vm/v1/snapshot.js';
import { MachineState, WatchdogServiceService } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import { makeToken } from '../../../services/lib/access/tokens.js';
import { RpcError } from '../../../services/lib/rpc/error.js';
import type { CertificateFiles } from '../../support/certificates.js';
import { attacks } from '../../support/hostile-attacks.js';
import { LineClient, sendLine } from '../../support/line-client.js';
import { freePortsInARow } from '../../support/ports.js';
import { waitFor } from '../../support/wait.js';
import {
  authority,
  type Clients,
  connectAll,
  directory,
  eventsOf,
  execute,
  failure,
  opened,
  otherAuthority,
  otherServer,
  replace,
  run,
  served,
  server,
  serviceNames,
  stopServices,
  system,
} from './access-scene.js';

describe('services beyond loopback with TLS and tokens', () => {
  let environment: Record<string, string>;
  let tokensPath: string;
  let caFile: string;
  let admin: Clients;
  let opsPort: number;

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
    opsPort = await freePortsInARow(3);
    environment = {
      ...opened(),
      PBOTVM_TLS_CERT: join(directory, 'current.pem'),
      PBOTVM_TLS_KEY: join(directory, 'current.key'),
      PBOTVM_TOKENS: tokensPath,
      PBOTVM_OPS: String(opsPort),
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

  test('services beyond loopback, with TLS and tokens, run the program of a client with a token, and name it in the log', async () => {
    expect(await run(admin, 'echo hello')).toBe('hello\n');
    expect(system.service('executor').output()).toMatch(/"client":"admin".*"msg":"execution"/);
  });

  test('services beyond loopback, with TLS and tokens, end a connection that fills their memory before it has shown a token', async () => {
    const ca = await readFile(caFile);
    const [attack] = attacks;
    for (const [service, path] of [
      ['executor', ExecutorServiceService.execute.path],
      ['watchdog', WatchdogServiceService.listMachines.path],
      ['snapshot', SnapshotServiceService.getDomain.path],
    ] as const) {
      const clients = (await attack?.run(system.ports[service], { path, ca })) ?? [];
      const [end] = await Promise.all(clients.map(({ ended }) => ended));
      expect(end?.text, service).toBe('too many bytes of headers');
      for (const client of clients) client.close();
    }
    expect(await run(admin, 'echo hello')).toBe('hello\n');
  });

  test('services beyond loopback, with TLS and tokens, authenticate to each other: a machine is reverted', async () => {
    const { machine } = await admin.watchdog.revertMachine(
      { machine: 'pbot-vm' },
      { timeoutMs: 20_000 },
    );
    expect(machine?.state).toBe(MachineState.READY);
    await served(admin);
  });

  test('services beyond loopback, with TLS and tokens, are reached by the programs of the shell', async () => {
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
    'services beyond loopback, with TLS and tokens, refuse %s without a token',
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
      expect(await failure(calls[method]())).toMatchObject({
        code: status.UNAUTHENTICATED,
        reason: 'TOKEN_MISSING',
        metadata: { execution: 'NOT_STARTED' },
      });
    },
  );

  test('services beyond loopback, with TLS and tokens, refuse a token that they do not know', async () => {
    const tokenFile = join(directory, 'stranger.token');
    await writeFile(tokenFile, makeToken('stranger').token);
    const error = await failure(run(connectAll({ tlsCa: caFile, tokenFile }), 'true'));
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'TOKEN_UNKNOWN' });
  });

  test('services beyond loopback, with TLS and tokens, let a token call no other service than those that it is for', async () => {
    const { watchdog, snapshot, executor } = await client('alice');
    const limits = { timeoutMs: 5000 };
    await executor.listMachines({}, limits);
    const calls = [
      ['watchdog', () => watchdog.listMachines({}, limits)],
      ['snapshot', () => snapshot.getDomain({ domain: 'pbot-vm' }, limits)],
    ] as const;
    for (const [service, call] of calls) {
      expect(await failure(call())).toMatchObject({
        code: status.PERMISSION_DENIED,
        reason: 'SERVICE_NOT_ALLOWED',
        metadata: { token: 'alice', service },
      });
    }
  });

  test('services beyond loopback, with TLS and tokens, begin no more executions than the rate of a token', async () => {
    const slow = await client('slow', { rate: 0.001, burst: 2 });
    await run(slow, 'true');
    await run(slow, 'true');
    const error = await failure(run(slow, 'true'));
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

  test('services beyond loopback, with TLS and tokens, have no more executions under way than a token may have', async () => {
    const single = await client('single', { concurrency: 1 });
    const { executor } = single;
    const stream = executor.interact();
    const program = Program.fromPartial({ language: 'sh', code: 'read line; echo "$line"' });
    stream.write({ message: { $case: 'program', value: program } });
    const events = eventsOf(stream);
    await events.next();
    expect(await failure(run(single, 'true'))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'CONCURRENCY_EXCEEDED',
      metadata: { token: 'single', concurrency: '1' },
      retryDelayMs: 1000,
    });
    stream.write({ message: { $case: 'stdin', value: Buffer.from('end\n') } });
    for await (const _ of events);
    expect(await run(single, 'echo next')).toBe('next\n');
  });

  test('services beyond loopback, with TLS and tokens, count the executions that they refuse for a token', async () => {
    const nobody = connectAll({ tlsCa: caFile });
    expect((await failure(run(nobody, 'true'))).reason).toBe('TOKEN_MISSING');
    const response = await fetch(`http://127.0.0.1:${opsPort}/metrics`);
    const counted = /^pbotvm_refused_total\{reason="TOKEN_MISSING"\} [1-9]/m;
    expect(await response.text()).toMatch(counted);
  });

  test('services beyond loopback, with TLS and tokens, give a slot back when its client goes away', async () => {
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

  test('services beyond loopback, with TLS and tokens, tell a health check without a token that they serve', async () => {
    const { health } = connectAll({ tlsCa: caFile });
    await health.check({ service: '' }, { timeoutMs: 5000 });
    const watched = await failure(health.watch({ service: '' }).next());
    expect(watched.reason).toBe('TOKEN_MISSING');
  });

  test('services beyond loopback, with TLS and tokens, are not trusted by a client without their CA, and serve nobody in clear', async () => {
    const tokenFile = join(directory, 'admin.token');
    const strange = await failure(
      run(connectAll({ tlsCa: otherAuthority.cert, tokenFile }), 'true'),
    );
    expect(strange.code).toBe(status.UNAVAILABLE);
    expect(strange.message).toMatch(/certificate/);
    const clear = await failure(run(connectAll({ tls: false, tokenFile }), 'true'));
    expect(clear.code).toBe(status.UNAVAILABLE);
  });

  test('services beyond loopback, with TLS and tokens, tell a client of lines that they do not serve it', async () => {
    expect(await sendLine(system.ports.executor, execute)).toBe(
      "PBot's lines are served to programs of the host itself only: use vm-client, or gRPC with TLS.\n",
    );
  });

  test('services beyond loopback, with TLS and tokens, serve lines where they are configured to', async () => {
    await system.restart('executor', {
      environment: { ...environment, PBOTVM_LINES: 'everywhere' },
    });
    await served(admin);
    expect(await sendLine(system.ports.executor, execute)).toBe('hello\n');
    await system.restart('executor', { environment });
    await served(admin);
  });

  test('services beyond loopback, with TLS and tokens, outlive clients that begin a handshake and do not go on', async () => {
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

  test('services beyond loopback, with TLS and tokens, let clients take turns by their tokens, whomever they say that they ask for', async () => {
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

  test('services beyond loopback, with TLS and tokens, know new tokens at once, and old ones no more', async () => {
    const bob = await client('bob');
    await run(bob, 'true');
    entries.delete('bob');
    const carol = await client('carol');
    await run(carol, 'true');
    expect((await failure(run(bob, 'true'))).reason).toBe('TOKEN_UNKNOWN');
  });

  test('services beyond loopback, with TLS and tokens, keep the tokens that they have where new ones can not be read', async () => {
    await replace(tokensPath, '[{ "name": "admin" }]');
    expect(await run(admin, 'echo still')).toBe('still\n');
    expect(system.service('executor').output()).toMatch(/the old ones stay: token 1, sha256: /);
    await client('dave');
    await run(admin, 'true');
  });

  test('services beyond loopback, with TLS and tokens, take another token of a client from its file', async () => {
    const erin = await client('erin');
    expect(await run(erin, 'echo first')).toBe('first\n');
    const old = join(directory, 'erin-before.token');
    await copyFile(join(directory, 'erin.token'), old);
    await client('erin');
    expect(await run(erin, 'echo second')).toBe('second\n');
    const withOld = connectAll({ tlsCa: caFile, tokenFile: old });
    expect((await failure(run(withOld, 'true'))).reason).toBe('TOKEN_UNKNOWN');
  });

  test('services beyond loopback, with TLS and tokens, show another certificate to the next connection, and keep the old one for a bad one', async () => {
    await install(otherServer);
    const tokenFile = join(directory, 'admin.token');
    await run(connectAll({ tlsCa: otherAuthority.cert, tokenFile }), 'true');
    expect((await failure(run(connectAll({ tlsCa: caFile, tokenFile }), 'true'))).code).toBe(
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
