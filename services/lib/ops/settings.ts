// The setting of the listener for operators: probes and metrics.

import { type Address, parseAddress } from '../config/address.js';
import { optionalAddressSchema } from '../config/setting-schemas.js';
import type { Setting } from '../config/settings.js';
import { UserError } from '../process/user-error.js';

type TcpAddress = Address & { readonly kind: 'tcp' };

/** Each service has a port of its own: one variable serves all three of a host. */
const portsAbove = { executor: 0, watchdog: 1, snapshot: 2 } as const;

export type OpsService = keyof typeof portsAbove;

const maxPort = 65_535 - Math.max(...Object.values(portsAbove));

/** Off by default: whoever reaches the listener reads it, and a port of loopback is open to all users of a host. */
export const ops: Setting<TcpAddress | undefined> = {
  variable: 'PBOTVM_OPS',
  defaultText: 'not set',
  description:
    "Where the Executor serves /livez, /readyz and /metrics: port or host:port; the Watchdog's port is 1 higher, the Snapshot service's 2",
  schema: optionalAddressSchema(parseTcpAddress).refine(
    (address) => address === undefined || address.port <= maxPort,
    { error: `needs a port of at most ${maxPort}: the two after it are used too` },
  ),
};

/** Where a service listens, of the three that share the setting. */
export function opsAddressOf(service: OpsService, { host, port }: TcpAddress): TcpAddress {
  return { kind: 'tcp', host, port: port + portsAbove[service] };
}

function parseTcpAddress(text: string): TcpAddress {
  const address = parseAddress(text);
  if (address.kind === 'tcp') return address;
  throw new UserError(`"${text}" is no TCP port, as probes and Prometheus need one`);
}
