// The settings that describe the machines: which there are, when they are reverted, and how libvirt is reached.

import { z } from 'zod';
import type { Address } from './address.js';
import { domainName, snapshotNameText } from './names.js';
import { type MachineEntry, readPoolFile } from './pool.js';
import { type RevertPolicy, revertPolicies } from './revert-policy.js';
import { addressSchema, fileContentSchema } from './setting-schemas.js';
import type { Setting } from './settings.js';

const machines: Setting<readonly MachineEntry[] | undefined> = {
  variable: 'PBOTVM_MACHINES',
  defaultText: 'not set',
  description:
    'File with several machines, in place of PBOTVM_DOMAIN, PBOTVM_SERIAL and PBOTVM_HEART',
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
};

const heart: Setting<Address> = {
  variable: 'PBOTVM_HEART',
  defaultText: '5556',
  description: 'Address of the heartbeat channel: port, host:port or unix:/path',
  schema: addressSchema('5556'),
};

const snapshotName: Setting<string> = {
  variable: 'PBOTVM_SNAPSHOT_NAME',
  defaultText: '1',
  description: 'Name of the snapshot that the machine is reverted to',
  schema: snapshotNameText.default('1'),
};

const noRevert: Setting<boolean> = {
  variable: 'PBOTVM_NOREVERT',
  defaultText: 'not set',
  description: 'If set (and not 0) then the VM will not revert to previous snapshot',
  schema: z
    .string()
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
};

/** The machines, and when they are reverted. */
export const machineSettings = { domain, serial, heart, machines, snapshotName, noRevert, revert };

export const libvirtUri: Setting<string | undefined> = {
  variable: 'PBOTVM_LIBVIRT_URI',
  defaultText: 'by user',
  description:
    'libvirt connection; else LIBVIRT_DEFAULT_URI, else qemu:///system for root and qemu:///session for others',
  derive: (environment) => environment['LIBVIRT_DEFAULT_URI'],
  schema: z
    .string()
    .regex(/^[a-z+]+:\/\//, { error: 'must be a libvirt URI, such as qemu:///system' })
    .optional(),
};
