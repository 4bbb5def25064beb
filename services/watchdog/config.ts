import { variables } from '../lib/variables.js';

const { watchdog, snapshot, snapshotName, machines, domain, serial, heart, noRevert, revert } =
  variables;

/** The variables that the Watchdog reads. */
export const watchdogVariables = {
  watchdog,
  snapshot,
  snapshotName,
  machines,
  domain,
  serial,
  heart,
  noRevert,
  revert,
};
