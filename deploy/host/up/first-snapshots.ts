// Takes the snapshot that each new machine is reverted to: boots the machine, warms it up, saves it, tries it.

import type { Host } from '../host.js';
import { hasSnapshot, type Machine, machinesOf, startMachine } from '../machine.js';
import { type RunningServices, stopServices, waitUntilServing } from '../services.js';
import { takeSnapshot, verifyRevert } from '../snapshot.js';
import { withPrivateServices } from './private-services.js';
import { type Part, type StepDisplay, skipStep, stepOfParts } from './step.js';
import { warmMachine } from './warm.js';

interface FirstSnapshotsOptions {
  readonly host: Host;
  readonly environment: NodeJS.ProcessEnv;
  readonly startVmServer: (own: {
    environment: NodeJS.ProcessEnv;
    log: 'file';
  }) => Promise<RunningServices>;
}

/** Takes a snapshot of each machine that has none. Stops the services that it has started. */
export async function takeFirstSnapshots(options: FirstSnapshotsOptions): Promise<void> {
  const hidden = withPrivateServices(options.host);
  const machines = await withoutSnapshot(hidden.host);
  if (machines.length === 0) {
    await skipStep('Snapshot', `${options.host.machines[0]?.snapshotName} is there`);
    return;
  }
  const started: RunningServices[] = [];
  const start = async (own: NodeJS.ProcessEnv) => {
    const environment = { ...hidden.environment, ...own };
    const services = await options.startVmServer({ environment, log: 'file' });
    started.push(services);
    return services;
  };
  const stop = async () => {
    for (const services of started.splice(0)) await services.stop();
  };
  try {
    await stepOfParts('Snapshot', parts({ ...options, host: hidden.host, machines, start, stop }));
  } finally {
    await stop();
  }
}

async function withoutSnapshot(host: Host): Promise<Machine[]> {
  const missing: Machine[] = [];
  for (const machine of machinesOf(host)) {
    if (!(await hasSnapshot(machine))) missing.push(machine);
  }
  return missing;
}

/** Time for a compiler that starts cold under emulation, in seconds. */
const warmTimeoutSeconds = '300';

/** After a few rounds the interpreter of a guest server has learned what to expect. */
const rehearsals = 3;

function parts(options: {
  host: Host;
  environment: NodeJS.ProcessEnv;
  machines: readonly Machine[];
  start: (environment: NodeJS.ProcessEnv) => Promise<RunningServices>;
  stop: () => Promise<void>;
}): Part[] {
  const { host, machines, start, stop } = options;
  const boot = async () => {
    for (const machine of machines) await startMachine(machine);
    // Those of an earlier attempt, or of a machine whose snapshot is gone.
    await stopServices(host);
    const services = await start({
      // Nothing to go back to yet: a slow first run must not count as a fault.
      PBOTVM_NOREVERT: '1',
      PBOTVM_TIMEOUT: warmTimeoutSeconds,
      PBOTVM_LOG_LEVEL: options.environment['PBOTVM_LOG_LEVEL'] ?? 'warn',
    });
    for (const machine of machines) await waitUntilServing(machine, services);
  };
  const save = async () => {
    for (const machine of machines) await takeSnapshot(machine);
    await stop();
  };
  // A guest does some work for the first time after its first revert, and is slow at it once.
  const rehearse = async () => {
    const services = await start({ PBOTVM_NOREVERT: '', PBOTVM_REVERT: 'failure' });
    for (const machine of machines) {
      await waitUntilServing(machine, services);
      for (let round = 0; round < rehearsals; round += 1) {
        await verifyRevert(machine);
        await waitUntilServing(machine, services);
        // What it has learned in a round is there in the next.
        await takeSnapshot(machine);
      }
    }
  };
  const verify = async () => {
    for (const machine of machines) await verifyRevert(machine);
    await stop();
  };
  return [
    { title: 'Booting', work: boot },
    { title: 'Warming up', work: (display) => warmUp(machines, display) },
    { title: `Saving snapshot ${host.machines[0]?.snapshotName}`, work: save },
    { title: 'Rehearsing reverts', work: rehearse },
    { title: 'Trying the snapshot', work: verify },
  ];
}

async function warmUp(machines: readonly Machine[], display: StepDisplay): Promise<void> {
  for (const { name, host } of machines) {
    await warmMachine({
      address: host.addresses.executor,
      access: host.access,
      machine: name,
      onLanguage: (language) => display.title(`Warming up ${name}: ${language}`),
    });
  }
  display.title('Warming up');
}
