import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAnswered } from '../../../services/lib/rpc/listener.js';
import { childrenOf } from '../../support/guest.js';
import { outputOf, TestSystem } from '../../support/system.js';
import { waitFor } from '../../support/wait.js';

const home = mkdtempSync(join(tmpdir(), 'pbot-vm-sockets-'));
const directory = join(home, 'run/pbot-vm');

/** Nothing says where the Watchdog and the Snapshot service are. */
const environment = { PBOTVM_WATCHDOG: '', PBOTVM_SNAPSHOT: '', PBOTVM_HOME: home };

let system: TestSystem;
let server: ReturnType<TestSystem['launch']>;
let sockets: { readonly watchdog: string; readonly snapshot: string; readonly control: string };

beforeAll(async () => {
  system = await TestSystem.create(environment);
  const socket = (name: string) => join(directory, `${name}-${system.ports.executor}.sock`);
  sockets = {
    watchdog: socket('watchdog'),
    snapshot: socket('snapshot'),
    control: socket('control'),
  };
  await system.machine.powerOn();
  server = system.launch(system.programs.vmServer);
  await system.serving();
});

afterAll(async () => {
  await system.stop();
  await rm(home, { recursive: true });
});

const command = (words: readonly string[], more = {}) =>
  system.command(system.programs.pbotVm, words, { environment: more });

const machineShown = async () => {
  const { stdout } = await command(['status']);
  return stdout.includes('READY');
};

describe('vm-server where no variable names Watchdog and Snapshot service', () => {
  test('the services have sockets that their user alone can open, and no TCP port', async () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const path of Object.values(sockets)) {
      expect(statSync(path).isSocket()).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    for (const offset of [100, 200]) {
      const port = system.ports.executor + offset;
      expect(await isAnswered({ kind: 'tcp', host: '127.0.0.1', port })).toBe(false);
    }
  });

  test('pbot-vm finds them: status, revert and doctor', async () => {
    expect(await machineShown()).toBe(true);
    const { reverts } = system.machine;
    const { stdout } = await command(['revert']);
    expect(stdout).toBe('pbot-vm is back at its snapshot\n');
    expect(system.machine.reverts).toBe(reverts + 1);
    const doctor = await command(['doctor', '--json']);
    const checks = JSON.parse(doctor.stdout) as { title: string; level: string; detail: string }[];
    const detailOf = (title: string) => checks.find((check) => check.title === title)?.detail;
    expect(detailOf('Watchdog')).toBe(`serving at unix:${sockets.watchdog}`);
    expect(detailOf('Snapshot service')).toBe(`serving at unix:${sockets.snapshot}`);
    await system.serving();
  });

  test('a client that is not ours calls the Watchdog through its socket', async () => {
    const args = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge'];
    const { stdout } = await execa(
      'buf',
      [
        ...args,
        ...['--unix-socket', sockets.watchdog],
        'http://localhost/pbot.vm.v1.WatchdogService/ListMachines',
      ],
      { preferLocal: true },
    );
    expect(JSON.parse(stdout)).toMatchObject({ machines: [{ name: 'pbot-vm' }] });
  });

  test('a second service does not take the socket of the first', async () => {
    const address = `unix:${sockets.snapshot}`;
    const second = system.launch(system.programs.snapshot, {
      environment: { PBOTVM_SNAPSHOT: address },
    });
    expect(await second.exited).toBe(3);
    expect(second.output()).toContain(`${address} is in use by another program`);
    expect(await machineShown()).toBe(true);
  });

  test('the sockets of services that were killed are replaced', async () => {
    const { pid } = server.child;
    const children = pid === undefined ? [] : await childrenOf(pid);
    // Stopped first: it would start the others again, or end them in good order.
    server.child.kill('SIGSTOP');
    for (const child of children) process.kill(child, 'SIGKILL');
    await server.stop('SIGKILL');
    const left = readdirSync(directory).filter((name) => name.endsWith('.sock'));
    expect(left.map((name) => join(directory, name)).sort()).toEqual(Object.values(sockets).sort());
    server = system.launch(system.programs.vmServer);
    await system.serving();
    expect(outputOf(await system.run('echo again'))).toBe('again\n');
  });

  test('services that are stopped leave no socket', async () => {
    expect(await server.stop('SIGTERM')).toBe(0);
    for (const path of Object.values(sockets)) expect(existsSync(path)).toBe(false);
  });

  test('a directory that can not be made, or a path that is too long, is reported with what to do', async () => {
    const start = (more: Record<string, string>) =>
      system.command(system.programs.vmServer, [], { environment: more });
    const unusable = await start({ PBOTVM_HOME: system.programs.vmServer });
    expect(unusable.stderr).toMatch(
      /^vm-server: .*run\/pbot-vm can't be made, .*set PBOTVM_HOME .*PBOTVM_WATCHDOG, PBOTVM_SNAPSHOT and PBOTVM_CONTROL to addresses\.\n$/,
    );
    expect(unusable.exitCode).toBe(1);
    const long = await start({ PBOTVM_HOME: join(home, 'x'.repeat(100)) });
    expect(long.stderr).toMatch(/ bytes, and the path of a Unix socket at most 107: /);
    expect(long.exitCode).toBe(1);
  });
});

test('services that are started one by one are at TCP ports where no variable says otherwise', async () => {
  for (const name of ['snapshot', 'watchdog', 'executor'] as const) system.start(name);
  await waitFor('the three services', async () => {
    const found = [100, 200].map((offset) =>
      isAnswered({ kind: 'tcp', host: '127.0.0.1', port: system.ports.executor + offset }),
    );
    return (await Promise.all(found)).every(Boolean);
  });
  await system.serving();
  const { stdout } = await command(['revert']);
  expect(stdout).toBe('pbot-vm is back at its snapshot\n');
});
