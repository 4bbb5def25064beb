// Makes a machine a clone of another one: the same disk and the same snapshot, with a name, channels and a secret of its
// own. It needs no boot, and no warm-up.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from '../../services/lib/config/address.js';
import { UserError } from '../../services/lib/process/user-error.js';
import { isSession } from './host.js';
import { changeIdentity, type Identity, isPlainPath } from './libvirt/identity.js';
import { isOff, type Machine, stopMachine } from './machine.js';
import { copyDisk, machineFiles, makeSecret, writePrivate } from './machine-files.js';

/** Whether a machine of ours can be cloned, and can be a clone. Others boot. */
export function isClonable({ host, serial, heart }: Machine): boolean {
  // After a machine has run, its disk may belong to QEMU's user, whose files only root can read.
  const ownsDisks = host.isRoot || isSession(host.uri);
  return ownsDisks && isPlainPath(host.homeDirectory) && [serial, heart].every(isPlainAddress);
}

function isPlainAddress(address: Address): boolean {
  return address.kind === 'tcp' || isPlainPath(address.path);
}

/**
 * Makes a machine that has no snapshot a clone of one that has. Both are off then, and nothing may start them meanwhile.
 * The snapshot is the last that the clone gets: before that it is a machine without one, which the next attempt makes
 * whole.
 *
 * @throws UserError
 */
export async function cloneMachine(
  machine: Machine,
  { origin }: { origin: Machine },
): Promise<void> {
  for (const each of [machine, origin]) await stopMachine(each);
  const [from, to] = [
    machineFiles(origin.host, origin.domain),
    machineFiles(machine.host, machine.domain),
  ];
  await copyDisk({ from, to });
  if (!(await isOff(origin))) {
    throw new UserError(
      `${origin.domain} was started while it was copied: stop what has started it.`,
    );
  }
  // The memory of the clone will hold the one that its origin has had.
  await makeSecret(from);
  const identities = { from: await identityOf(origin), to: await identityOf(machine) };
  const { virsh } = origin.host;
  // libvirt has chosen what is not ours to say, such as the version of the machine type: the snapshot is good for that alone.
  const definition = await virsh('dumpxml', '--inactive', `--domain=${origin.domain}`);
  await writePrivate(to.definitionPath, changeIdentity(definition, identities));
  await virsh('define', to.definitionPath);
  await takeSnapshotOver(machine, { origin, identities });
}

async function takeSnapshotOver(
  machine: Machine,
  { origin, identities }: { origin: Machine; identities: { from: Identity; to: Identity } },
): Promise<void> {
  const { virsh } = machine.host;
  const { domain, snapshotName } = origin;
  const xml = await virsh(
    'snapshot-dumpxml',
    `--domain=${domain}`,
    `--snapshotname=${snapshotName}`,
  );
  const path = join(identities.to.directory, 'snapshot.xml');
  await writePrivate(path, changeIdentity(xml, identities));
  const flags = ['--redefine', '--current'];
  await virsh('snapshot-create', `--domain=${machine.domain}`, `--xmlfile=${path}`, ...flags);
  await rm(path);
}

async function identityOf({ host, domain, serial, heart }: Machine): Promise<Identity> {
  const uuid = (await host.virsh('domuuid', `--domain=${domain}`)).trim();
  const { directory } = machineFiles(host, domain);
  return { domain, uuid, directory, serial, heart };
}
