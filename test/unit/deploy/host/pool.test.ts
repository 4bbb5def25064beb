import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, readHost } from '../../../../deploy/host/host.js';
import { VirshError } from '../../../../deploy/host/libvirt/virsh.js';
import {
  placeChannels,
  poolEnvironment,
  resizePool,
  savePool,
} from '../../../../deploy/host/pool.js';
import { formatAddress } from '../../../../services/lib/config/address.js';
import { poolPath } from '../../../../services/lib/config/own-machines.js';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pbot-vm-pool-'));
});

afterEach(() => rmSync(home, { recursive: true }));

/** A host whose libvirt knows the domains that somebody else has made. */
function hostOf(variables: NodeJS.ProcessEnv = {}, uid = 0, foreign: readonly string[] = []): Host {
  return {
    ...readHost({ PBOTVM_HOME: home, ...variables }, uid),
    virsh: async (subcommand, ...args) => {
      if (foreign.some((domain) => args.includes(`--domain=${domain}`))) return 'shut off\n';
      throw new VirshError(subcommand, { kind: 'DOMAIN_NOT_FOUND', reason: 'no domain' });
    },
  };
}

function channelsOf({ machines }: Host): string[] {
  return machines.flatMap(({ serial, heart }) => [serial, heart].map(formatAddress));
}

const sockets = (domain: string) =>
  ['data', 'heart'].map((name) => `unix:${home}/machines/${domain}/channels/${name}`);
const ports = ['127.0.0.1:5555', '127.0.0.1:5556'];

describe('where pbot-vm up has the channels', () => {
  it('the channels are sockets that belong to the user of the services', async () => {
    for (const host of [hostOf(), hostOf({}, 1000)]) {
      expect(channelsOf(await placeChannels(host, { tcp: false }))).toEqual(sockets('pbot-vm'));
    }
  });

  it('each machine of a pool has sockets of its own', async () => {
    const host = await placeChannels(resizePool(hostOf(), 2), { tcp: false });
    expect(channelsOf(host)).toEqual([...sockets('pbot-vm'), ...sockets('pbot-vm-2')]);
  });

  it('a user without root whose libvirt is the system’s could open no socket, and has ports', async () => {
    const host = hostOf({ PBOTVM_LIBVIRT_URI: 'qemu:///system' }, 1000);
    expect(channelsOf(await placeChannels(host, { tcp: false }))).toEqual(ports);
  });

  it('a variable that names a channel is followed', async () => {
    const host = await placeChannels(hostOf({ PBOTVM_SERIAL: '7777' }), { tcp: false });
    expect(channelsOf(host)).toEqual(['127.0.0.1:7777', '127.0.0.1:5556']);
  });

  it('a machine of somebody else has its ports', async () => {
    const host = hostOf({}, 0, ['pbot-vm']);
    expect(channelsOf(await placeChannels(host, { tcp: false }))).toEqual(ports);
  });

  it('with --tcp-channels machines that had sockets have ports, two in a row for each', async () => {
    await savePool(await placeChannels(resizePool(hostOf(), 2), { tcp: false }));
    const host = await placeChannels(hostOf(), { tcp: true });
    expect(channelsOf(host)).toEqual([...ports, '127.0.0.1:5557', '127.0.0.1:5558']);
  });

  it('a home whose path is too long for a socket is named', async () => {
    const services = {
      PBOTVM_WATCHDOG: '9100',
      PBOTVM_SNAPSHOT: '9200',
      PBOTVM_CONTROL: 'unix:/run/control.sock',
    };
    const host = hostOf({ PBOTVM_HOME: `/${'long/'.repeat(20)}`, ...services });
    await expect(placeChannels(host, { tcp: false })).rejects.toThrow(/PBOTVM_HOME/);
  });
});

describe('the file that names the machines', () => {
  it('a machine with sockets is found again by later commands and by the services', async () => {
    const host = await placeChannels(hostOf(), { tcp: false });
    await savePool(host);
    expect(channelsOf(hostOf())).toEqual(sockets('pbot-vm'));
    expect(poolEnvironment(host)).toEqual({ PBOTVM_MACHINES: poolPath(host) });
    expect(hostOf({ PBOTVM_SNAPSHOT_NAME: 'clean' }).machines).toMatchObject([
      { snapshotName: 'clean' },
    ]);
  });

  it('nobody else can read it', async () => {
    const host = await placeChannels(hostOf(), { tcp: false });
    await savePool(host);
    expect(statSync(poolPath(host)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(poolPath(host))).mode & 0o777).toBe(0o700);
  });

  it('a machine with ports needs none, and one that was there goes', async () => {
    await savePool(await placeChannels(hostOf(), { tcp: false }));
    const host = await placeChannels(hostOf(), { tcp: true });
    await savePool(host);
    expect(poolEnvironment(host)).toEqual({});
    expect(channelsOf(hostOf())).toEqual(ports);
  });

  it('a variable that names a channel means the machine of the variables', async () => {
    await savePool(await placeChannels(hostOf(), { tcp: false }));
    expect(channelsOf(hostOf({ PBOTVM_HEART: '7778' }))).toEqual([
      '127.0.0.1:5555',
      '127.0.0.1:7778',
    ]);
  });
});
