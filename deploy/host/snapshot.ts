import { SnapshotServiceService } from '../../services/gen/pbot/vm/v1/snapshot.js';
import { MachineState, WatchdogServiceService } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { connect } from '../../services/lib/access/client-access.js';
import { DeployError } from './deploy-error.js';
import type { Host } from './host.js';

/** Memory is written to the disk: a large machine on a slow one takes its time. */
const snapshotLimitMs = 340_000;

const revertLimitMs = 180_000;

/** Saves the running machine, by way of the Snapshot service. */
export async function takeSnapshot(host: Host): Promise<void> {
  const { addresses, access } = host;
  const client = connect(SnapshotServiceService, { address: addresses.snapshot, access });
  try {
    const request = { domain: host.domain, snapshot: host.snapshotName, replace: true };
    await client.createSnapshot(request, { timeoutMs: snapshotLimitMs });
  } finally {
    client.close();
  }
}

/**
 * Reverts the machine once: a snapshot is worth something only when the machine has come back from it.
 *
 * @throws DeployError, RpcError
 */
export async function verifyRevert(host: Host): Promise<void> {
  const { addresses, access } = host;
  const client = connect(WatchdogServiceService, { address: addresses.watchdog, access });
  try {
    const { machine } = await client.revertMachine(
      { machine: host.name },
      { timeoutMs: revertLimitMs },
    );
    if (machine?.state === MachineState.READY) return;
    throw new DeployError(
      `The machine does not come back from its snapshot: ${machine?.stateDetail}.`,
    );
  } finally {
    client.close();
  }
}
