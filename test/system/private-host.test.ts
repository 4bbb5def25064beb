import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readListeners } from '../../deploy/host/doctor/listeners.js';
import { Clients, textOf } from '../support/clients.js';
import { imageCache } from '../support/hand-made-machine.js';
import { startProcess } from '../support/process.js';
import { qemuPid } from '../support/qemu-pid.js';
import {
  bringMachineUp,
  bringMachineUpAgain,
  type MachineEnvironment,
  machineEnvironment,
  purgeMachine,
  removeLeftover,
  runProgram,
} from '../support/real-machine.js';
import { TemporaryUser } from '../support/temporary-user.js';
import { fewLanguages, namesOf } from '../support/tested-languages.js';

/** A machine with nothing said about its channels and about Watchdog and Snapshot service, and somebody else on the same host. */
const name = 'pbot-vm-test-private';
let environment: MachineEnvironment;
let home: string;
let stranger: TemporaryUser;
let clients: Clients;

beforeAll(async () => {
  await removeLeftover(name);
  const {
    PBOTVM_SERIAL: _serial,
    PBOTVM_HEART: _heart,
    PBOTVM_WATCHDOG: _watchdog,
    PBOTVM_SNAPSHOT: _snapshot,
    ...others
  } = await machineEnvironment(name);
  environment = { ...others, PBOTVM_TIMEOUT: '60' };
  home = others['PBOTVM_HOME'] as string;
  stranger = await TemporaryUser.create();
  await bringMachineUp(environment, ['--languages', namesOf(fewLanguages)]);
  clients = new Clients(environment);
});

afterAll(async () => {
  clients?.close();
  await stranger?.remove();
  if (environment !== undefined) await purgeMachine(environment);
});

async function hello(): Promise<string | undefined> {
  const { run } = await clients.execute({ code: 'echo hello' });
  return textOf(run?.stdout);
}

/** Those of the paths that the stranger may open in this way. */
async function openTo(how: '-r' | '-w', paths: readonly string[]): Promise<string[]> {
  const script = `for each do test ${how} "$each" && echo "$each"; done; true`;
  const { stdout } = await stranger.run('sh', ['-c', script, 'sh', ...paths]);
  return stdout.split('\n').filter((line) => line !== '');
}

async function everything(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  return [directory, ...names.map((each) => join(directory, each))];
}

/** Another user gets no connection to a Unix socket. */
async function expectClosed(path: string): Promise<void> {
  const script = `require('net').connect(${JSON.stringify(path)}).on('error', (error) => console.log(error.code)).on('connect', () => console.log('connected'))`;
  const { stdout } = await stranger.run(process.execPath, ['-e', script]);
  expect(stdout).toBe('EACCES');
}

describe('the Watchdog and the Snapshot service of pbot-vm up', () => {
  const port = () => Number(environment['PBOTVM_SERVER']);
  const sockets = () =>
    ['watchdog', 'snapshot'].map((service) => join(home, 'run', name, `${service}-${port()}.sock`));

  test('the two services are at Unix sockets, and at no TCP port', async () => {
    const { unixPaths, tcp } = await readListeners();
    expect(unixPaths).toEqual(expect.arrayContaining(sockets()));
    const ports = tcp.map((listener) => listener.port);
    expect(ports).toContain(port());
    expect(ports).not.toContain(port() + 100);
    expect(ports).not.toContain(port() + 200);
  });

  test('another user of the host can not connect to the two services', async () => {
    for (const path of sockets()) await expectClosed(path);
  });

  test('their user reverts the machine by pbot-vm, which finds them', async () => {
    const { stdout, stderr } = await runProgram('pbot-vm', ['revert'], environment);
    expect(stdout, stderr).toBe(`${name} is back at its snapshot\n`);
    const status = await runProgram('pbot-vm', ['status'], environment);
    expect(status.stdout).toContain('READY');
  });
});

describe('the channels of a machine that pbot-vm up has made', () => {
  const sockets = () =>
    ['data', 'heart'].map((channel) => join(home, 'machines', name, 'channels', channel));

  test('the channels are Unix sockets that QEMU listens on, and no TCP port', async () => {
    const { unixPaths } = await readListeners();
    expect(unixPaths).toEqual(expect.arrayContaining(sockets()));
    const { stdout } = await execa('virsh', ['-c', 'qemu:///system', 'dumpxml', name]);
    expect(stdout).not.toContain("type='tcp'");
  });

  test('another user of the host can not connect to the channels', async () => {
    for (const path of sockets()) await expectClosed(path);
  });

  test('the channels serve again after a revert in place, and after QEMU has died', async () => {
    const first = await clients.ready();
    await runProgram('pbot-vm', ['revert'], environment);
    const second = await clients.ready(first.generation);
    expect(await hello()).toBe('hello\n');
    process.kill(await qemuPid(name), 'SIGKILL');
    await clients.ready(second.generation);
    expect(await hello()).toBe('hello\n');
  });

  test('pbot-vm doctor finds nothing wrong with the channels', async () => {
    const { stdout } = await runProgram('pbot-vm', ['doctor'], environment);
    expect(stdout).toMatch(/^ok +channels: .*unix:/m);
    expect(stdout).toMatch(/^ok +ports of the machine: unix:/m);
  });
});

describe('the files of machines and services', () => {
  test('another user of the host can read and change none of the files', async () => {
    const paths = [...(await everything(home)), ...(await everything(imageCache()))];
    expect(paths.some((path) => path.endsWith('/vm-server.log'))).toBe(true);
    expect(paths.some((path) => path.endsWith('/disk.qcow2'))).toBe(true);
    expect(await openTo('-r', paths)).toEqual([]);
    expect(await openTo('-w', paths)).toEqual([]);
  });

  test('no file of a machine has a mode that lets others read it, wherever it is moved', async () => {
    const directory = join(home, 'machines', name);
    const { stdout } = await execa('find', [directory, '-type', 'f', '-perm', '/077']);
    expect(stdout).toBe('');
  });

  test('what an earlier release has left open is closed by the next up', async () => {
    const run = join(home, 'run', name);
    const log = join(run, 'vm-server.log');
    for (const path of [dirname(run), run, log]) await chmod(path, 0o777);
    expect(await openTo('-r', [log])).toEqual([log]);
    await runProgram('pbot-vm', ['down'], environment);
    await bringMachineUpAgain(environment);
    expect(await openTo('-r', [run, log])).toEqual([]);
    expect((await stat(log)).mode & 0o777).toBe(0o600);
  });
});

describe('the secret of a machine that pbot-vm up has made', () => {
  test('the secret is in a file of root in the guest, which no program reads', async () => {
    const place = '/sys/firmware/qemu_fw_cfg/by_name/opt/pbot-vm/secret/raw';
    const { run } = await clients.execute({ code: `cat ${place}` });
    expect(textOf(run?.stdout)).toBe('');
  });
});

describe('services that are started by hand', () => {
  test('services that are started by hand find the machine without a variable for its channels', async () => {
    await runProgram('pbot-vm', ['down'], environment);
    const services = startProcess(process.execPath, ['dist/vm-server.js'], {
      ...process.env,
      ...environment,
    });
    try {
      await clients.ready();
      expect(await hello()).toBe('hello\n');
    } finally {
      await services.stop();
    }
  });

  test('a host without the secret of a machine runs nothing there, even if it may open the channels', async () => {
    const machines = await readFile(join(home, 'run', name, 'machines.json'), 'utf8');
    const known = join(home, 'known.json');
    const unknown = join(home, 'unknown.json');
    const entries = JSON.parse(machines) as { secret?: string }[];
    await writeFile(known, machines);
    await writeFile(unknown, JSON.stringify(entries.map(({ secret: _secret, ...rest }) => rest)));
    const tryFrom = (file: string) =>
      runProgram('vm-exec', ['--direct', '-lang=sh', 'echo hello'], {
        ...environment,
        PBOTVM_MACHINES: file,
      });
    expect(await tryFrom(unknown)).toMatchObject({ exitCode: 125, stdout: '' });
    expect(await tryFrom(known)).toMatchObject({ exitCode: 0, stdout: 'hello\n' });
  });
});
