// Every setting of pbot-vm, for the programs that describe or check all of them.

import { directorySettings } from '../../deploy/host/settings.js';
import { executorSettings } from '../executor/config.js';
import { accessSettings, guardSettings } from '../lib/access/settings.js';
import { executionSettings } from '../lib/config/execution-settings.js';
import { libvirtUri, machineSettings } from '../lib/config/machine-settings.js';
import { control, serviceAddresses } from '../lib/config/service-addresses.js';
import { ops } from '../lib/ops/settings.js';
import { logLevel, metricsSettings, telemetrySettings } from '../lib/telemetry/settings.js';
import { outsideSettings } from '../pbot/paste/settings.js';
import { pbotSettings } from '../pbot/revision.js';
import { stateDirectory } from '../pbot/storage/settings.js';
import { snapshotSettings } from '../snapshot/config.js';
import { watchdogSettings } from '../watchdog/config.js';

const {
  maxQueue,
  maxKeptResultBytes,
  lines,
  maxConnections,
  maxConnectionAgeMs,
  proxies,
  agent,
  drainNoticeMs,
} = executorSettings;

const { heartbeatTimeoutMs } = watchdogSettings;

/** All settings, with the addresses of services as clients read them. */
export const allSettings = {
  ...serviceAddresses,
  control,
  ...machineSettings,
  heartbeatTimeoutMs,
  ...executionSettings,
  maxQueue,
  maxKeptResultBytes,
  lines,
  ...pbotSettings,
  ...outsideSettings,
  stateDirectory,
  maxConnections,
  maxConnectionAgeMs,
  proxies,
  agent,
  drainNoticeMs,
  libvirtUri,
  ...directorySettings,
  ...guardSettings,
  ...accessSettings,
  ops,
  logLevel,
  ...telemetrySettings,
  ...metricsSettings,
};

/** The addresses as the services themselves read them: beyond loopback they must be guarded. */
export const guardedAddresses = {
  server: executorSettings.server,
  watchdog: watchdogSettings.watchdog,
  snapshot: snapshotSettings.address,
};
