import { SnapshotServiceClient } from '../../services/gen/pbot/vm/v1/snapshot.js';
import { MachineState, WatchdogServiceClient } from '../../services/gen/pbot/vm/v1/watchdog.js';
import { connectClient } from '../../services/lib/access/client-access.js';
import { callUnary } from '../../services/lib/rpc/client.js';
import { DeployError } from './deploy-error.js';
import type { Host } from './host.js';

/** Memory is written to the disk: a large machine on a slow one takes its time. */
const snapshotLimitMs = 340_000;

const revertLimitMs = 180_000;

/** Saves the running machine, by way of the Snapshot service. */
export async function takeSnapshot(host: Host): Promise<void> {
  const { addresses, access } = host;
  const client = connectClient(SnapshotServiceClient, { address: addresses.snapshot, access });
  try {
    const request = { domain: host.domain, snapshot: host.snapshotName, replace: true };
    const create = client.createSnapshot.bind(client);
    await callUnary(create, request, { timeoutMs: snapshotLimitMs });
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
  const client = connectClient(WatchdogServiceClient, { address: addresses.watchdog, access });
  try {
    const revert = client.revertMachine.bind(client);
    const { machine } = await callUnary(
      revert,
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
