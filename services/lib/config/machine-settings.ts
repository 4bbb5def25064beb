// The settings that describe the machines: which there are, when they are reverted, and how libvirt is reached.

import * as z from 'zod';
import { type Address, formatAddress } from './address.js';
import { domainName, snapshotNameText } from './names.js';
import { ownPoolFile, ownSecretFile } from './own-machines.js';
import { type MachineEntry, readPoolFile } from './pool.js';
import { type RevertPolicy, revertPolicies } from './revert-policy.js';
import { readSecretFile } from './secret.js';
import { serviceAddresses } from './service-addresses.js';
import { addressSchema, fileContentSchema } from './setting-schemas.js';
import type { Setting } from './settings.js';

const machines: Setting<readonly MachineEntry[] | undefined> = {
  variable: 'PBOTVM_MACHINES',
  defaultText: 'not set',
  description:
    'File with several machines, in place of PBOTVM_DOMAIN, PBOTVM_SERIAL and PBOTVM_HEART; without any of these addresses, that of pbot-vm up',
  derived: { from: 'PBOTVM_HOME', text: ownPoolFile },
  schema: fileContentSchema(readPoolFile),
};

const domain: Setting<string> = {
  variable: 'PBOTVM_DOMAIN',
  defaultText: 'pbot-vm',
  description: 'The libvirt domain identifier',
  schema: domainName.default('pbot-vm'),
};

const serial: Setting<Address> = {
  variable: 'PBOTVM_SERIAL',
  defaultText: '5555',
  description: 'Address of the data channel: port, host:port or unix:/path',
  schema: addressSchema('5555'),
  violation: (address, environment) =>
    sharedAddress(address, environment, Object.values(serviceAddresses)),
};

const heart: Setting<Address> = {
  variable: 'PBOTVM_HEART',
  defaultText: '5556',
  description: 'Address of the heartbeat channel: port, host:port or unix:/path',
  schema: addressSchema('5556'),
  violation: (address, environment) =>
    sharedAddress(address, environment, [serial, ...Object.values(serviceAddresses)]),
};

const snapshotName: Setting<string> = {
  variable: 'PBOTVM_SNAPSHOT_NAME',
  defaultText: '1',
  description: 'Name of the snapshot that the machine is reverted to',
  schema: snapshotNameText.default('1'),
};

const secret: Setting<string | undefined> = {
  variable: 'PBOTVM_SECRET',
  defaultText: 'not set',
  description:
    'File with the secret that the guest of a machine made by hand must know; one of pbot-vm up has its own',
  derived: { from: 'PBOTVM_HOME', text: ownSecretFile },
  schema: fileContentSchema((path) => {
    readSecretFile(path);
    return path;
  }),
};

const noRevert: Setting<boolean> = {
  variable: 'PBOTVM_NOREVERT',
  defaultText: 'not set',
  description: 'If set (and not 0) then the VM will not revert to previous snapshot',
  schema: z
    .string()
    // The specification takes any text for "set". Whoever writes one of these means the opposite.
    .regex(/^(?!(?:false|no|off)$)/i, {
      error: 'must be 1 (never revert), or 0 or nothing (revert after faults)',
    })
    .default('0')
    .transform((text) => text !== '0'),
};

const revert: Setting<RevertPolicy> = {
  variable: 'PBOTVM_REVERT',
  defaultText: 'failure',
  description:
    'When a machine is reverted: failure (after a fault), always (after each execution too), never',
  schema: z
    .enum(revertPolicies, { error: `must be ${revertPolicies.join(', ')}` })
    .default('failure'),
  violation: (policy, environment) => {
    const isNever = noRevert.schema.safeParse(environment[noRevert.variable] || undefined).data;
    return policy === 'always' && isNever === true
      ? `can't be ${policy} while ${noRevert.variable} is set`
      : undefined;
  },
};

/** The machines, and when they are reverted. */
export const machineSettings = {
  domain,
  serial,
  heart,
  machines,
  snapshotName,
  secret,
  noRevert,
  revert,
};

export const libvirtUri: Setting<string | undefined> = {
  variable: 'PBOTVM_LIBVIRT_URI',
  defaultText: 'by user',
  description:
    'libvirt connection; else LIBVIRT_DEFAULT_URI, else qemu:///system for root and qemu:///session for others',
  derived: {
    from: 'LIBVIRT_DEFAULT_URI',
    text: (environment) => environment['LIBVIRT_DEFAULT_URI'],
  },
  schema: z
    .string()
    .regex(/^[a-z+]+:\/\//, { error: 'must be a libvirt URI, such as qemu:///system' })
    .optional(),
};

/** Two things that listen at one address: names the other one. It does not apply where PBOTVM_MACHINES names the channels. */
function sharedAddress(
  address: Address,
  environment: NodeJS.ProcessEnv,
  others: readonly Setting<Address>[],
): string | undefined {
  if (environment[machines.variable] || ownPoolFile(environment)) return undefined;
  const text = formatAddress(address);
  const other = others.find(({ variable, schema, derived }) => {
    const value = environment[variable] || derived?.text(environment);
    const { data } = schema.safeParse(value);
    return data !== undefined && formatAddress(data) === text;
  });
  return other && `is ${text}, which is ${other.variable} too: each needs an address of its own`;
}
