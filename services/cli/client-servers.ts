// Which Executors vm-client asks.

import { type Address, parseAddress } from '../lib/config/address.js';
import { UserError } from '../lib/process/user-error.js';

/**
 * Those of PBOTVM_SERVER, one or a list, to be tried in turn; else that of PBOTVM_ADDR and PBOTVM_PORT, as the newest PBot has them.
 *
 * @throws UserError that names the variable
 */
export function clientServers(environment: NodeJS.ProcessEnv): readonly Address[] {
  const { PBOTVM_SERVER: servers, PBOTVM_ADDR: host, PBOTVM_PORT: port } = environment;
  if (servers) return parsed('PBOTVM_SERVER', servers.split(/[\s,]+/).filter(Boolean));
  return parsed('PBOTVM_ADDR and PBOTVM_PORT', [
    `${bracketed(host || '127.0.0.1')}:${port || 9000}`,
  ]);
}

function parsed(variable: string, texts: readonly string[]): readonly Address[] {
  try {
    return texts.map(parseAddress);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${variable} can't be used: ${error.message}`);
  }
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
