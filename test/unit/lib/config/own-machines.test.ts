import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineSettings } from '../../../../services/lib/config/machine-settings.js';
import {
  homeDirectoryOf,
  ownPoolFile,
  ownSecretFile,
} from '../../../../services/lib/config/own-machines.js';
import { configuredMachines } from '../../../../services/lib/config/pool.js';
import { readSettings } from '../../../../services/lib/config/settings.js';

const home = mkdtempSync(join(tmpdir(), 'pbot-vm-home-'));
const file = join(home, 'run/pbot-vm/machines.json');
const secret = join(home, 'secret');
const environment = { PBOTVM_HOME: home };

beforeAll(() => {
  mkdirSync(dirname(file), { recursive: true });
  const machine = { domain: 'pbot-vm', serial: 'unix:/m/data', heart: 'unix:/m/heart', secret };
  writeFileSync(file, JSON.stringify([machine]));
});

afterAll(() => rmSync(home, { recursive: true }));

describe('ownPoolFile', () => {
  it('the file of the machines is found by the home and the domain', () => {
    expect(ownPoolFile(environment)).toBe(file);
    expect(ownPoolFile({ ...environment, PBOTVM_DOMAIN: 'other' })).toBeUndefined();
    expect(ownPoolFile({ PBOTVM_HOME: '/nonexistent' })).toBeUndefined();
  });

  it.each(['PBOTVM_SERIAL', 'PBOTVM_HEART'])(
    'a %s that is set counts more than the file',
    (name) => {
      expect(ownPoolFile({ ...environment, [name]: '7777' })).toBeUndefined();
    },
  );
});

describe('ownSecretFile', () => {
  it('whoever names the channel of a machine of pbot-vm up finds its secret, whatever domain is named', () => {
    const channel = { ...environment, PBOTVM_SERIAL: 'unix:/m/data' };
    expect(ownSecretFile(channel)).toBe(secret);
    expect(ownSecretFile({ ...channel, PBOTVM_DOMAIN: 'other' })).toBe(secret);
  });

  it('a machine at another address has no secret, even with the name of one of pbot-vm up', () => {
    const named = { ...environment, PBOTVM_DOMAIN: 'pbot-vm' };
    expect(ownSecretFile({ ...named, PBOTVM_SERIAL: '7777' })).toBeUndefined();
    expect(ownSecretFile({ ...named, PBOTVM_HEART: '7778' })).toBeUndefined();
  });

  it('a home without machines, and an address that is none, have no secret', () => {
    const channel = { PBOTVM_SERIAL: 'unix:/m/data' };
    expect(ownSecretFile({ ...channel, PBOTVM_HOME: '/nonexistent' })).toBeUndefined();
    expect(ownSecretFile({ ...environment, PBOTVM_SERIAL: 'unix:' })).toBeUndefined();
  });

  it('a file of machines that holds none is passed over', () => {
    mkdirSync(join(home, 'run/broken'));
    writeFileSync(join(home, 'run/broken/machines.json'), '[');
    expect(ownSecretFile({ ...environment, PBOTVM_SERIAL: 'unix:/m/data' })).toBe(secret);
  });
});

describe('homeDirectoryOf', () => {
  it('root has a directory of the system, others have one of their own', () => {
    expect(homeDirectoryOf({ HOME: '/root' }, 0)).toBe('/var/lib/pbot-vm');
    expect(homeDirectoryOf({ HOME: '/home/me' }, 1000)).toBe('/home/me/.local/share/pbot-vm');
    expect(homeDirectoryOf({ HOME: '/home/me', XDG_DATA_HOME: '/data' }, 1000)).toBe(
      '/data/pbot-vm',
    );
  });
});

describe('the settings of machines', () => {
  const machines = (variables: NodeJS.ProcessEnv) =>
    configuredMachines(readSettings(machineSettings, variables));

  it('a service finds the sockets of the machine that pbot-vm up has made', () => {
    expect(machines({ ...environment, PBOTVM_SNAPSHOT_NAME: 'clean' })).toMatchObject([
      { serial: { kind: 'unix', path: '/m/data' }, snapshotName: 'clean' },
    ]);
  });

  it('a service connects to the ports that a variable names', () => {
    expect(machines({ ...environment, PBOTVM_SERIAL: '7777' })).toMatchObject([
      { serial: { kind: 'tcp', port: 7777 }, heart: { kind: 'tcp', port: 5556 } },
    ]);
  });

  it('a port of a service is no conflict with ports that no machine uses', () => {
    expect(() => machines({ ...environment, PBOTVM_WATCHDOG: '5555' })).not.toThrow();
    expect(() => machines({ PBOTVM_HOME: '/nonexistent', PBOTVM_WATCHDOG: '5555' })).toThrow(
      /PBOTVM_SERIAL/,
    );
  });
});
