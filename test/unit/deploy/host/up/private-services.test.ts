// Where services listen while machines are prepared.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  removePrivatePool,
  withMachinesAlone,
  withPrivateServices,
} from '../../../../../deploy/host/up/private-services.js';
import { executorSettings } from '../../../../../services/executor/config.js';
import { isLoopback, parseAddress } from '../../../../../services/lib/config/address.js';
import { readPoolFile } from '../../../../../services/lib/config/pool.js';
import { readSettings } from '../../../../../services/lib/config/settings.js';
import { ops } from '../../../../../services/lib/ops/settings.js';

const { server, watchdog, agent, proxies } = executorSettings;
const settings = { server, watchdog, agent, proxies, ops };

/** What an operator may have set for clients of other hosts. */
const operators = {
  PBOTVM_SERVER: '0.0.0.0:9000',
  PBOTVM_TLS: 'off',
  PBOTVM_OPS: '0.0.0.0:9300',
  PBOTVM_AGENT: '0.0.0.0:9400',
  PBOTVM_PROXY: '10.0.0.1',
};

it('no client, balancer or probe reaches the services that prepare a machine', () => {
  const { host, environment } = withPrivateServices({ homeDirectory: '/h', poolName: 'set' });
  const read = readSettings(settings, { ...operators, ...environment });
  expect(read.server).toEqual({ kind: 'unix', path: '/h/run/set/new-executor.sock' });
  expect(read.watchdog).toEqual(host.addresses.watchdog);
  const { executor, snapshot } = host.addresses;
  expect([executor, snapshot].map(isLoopback)).toEqual([true, true]);
  expect(read.ops).toBeUndefined();
  expect(read.agent).toBeUndefined();
  expect(read.proxies.names).toEqual([]);
});

it('a path that no Unix socket can have is named', () => {
  const homeDirectory = `/${'h'.repeat(120)}`;
  expect(() => withPrivateServices({ homeDirectory, poolName: 'set' })).toThrow(/longer than/);
});

it('services can be started for some of the machines alone, until their file is removed', async () => {
  const homeDirectory = mkdtempSync(join(tmpdir(), 'pbot-vm-private-'));
  onTestFinished(() => rmSync(homeDirectory, { recursive: true }));
  const host = { homeDirectory, poolName: 'set' };
  const machine = {
    ...{ name: 'b', domain: 'b', snapshotName: '1', secretPath: '/secret' },
    serial: parseAddress('unix:/data'),
    heart: parseAddress('unix:/heart'),
  };
  const { PBOTVM_MACHINES: path = '' } = await withMachinesAlone(host, [machine]);
  const { snapshotName: snapshot, ...rest } = machine;
  expect(readPoolFile(path)).toEqual([{ ...rest, snapshot }]);
  await removePrivatePool(host);
  expect(existsSync(path)).toBe(false);
});
