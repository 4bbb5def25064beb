// The settings of the Executor.

import { accessSettings, guardedAddress, guardSettings } from '../lib/access/settings.js';
import { type Address, parseAddress } from '../lib/config/address.js';
import { executionSettings } from '../lib/config/execution-settings.js';
import { machineSettings } from '../lib/config/machine-settings.js';
import { control, serviceAddresses } from '../lib/config/service-addresses.js';
import {
  optionalAddressSchema,
  wholeNumberSchema,
  wordSchema,
} from '../lib/config/setting-schemas.js';
import type { Setting } from '../lib/config/settings.js';
import { maxConnectionAgeMs, maxConnections } from '../lib/rpc/connections/settings.js';
import { proxies } from '../lib/rpc/proxy-protocol/settings.js';
import { outsideSettings } from '../pbot/paste/settings.js';
import { pbotSettings } from '../pbot/revision.js';
import { stateDirectory } from '../pbot/storage/settings.js';
import { drainNoticeMs } from './operator/settings.js';

const maxQueue: Setting<number> = {
  variable: 'PBOTVM_QUEUE',
  defaultText: '64',
  description: 'Executions that may wait for a free machine before new ones are refused',
  schema: wholeNumberSchema({ fallback: '64', min: 0, max: 10_000 }),
};

const maxKeptResultBytes: Setting<number> = {
  variable: 'PBOTVM_KEPT_RESULTS',
  defaultText: '67108864',
  description: 'Results that are kept for repeated requests (join_repeats), in bytes together',
  schema: wholeNumberSchema({ fallback: '67108864', min: 0, max: 2 ** 34 }),
};

const lines: Setting<'local' | 'everywhere'> = {
  variable: 'PBOTVM_LINES',
  defaultText: 'local',
  description:
    "Where PBot's lines are served: local (loopback, Unix socket) or everywhere, to all without a token",
  schema: wordSchema(['local', 'everywhere'], 'local'),
};

const agent: Setting<Address | undefined> = {
  variable: 'PBOTVM_AGENT',
  defaultText: 'not set',
  description:
    "Where HAProxy's agent check learns how much work the Executor takes: port, host:port or unix:/path",
  schema: optionalAddressSchema(parseAddress),
};

/** Whoever reaches the Executor may call it unless tokens or a client CA are set. */
export const executorSettings = {
  server: guardedAddress(serviceAddresses.server, { knowsClients: false }),
  watchdog: serviceAddresses.watchdog,
  control,
  ...machineSettings,
  ...executionSettings,
  maxQueue,
  maxKeptResultBytes,
  lines,
  ...pbotSettings,
  stateDirectory,
  ...outsideSettings,
  maxConnections,
  maxConnectionAgeMs,
  proxies,
  agent,
  drainNoticeMs,
  ...guardSettings,
  ...accessSettings,
};
