// The machines that are configured: those of the file of machines, or one.

import * as z from 'zod';
import { UserError } from '../process/user-error.js';
import { type Address, formatAddress, parseAddress } from './address.js';
import { readJsonList } from './json-list.js';
import { domainName, snapshotNameText } from './names.js';
import { parsedText } from './parsed-text.js';

/** What the configuration says of one machine. */
export interface MachineConfig {
  readonly name: string;
  /** Of libvirt. */
  readonly domain: string;
  /** Of the data channel. */
  readonly serial: Address;
  /** Of the heartbeat channel. */
  readonly heart: Address;
  /** The snapshot that the machine is reverted to. */
  readonly snapshotName: string;
  /** File with what its guest must know, where one was set up so. */
  readonly secretPath?: string | undefined;
}

/** A machine as PBOTVM_MACHINES describes it. */
export type MachineEntry = Omit<MachineConfig, 'snapshotName'> & {
  readonly snapshot: string | undefined;
};

/** The configured machines: those of the file, else the one that PBOTVM_DOMAIN, PBOTVM_SERIAL and PBOTVM_HEART describe. */
export function configuredMachines(config: {
  machines: readonly MachineEntry[] | undefined;
  domain: string;
  serial: Address;
  heart: Address;
  snapshotName: string;
  secret?: string | undefined;
}): MachineConfig[] {
  const { machines, domain, serial, heart, snapshotName, secret: secretPath } = config;
  if (machines === undefined) {
    return [{ name: domain, domain, serial, heart, snapshotName, secretPath }];
  }
  return machines.map(({ snapshot, ...machine }) => ({
    ...machine,
    snapshotName: snapshot ?? snapshotName,
  }));
}

/**
 * Reads a file of machines: a JSON array with an object for each,
 * `{"domain": "pbot-vm", "serial": 5555, "heart": 5556, "name": "pbot-vm", "snapshot": "1"}`; the last two may be left out.
 *
 * @throws UserError
 */
export function readPoolFile(path: string): MachineEntry[] {
  const machines = readJsonList({ path, schema: poolSchema(), element: 'machine' });
  requireDistinct(machines);
  return machines;
}

/** The inverse of `readPoolFile`. */
export function formatPool(
  machines: readonly (Omit<MachineConfig, 'snapshotName'> & { snapshotName?: string })[],
): string {
  const entries = machines.map(({ name, domain, serial, heart, snapshotName, secretPath }) => ({
    name,
    domain,
    serial: formatAddress(serial),
    heart: formatAddress(heart),
    snapshot: snapshotName,
    secret: secretPath,
  }));
  return `${JSON.stringify(entries, undefined, 2)}\n`;
}

/** More would not fit on any host: a longer list is an error. */
const maxMachines = 256;

/**
 * Two machines that share anything would be taken for one another.
 *
 * @throws UserError
 */
export function requireDistinct(machines: readonly Omit<MachineConfig, 'snapshotName'>[]): void {
  const seen = new Map<string, string>();
  for (const [index, { name, domain, serial, heart }] of machines.entries()) {
    const claims = [
      ['name', `name ${name}`],
      ['domain', `domain ${domain}`],
      ['serial', `address ${formatAddress(serial)}`],
      ['heart', `address ${formatAddress(heart)}`],
    ] as const;
    for (const [field, claim] of claims) {
      const place = `machine ${index + 1}, ${field}`;
      const other = seen.get(claim);
      if (other !== undefined) throw new UserError(`${place}: ${claim} is that of ${other} too`);
      seen.set(claim, place);
    }
  }
}

/** Made when a file is read: most programs have none. */
function poolSchema() {
  return z
    .array(entrySchema(), { error: 'must be an array of machines' })
    .min(1, { error: 'must hold at least one machine' })
    .max(maxMachines, { error: `must hold at most ${maxMachines} machines` });
}

function entrySchema() {
  const address = z
    .union([z.string(), z.number().transform(String)])
    .transform(parsedText({ parse: parseAddress }));
  return z
    .strictObject({
      name: domainName.optional(),
      domain: domainName,
      serial: address,
      heart: address,
      snapshot: snapshotNameText.optional(),
      secret: z.string().min(1).optional(),
    })
    .transform(({ name, snapshot, secret, ...rest }) => ({
      name: name ?? rest.domain,
      ...rest,
      snapshot,
      ...(secret === undefined ? {} : { secretPath: secret }),
    }));
}
