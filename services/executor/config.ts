import { variables } from '../lib/variables.js';

const { server, machines, domain, serial, heart, snapshotName } = variables;
const { timeoutMs, phaseLimits, noRevert, revert, watchdog, maxCodeBytes, maxQueue } = variables;

/** The variables that the Executor reads. */
export const executorVariables = {
  server,
  machines,
  domain,
  serial,
  heart,
  snapshotName,
  timeoutMs,
  phaseLimits,
  noRevert,
  revert,
  watchdog,
  maxCodeBytes,
  maxQueue,
};
