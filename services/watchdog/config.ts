// The settings of the Watchdog.

import { accessSettings, guardedAddress, guardSettings } from '../lib/access/settings.js';
import { machineSettings } from '../lib/config/machine-settings.js';
import { serviceAddresses } from '../lib/config/service-addresses.js';
import { secondsSchema } from '../lib/config/setting-schemas.js';
import type { Setting } from '../lib/config/settings.js';
import { maxConnections } from '../lib/rpc/connections/settings.js';

const heartbeatTimeoutMs: Setting<number> = {
  variable: 'PBOTVM_HEARTBEAT_TIMEOUT',
  defaultText: '3',
  description:
    'How long a guest that answers probes may be silent before its machine is lost; other guests 15 or longer (in seconds)',
  schema: secondsSchema({ fallback: '3', min: 1, max: 3600 }),
};

/** Clients must be known: the Watchdog reverts machines for them. */
export const watchdogSettings = {
  watchdog: guardedAddress(serviceAddresses.watchdog, { knowsClients: true }),
  snapshot: serviceAddresses.snapshot,
  ...machineSettings,
  heartbeatTimeoutMs,
  maxConnections,
  ...guardSettings,
  ...accessSettings,
};
