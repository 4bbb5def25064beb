// Where services listen while machines are prepared.

import { expect, it } from 'vitest';
import { withPrivateServices } from '../../../../../deploy/host/up/private-services.js';
import { executorSettings } from '../../../../../services/executor/config.js';
import { isLoopback } from '../../../../../services/lib/config/address.js';
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
