import { accessVariables, guardVariables, listeners, variables } from '../lib/config/variables.js';

const { machines, domain, serial, heart, snapshotName } = variables;
const { timeoutMs, limits, noRevert, revert, watchdog, maxCodeBytes, maxQueue, lines } = variables;

/** The variables that the Executor reads. */
export const executorVariables = {
  server: listeners.server,
  machines,
  domain,
  serial,
  heart,
  snapshotName,
  timeoutMs,
  limits,
  noRevert,
  revert,
  watchdog,
  maxCodeBytes,
  maxQueue,
  ...guardVariables,
  ...accessVariables,
  lines,
};
