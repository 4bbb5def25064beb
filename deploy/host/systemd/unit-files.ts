// What systemd needs to run the services of a machine set: units, users, and what the set alone has.

import { dirname } from 'node:path';
import { formatAddress } from '../../../services/lib/config/address.js';
import { formatPool, type MachineConfig } from '../../../services/lib/config/pool.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import type { Host } from '../host.js';
import { setDirectory } from './set.js';

export const services = ['snapshot', 'watchdog', 'executor'] as const;

export type ServiceName = (typeof services)[number];

/** A file, below the root directory. */
export interface UnitFile {
  readonly path: string;
  readonly text: string;
}

/** Where the .deb has the programs, and its units look for them. */
export const packagedPrograms = '/usr/lib/pbot-vm/dist';

/** Where `up` copies the programs to: a user's home is closed to the services. */
export const installedPrograms = '/usr/local/lib/pbot-vm/dist';

/** Node.js as Debian has it. */
const packagedNode = '/usr/bin/node';

export const unitDirectory = '/etc/systemd/system';

export const targetOf = (host: Pick<Host, 'poolName'>) => `pbot-vm@${host.poolName}.target`;

/** The directory of what a unit of this set has beside the unit of all sets. */
export function dropInDirectory(
  { poolName }: Pick<Host, 'poolName'>,
  service: ServiceName,
): string {
  return `${unitDirectory}/pbot-vm-${service}@${poolName}.service.d`;
}

/** The units of all sets, as they are in deploy/systemd, with the paths of this host. */
export function sharedUnit(text: string, nodePath: string): string {
  return text.replaceAll(packagedPrograms, installedPrograms).replaceAll(packagedNode, nodePath);
}

/**
 * What one set has: its machines, its secrets, its addresses. A unit gets the secrets of its machines from systemd, so
 * that they stay files of root.
 *
 * @throws UserError where the name of the set can't be that of a unit
 */
export function setFiles(
  host: Pick<Host, 'poolName' | 'machines' | 'addresses' | 'uri'>,
): UnitFile[] {
  const { poolName, machines, addresses, uri } = host;
  if (poolName.includes('+')) {
    throw new UserError(`systemd takes no + in the name of a unit: give ${poolName} another name.`);
  }
  return services.flatMap((service) => {
    const hasSecrets = service !== 'snapshot';
    const list = `${setDirectory(host)}/${service}-machines.json`;
    const own = machines.map((machine) => ({
      ...machine,
      secretPath: hasSecrets ? credentialOf(machine, { service, poolName }) : undefined,
    }));
    const lines = [
      `# Written by pbot-vm up. Settings of your own belong into /etc/pbot-vm/${poolName}.env.`,
      '[Service]',
      `Environment=PBOTVM_MACHINES=${list}`,
      ...(service === 'executor'
        ? [`Environment=PBOTVM_SERVER=${formatAddress(addresses.executor)}`]
        : []),
      ...(service === 'snapshot' ? [`Environment=PBOTVM_LIBVIRT_URI=${uri}`] : []),
      ...(hasSecrets ? machines.flatMap(loadCredential) : []),
    ];
    return [
      { path: list, text: formatPool(own) },
      { path: `${dropInDirectory(host, service)}/set.conf`, text: `${lines.join('\n')}\n` },
    ];
  });
}

/**
 * @throws UserError where the services could not read Node.js
 */
export function readableNode(nodePath: string): string {
  const closed = ['/root/', '/home/', '/run/user/', '/tmp/', '/var/tmp/'];
  if (!closed.some((directory) => nodePath.startsWith(directory))) return nodePath;
  throw new UserError(
    `The services may not read ${dirname(nodePath)}: install Node.js for all users (apt-get install nodejs), and run pbot-vm with that one.`,
  );
}

function credentialOf(
  { domain, secretPath }: MachineConfig,
  { service, poolName }: { service: ServiceName; poolName: string },
): string | undefined {
  if (secretPath === undefined) return undefined;
  return `/run/credentials/pbot-vm-${service}@${poolName}.service/${credentialName(domain)}`;
}

function loadCredential({ domain, secretPath }: MachineConfig): string[] {
  // A % begins a specifier of systemd.
  return secretPath === undefined
    ? []
    : [`LoadCredential=${credentialName(domain)}:${secretPath.replaceAll('%', '%%')}`];
}

/** A colon would end the name. */
function credentialName(domain: string): string {
  return `secret-${domain.replaceAll(':', '_')}`;
}
