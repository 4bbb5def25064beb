// Takes the snapshot of a machine and tries it, through the services.

import { RevertMethod, SnapshotServiceService } from '../../services/gen/pbot/vm/v1/snapshot.js';
import { MachineState, WatchdogServiceService } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { connect } from '../../services/lib/access/client-access.js';
import { UserError } from '../../services/lib/process/user-error.js';
import type { Machine } from './machine.js';

/** Memory is written to the disk: a large machine on a slow one takes its time. */
const snapshotLimitMs = 340_000;

const revertLimitMs = 180_000;

/** Services that were just started take seconds on a busy host. */
const connectLimitMs = 60_000;

/** Saves the running machine, by way of the Snapshot service. */
export async function takeSnapshot(machine: Machine): Promise<void> {
  const { addresses, access } = machine.host;
  const client = connect(SnapshotServiceService, { address: addresses.snapshot, access });
  try {
    const request = { domain: machine.domain, snapshot: machine.snapshotName, replace: true };
    await client.createSnapshot(request, { timeoutMs: snapshotLimitMs });
  } finally {
    client.close();
  }
}

/**
 * Reverts the machine by way of the Snapshot service. One that is off is started with its snapshot.
 *
 * @throws UserError, RpcError
 */
export async function startFromSnapshot(machine: Machine): Promise<void> {
  const { addresses, access } = machine.host;
  const client = connect(SnapshotServiceService, { address: addresses.snapshot, access });
  try {
    const request = { domain: machine.domain, snapshot: machine.snapshotName };
    const limits = { timeoutMs: revertLimitMs, connectMs: connectLimitMs };
    const { method } = await client.revertSnapshot(request, limits);
    if (method !== RevertMethod.REBUILD) return;
    throw new UserError(
      `${machine.name} does not come back from its snapshot, and has none any more: say up again.`,
    );
  } finally {
    client.close();
  }
}

/**
 * Reverts the machine once: a snapshot is worth something only when the machine has come back from it.
 *
 * @throws UserError, RpcError
 */
export async function verifyRevert({ name, host }: Machine): Promise<void> {
  const { addresses, access } = host;
  const client = connect(WatchdogServiceService, { address: addresses.watchdog, access });
  try {
    const { machine } = await client.revertMachine({ machine: name }, { timeoutMs: revertLimitMs });
    if (machine?.state === MachineState.READY) return;
    throw new UserError(
      `The machine does not come back from its snapshot: ${machine?.stateDetail}.`,
    );
  } finally {
    client.close();
  }
}
