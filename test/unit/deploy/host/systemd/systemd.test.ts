// What `pbot-vm up --systemd` writes and runs: in a directory in place of the root, with commands that are only noted.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, readHost } from '../../../../../deploy/host/host.js';
import { belongsToSystemd, unitAddresses } from '../../../../../deploy/host/systemd/set.js';
import {
  removeUnits,
  requireSystemd,
  type SystemRoot,
  startUnits,
  stopUnits,
} from '../../../../../deploy/host/systemd/systemd.js';
import { readableNode, setFiles } from '../../../../../deploy/host/systemd/unit-files.js';
import { formatAddress } from '../../../../../services/lib/config/address.js';
import { readPoolFile } from '../../../../../services/lib/config/pool.js';

let root: string;
let programs: string;
let commands: string[];
let system: SystemRoot;

const target = 'pbot-vm@pbot-vm.target';
const start = { nodePath: '/usr/local/bin/node' };

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pbot-vm-systemd-'));
  programs = join(root, 'programs');
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  await cp('deploy/systemd', join(programs, 'systemd'), { recursive: true });
  writeFileSync(join(programs, 'executor.js'), '// one release');
  commands = [];
  const run: SystemRoot['run'] = (command) => {
    commands.push(command.join(' '));
    return Promise.resolve();
  };
  system = { root, run };
});

afterEach(() => rmSync(root, { recursive: true }));

function hostOf(domain = 'pbot-vm'): Host {
  const host = readHost({ PBOTVM_HOME: join(root, 'home'), PBOTVM_DOMAIN: domain }, 0);
  const withSecret = host.machines.map((machine) => ({ ...machine, secretPath: '/var/lib/s' }));
  return { ...host, machines: withSecret };
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

describe('services that systemd runs', () => {
  it('units, users and programs are installed, and the set is started now and at each boot', async () => {
    await startUnits(hostOf(), { ...start, programs }, system);
    expect(commands).toEqual([
      'systemd-sysusers /etc/sysusers.d/pbot-vm.conf',
      'systemctl daemon-reload',
      `systemctl enable ${target}`,
      `systemctl restart ${target}`,
    ]);
    expect(read('/etc/systemd/system/pbot-vm-executor@.service')).toContain(
      'ExecStart=/usr/local/bin/node /usr/local/lib/pbot-vm/dist/executor.js\n',
    );
    expect(read('/usr/local/lib/pbot-vm/dist/executor.js')).toBe('// one release');
  });

  it('services run on where nothing has changed, and start again with other programs', async () => {
    await startUnits(hostOf(), { ...start, programs }, system);
    await startUnits(hostOf(), { ...start, programs }, system);
    expect(commands.at(-1)).toBe(`systemctl start ${target}`);
    writeFileSync(join(programs, 'executor.js'), '// another');
    await startUnits(hostOf(), { ...start, programs }, system);
    expect(commands.at(-1)).toBe(`systemctl restart ${target}`);
  });

  it('programs of a package bring their own units, so that only the set is written', async () => {
    await startUnits(hostOf(), { ...start, programs: '/usr/lib/pbot-vm/dist' }, system);
    expect(existsSync(join(root, 'etc/systemd/system/pbot-vm-executor@.service'))).toBe(false);
    expect(commands).not.toContain('systemd-sysusers /etc/sysusers.d/pbot-vm.conf');
  });

  it('the Executor and the Watchdog get the secret of each machine, and the Snapshot service none', async () => {
    await startUnits(hostOf(), { ...start, programs }, system);
    for (const service of ['executor', 'watchdog']) {
      const unit = `pbot-vm-${service}@pbot-vm.service`;
      expect(read(`/etc/systemd/system/${unit}.d/set.conf`)).toContain(
        'LoadCredential=secret-pbot-vm:/var/lib/s\n',
      );
      const list = join(root, `etc/pbot-vm/sets/pbot-vm/${service}-machines.json`);
      expect(readPoolFile(list)[0]?.secretPath).toBe(`/run/credentials/${unit}/secret-pbot-vm`);
    }
    const dropIn = read('/etc/systemd/system/pbot-vm-snapshot@pbot-vm.service.d/set.conf');
    expect(dropIn).not.toContain('LoadCredential');
    const list = join(root, 'etc/pbot-vm/sets/pbot-vm/snapshot-machines.json');
    expect(readPoolFile(list)[0]?.secretPath).toBeUndefined();
  });

  it('pbot-vm finds the sockets of the set, unless the user has named others', async () => {
    await startUnits(hostOf(), { ...start, programs }, system);
    const found = unitAddresses(hostOf(), { PBOTVM_SNAPSHOT: '9200' }, root);
    expect(formatAddress(found.watchdog)).toBe('unix:/run/pbot-vm/pbot-vm/watchdog/watchdog.sock');
    expect(found.snapshot).toEqual(hostOf().addresses.snapshot);
    expect(unitAddresses(hostOf('other'), {}, root)).toEqual(hostOf('other').addresses);
  });

  it('a set that is stopped does not start at the next boot', async () => {
    expect(await stopUnits(hostOf(), system)).toBe(false);
    await startUnits(hostOf(), { ...start, programs }, system);
    expect(await stopUnits(hostOf(), system)).toBe(true);
    expect(commands.at(-1)).toBe(`systemctl disable --now ${target}`);
  });

  it('the last set takes the units and the programs along', async () => {
    for (const name of ['pbot-vm', 'other']) {
      await startUnits(hostOf(name), { ...start, programs }, system);
    }
    const unit = join(root, 'etc/systemd/system/pbot-vm-watchdog@.service');
    expect(await removeUnits(hostOf('other'), system)).toEqual(['removed the units of other']);
    expect(existsSync(unit)).toBe(true);
    await removeUnits(hostOf(), system);
    expect(existsSync(unit)).toBe(false);
    expect(existsSync(join(root, 'usr/local/lib/pbot-vm'))).toBe(false);
    expect(belongsToSystemd(hostOf(), root)).toBe(false);
    expect(await removeUnits(hostOf(), system)).toEqual([]);
  });

  it('a host without systemd, or a user without root, gets a sentence with the way out', () => {
    expect(() => requireSystemd({ isRoot: false }, system)).toThrow('sudo pbot-vm up --systemd');
    rmSync(join(root, 'run'), { recursive: true });
    expect(() => requireSystemd({ isRoot: true }, system)).toThrow('leave out --systemd');
  });

  it('a Node.js that the services may not read, and a name that no unit can have, are errors', () => {
    expect(() => readableNode('/root/.nvm/node')).toThrow('install Node.js for all users');
    expect(() => setFiles(hostOf('c++'))).toThrow('give c++ another name');
  });
});
