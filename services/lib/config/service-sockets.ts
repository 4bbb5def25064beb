// Where `vm-server` and `pbot-vm` have the Watchdog, the Snapshot service and the operator's socket of the Executor: at Unix
// sockets that their user alone can open. A service that is started by itself listens where the variables say, at TCP ports by default.

import { join } from 'node:path';
import { UserError } from '../process/user-error.js';
import { maxSocketPathBytes } from './address.js';
import { homeDirectoryOf, runDirectory } from './own-machines.js';
import { control, serviceAddresses } from './service-addresses.js';

/** Where the sockets are. Its owner alone may enter it. */
export function socketDirectory(environment: NodeJS.ProcessEnv, uid?: number): string {
  const homeDirectory = homeDirectoryOf(environment, uid);
  return runDirectory({ homeDirectory, poolName: environment['PBOTVM_DOMAIN'] || 'pbot-vm' });
}

/**
 * The environment with the addresses of both services and of the operator's socket. Those that it names stay.
 *
 * @throws UserError where the path of a socket is too long
 */
export function withServiceSockets(
  environment: NodeJS.ProcessEnv,
  uid?: number,
): NodeJS.ProcessEnv {
  const directory = socketDirectory(environment, uid);
  const suffix = suffixOf(environment[serviceAddresses.server.variable]);
  const complete = { ...environment };
  const { watchdog, snapshot } = serviceAddresses;
  for (const [name, { variable }] of Object.entries({ watchdog, snapshot, control })) {
    complete[variable] ||= `unix:${checkedPath(join(directory, name + suffix), variable)}`;
  }
  return complete;
}

/** Two sets of services may share a directory: the port of the Executor distinguishes them. */
function suffixOf(server: string | undefined): string {
  const port = /(?:^|:)(\d+)$/.exec(server ?? '')?.[1] ?? '9000';
  return port === '9000' ? '.sock' : `-${port}.sock`;
}

function checkedPath(path: string, variable: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= maxSocketPathBytes) return path;
  throw new UserError(
    `${path} has ${bytes} bytes, and the path of a Unix socket at most ${maxSocketPathBytes}: set PBOTVM_HOME to a shorter path, or ${variable} to an address.`,
  );
}
