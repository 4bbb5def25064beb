import { accessVariables, guardVariables, listeners, variables } from '../lib/config/variables.js';

const { snapshot, snapshotName, machines, domain, serial, heart, noRevert, revert } = variables;

/** The variables that the Watchdog reads. */
export const watchdogVariables = {
  watchdog: listeners.watchdog,
  snapshot,
  snapshotName,
  machines,
  domain,
  serial,
  heart,
  noRevert,
  revert,
  ...guardVariables,
  ...accessVariables,
};
