import { variables } from '../lib/variables.js';

const { server, machines, domain, serial, heart, snapshotName } = variables;
const { timeoutMs, noRevert, revert, watchdog, maxCodeBytes, maxQueue } = variables;

/** The variables that the Executor reads. */
export const executorVariables = {
  server,
  machines,
  domain,
  serial,
  heart,
  snapshotName,
  timeoutMs,
  noRevert,
  revert,
  watchdog,
  maxCodeBytes,
  maxQueue,
};
