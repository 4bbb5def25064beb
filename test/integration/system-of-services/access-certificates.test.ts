import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MachineState } from '../../../services/gen/pbot/vm/v1/watchdog.js';
import type { TestSystem } from '../../support/system.js';
import {
  alice,
  authority,
  type Clients,
  connectAll,
  directory,
  failure,
  opened,
  otherAuthority,
  otherServer,
  replace,
  run,
  served,
  server,
  serviceNames,
  system,
} from './access-scene.js';

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

  test('services beyond loopback that know their clients by certificates serve those, by vm-server, from end to end', async () => {
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
  ])(
    'services beyond loopback that know their clients by certificates serve nobody with %s',
    async (_, shown) => {
      const stranger = connectAll({ tlsCa: authority.cert, ...shown() });
      expect((await failure(run(stranger, 'true'))).code).toBe(status.UNAVAILABLE);
      const { health } = stranger;
      const check = health.check({ service: '' }, { timeoutMs: 5000 });
      expect((await failure(check)).code).toBe(status.UNAVAILABLE);
    },
  );

  test('services beyond loopback that know their clients by certificates take another CA from its file, but none that is no certificate', async () => {
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
    expect((await failure(own())).code).toBe(status.UNAVAILABLE);
  });
});

describe('a service that is opened without a guard', () => {
  test.each(serviceNames)(
    'a service that is opened without a guard does not start (%s)',
    async (name) => {
      const service = system.launch(system.programs[name], { environment: opened() });
      expect(await service.exited).toBe(2);
      expect(service.output()).toMatch(
        /^PBOTVM_\w+ \(0\.0\.0\.0:\d+\) is beyond loopback: set .*\n$/,
      );
    },
  );

  test('a service that is opened without a guard is reported by vm-server together with the others', async () => {
    const service = system.launch(system.programs.vmServer, { environment: opened() });
    expect(await service.exited).toBe(2);
    const lines = service.output().trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'PBOTVM_SERVER',
      'PBOTVM_WATCHDOG',
      'PBOTVM_SNAPSHOT',
    ]);
  });
});

describe('pbot-vm token', () => {
  const token = (...args: string[]) =>
    system.command(join(dirname(system.programs.vmExec), 'pbot-vm.js'), ['token', ...args]);

  test('pbot-vm token prints a token once, and its hash for the file', async () => {
    const { stdout, stderr, exitCode } = await token('alice@example.org');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^pbotvm_[A-Za-z0-9_-]{43}\n$/);
    const sha256 = createHash('sha256').update(stdout.trim()).digest('hex');
    expect(stderr).toContain(`\n{ "name": "alice@example.org", "sha256": "${sha256}" }\n`);
    expect((await token('alice')).stdout).not.toBe(stdout);
  });

  test('pbot-vm token refuses a name that no file may have', async () => {
    const { exitCode, stderr } = await token('a b');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('must be 1 to 64 letters');
  });
});
