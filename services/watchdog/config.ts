// The settings of the Watchdog.

import { accessSettings, guardedAddress, guardSettings } from '../lib/access/settings.js';
import { machineSettings } from '../lib/config/machine-settings.js';
import { serviceAddresses } from '../lib/config/service-addresses.js';
import { maxConnections } from '../lib/rpc/connections/settings.js';

/** Clients must be known: the Watchdog reverts machines for them. */
export const watchdogSettings = {
  watchdog: guardedAddress(serviceAddresses.watchdog, { knowsClients: true }),
  snapshot: serviceAddresses.snapshot,
  ...machineSettings,
  maxConnections,
  ...guardSettings,
  ...accessSettings,
};
