// The settings that say where the three services listen. Clients use them as they are; a service adds the rules of
// `guardedAddress`.

import { UserError } from '../process/user-error.js';
import { type Address, isLoopback, parseAddress } from './address.js';
import { addressSchema, optionalAddressSchema } from './setting-schemas.js';
import type { Setting } from './settings.js';

const server: Setting<Address> = {
  variable: 'PBOTVM_SERVER',
  defaultText: '9000',
  description: 'Port of the Executor, for gRPC and for PBot: port, host:port or unix:/path',
  schema: addressSchema('9000'),
};

const watchdog: Setting<Address> = {
  variable: 'PBOTVM_WATCHDOG',
  defaultText: `${server.variable} + 100`,
  description:
    'Address of the Watchdog: port, host:port or unix:/path; vm-server has a socket in PBOTVM_HOME',
  derived: {
    from: server.variable,
    text: (environment) => portAboveExecutor(environment, 100),
  },
  schema: addressSchema('9100'),
};

const snapshot: Setting<Address> = {
  variable: 'PBOTVM_SNAPSHOT',
  defaultText: `${server.variable} + 200`,
  description:
    'Address of the Snapshot service: port, host:port or unix:/path; vm-server has a socket in PBOTVM_HOME',
  derived: {
    from: server.variable,
    text: (environment) => portAboveExecutor(environment, 200),
  },
  schema: addressSchema('9200'),
};

export const serviceAddresses = { server, watchdog, snapshot };

type SocketAddress = Address & { readonly kind: 'unix' };

/** A socket, and never a port: a port of loopback is open to all users of the host, who could stop all work. */
export const control: Setting<SocketAddress | undefined> = {
  variable: 'PBOTVM_CONTROL',
  defaultText: 'not set',
  description:
    'Unix socket of the Executor for pbot-vm drain and resume: unix:/path; vm-server has one in PBOTVM_HOME',
  schema: optionalAddressSchema(parseSocketAddress),
};

/**
 * A second set of services on one host needs other ports for all three: one variable sets them. Where the Executor
 * listens beyond loopback, the two services that only it calls stay on loopback.
 */
function portAboveExecutor(environment: NodeJS.ProcessEnv, offset: number): string | undefined {
  const text = environment[server.variable] || server.defaultText;
  const [, host = '', port] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined || text.startsWith('unix:')) return undefined;
  const isLocal = isLoopback({ kind: 'tcp', host: host.replace(/^\[(.*)\]$/, '$1'), port: 0 });
  return `${isLocal ? `${host}:` : ''}${Number(port) + offset}`;
}

function parseSocketAddress(text: string): SocketAddress {
  const address = parseAddress(text);
  if (address.kind === 'unix') return address;
  throw new UserError(`"${text}" is no unix:/path, and whoever reaches a port could stop all work`);
}
