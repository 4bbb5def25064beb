// Reads the arguments of the commands of a cluster. What they print must be a configuration, whatever is typed.

import { type Address, formatAddress, parseAddress } from '../../lib/config/address.js';
import { UserError } from '../../lib/process/user-error.js';

/** Where the Executor of a host listens. */
export type ClusterHost = Address & { readonly kind: 'tcp' };

const defaultPort = 9000;

/**
 * Reads `a,b:9001,[::1]`.
 *
 * @throws UserError
 */
export function parseHosts(text: string): ClusterHost[] {
  const hosts = text.split(',').map(parseHost);
  const names = hosts.map(formatAddress);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new UserError(`${repeated} is there twice`);
  return hosts;
}

/**
 * Reads `:9000`, `10.0.0.1:9000` or `[::]:9000`. Without a host these are all addresses.
 *
 * @throws UserError
 */
export function parseBind(text: string): string {
  if (/^(\*|[\w.-]+|\[[\d:a-fA-F]+\])?:\d{1,5}$/.test(text)) return text;
  throw new UserError(`"${text}" is neither HOST:PORT nor :PORT`);
}

/**
 * Reads the name of a file. HAProxy gives blanks, quotes and some other characters a meaning.
 *
 * @throws UserError
 */
export function parsePath(text: string): string {
  if (/^\/[\w./@+-]+$/.test(text)) return text;
  throw new UserError(`"${text}" is no absolute path of letters, digits and . _ / @ + -`);
}

function parseHost(text: string): ClusterHost {
  const hasPort = /:\d+$/.test(text.replace(/^\[.*\]/, ''));
  const address = parseAddress(hasPort ? text : `${text}:${defaultPort}`);
  if (address.kind === 'tcp') return address;
  throw new UserError(`"${text}" is no host: HAProxy and the Executors are on different ones`);
}
