import { type Host, readHost } from '../../../../../deploy/host/host.js';

/** The host of a root user who has set these variables. */
export function exampleHost(environment: NodeJS.ProcessEnv = {}): Host {
  return readHost(environment, 0);
}
