// Takes the snapshot that each new machine is reverted to: boots a machine, warms it up and saves it, makes the others of
// its kind clones of it, and tries them all.

import { cloneMachine, isClonable } from '../clone.js';
import type { Host } from '../host.js';
import {
  type Blueprint,
  hasSnapshot,
  type Machine,
  machinesOf,
  startMachine,
  stopMachine,
} from '../machine.js';
import { type RunningServices, stopServices, waitUntilServing } from '../services.js';
import { startFromSnapshot, takeSnapshot, verifyRevert } from '../snapshot.js';
import { removePrivatePool, withMachinesAlone, withPrivateServices } from './private-services.js';
import { type Candidate, planSnapshots, type SnapshotPlan } from './snapshot-plan.js';
import { type Part, type StepDisplay, skipStep, stepOfParts } from './step.js';
import { warmMachine } from './warm.js';

interface FirstSnapshotsOptions {
  readonly host: Host;
  readonly environment: NodeJS.ProcessEnv;
  /** What our machines are made from, by domain. */
  readonly blueprints: ReadonlyMap<string, Blueprint>;
  /** The machines are soon made again with more languages: what makes them a little quicker is left out. */
  readonly isProvisional: boolean;
  readonly startVmServer: (own: {
    environment: NodeJS.ProcessEnv;
    log: 'file';
  }) => Promise<RunningServices>;
}

/** Gives a snapshot to each machine that has none. Stops the services, also those that it has started. */
export async function takeFirstSnapshots(options: FirstSnapshotsOptions): Promise<void> {
  const hidden = withPrivateServices(options.host);
  const { host } = hidden;
  const plan = planSnapshots(await candidates(host, options.blueprints));
  if (plan.booted.length + plan.clones.length === 0) {
    await skipStep('Snapshot', `${options.host.machines[0]?.snapshotName} is there`);
    return;
  }
  const started: RunningServices[] = [];
  const start = async (machines: readonly Machine[], own: NodeJS.ProcessEnv) => {
    const areAll = machines.length === host.machines.length;
    const alone = areAll ? {} : await withMachinesAlone(host, machines);
    const environment = { ...hidden.environment, ...alone, ...patience, ...own };
    const services = await options.startVmServer({ environment, log: 'file' });
    started.push(services);
    return services;
  };
  const stop = async () => {
    for (const services of started.splice(0)) await services.stop();
  };
  try {
    // Those of an earlier attempt, or of a machine whose snapshot is gone.
    await stopServices(host);
    await stepOfParts('Snapshot', parts({ ...options, plan, start, stop }));
  } finally {
    await stop();
    await removePrivatePool(host);
  }
}

/**
 * In seconds. A guest may be silent while the host has other work, and no client waits: what hangs is found by the limits of
 * each part.
 */
const patience = { PBOTVM_HEARTBEAT_TIMEOUT: '120', PBOTVM_MAX_WAIT: '300' };

async function candidates(
  host: Host,
  blueprints: ReadonlyMap<string, Blueprint>,
): Promise<Candidate<Machine>[]> {
  const all: Candidate<Machine>[] = [];
  for (const machine of machinesOf(host)) {
    const blueprint = blueprints.get(machine.domain);
    const kind = blueprint && isClonable(machine) ? kindOf(machine, blueprint) : undefined;
    all.push({ machine, kind, hasSnapshot: await hasSnapshot(machine) });
  }
  return all;
}

/** All of our machines have the same settings. */
function kindOf({ snapshotName, serial, heart }: Machine, { image }: Blueprint): string {
  return JSON.stringify([image.directory, snapshotName, serial.kind, heart.kind]);
}

interface PartsOptions
  extends Pick<FirstSnapshotsOptions, 'environment' | 'blueprints' | 'isProvisional'> {
  readonly plan: SnapshotPlan<Machine>;
  /** Starts services that know these machines alone. */
  readonly start: (
    machines: readonly Machine[],
    environment: NodeJS.ProcessEnv,
  ) => Promise<RunningServices>;
  readonly stop: () => Promise<void>;
}

function parts(options: PartsOptions): Part[] {
  const { booted, clones } = options.plan;
  return [
    ...(booted.length === 0 ? [] : bootParts(options)),
    ...clones.map(({ machine, origin }, index) => ({
      title: `Cloning ${machine.domain} from ${origin.domain} (${index + 1} of ${clones.length})`,
      work: () => cloneMachine(machine, { origin }),
    })),
    { title: 'Trying the snapshot', work: (display) => tryAll(options, display) },
  ];
}

/** Time for a compiler that starts cold under emulation, in seconds. */
const warmTimeoutSeconds = '300';

/** After a few rounds the interpreter of a guest server has learned what to expect. */
const rehearsalsOf = (isProvisional: boolean) => (isProvisional ? 1 : 3);

function bootParts(options: PartsOptions): Part[] {
  const { environment, blueprints, plan, isProvisional, start, stop } = options;
  const machines = plan.booted;
  const rehearsals = rehearsalsOf(isProvisional);
  const boot = async () => {
    for (const machine of machines) await startMachine(machine);
    const services = await start(machines, {
      // Nothing to go back to yet: a slow first run must not count as a fault.
      PBOTVM_NOREVERT: '1',
      PBOTVM_TIMEOUT: warmTimeoutSeconds,
      PBOTVM_LOG_LEVEL: environment['PBOTVM_LOG_LEVEL'] ?? 'warn',
    });
    for (const machine of machines) await waitUntilServing(machine, services);
  };
  const save = async () => {
    for (const machine of machines) await takeSnapshot(machine);
    await stop();
  };
  // A guest does some work for the first time after its first revert, and is slow at it once.
  const rehearse = async () => {
    const services = await start(machines, { PBOTVM_NOREVERT: '', PBOTVM_REVERT: 'failure' });
    for (const machine of machines) {
      await waitUntilServing(machine, services);
      for (let round = 0; round < rehearsals; round += 1) {
        await verifyRevert(machine);
        await waitUntilServing(machine, services);
        // What it has learned in a round is there in the next.
        await takeSnapshot(machine);
      }
      // One that is not ours is not ended: this is its trial.
      if (!blueprints.has(machine.domain)) await verifyRevert(machine);
    }
    await stop();
    // A QEMU that starts with the snapshot needs less memory of the host than one that has booted the guest.
    for (const machine of machines) {
      if (blueprints.has(machine.domain)) await stopMachine(machine);
    }
  };
  return [
    { title: 'Booting', work: boot },
    { title: 'Warming up', work: (display) => warmUp({ machines, isProvisional }, display) },
    { title: `Saving snapshot ${machines[0]?.snapshotName}`, work: save },
    { title: 'Rehearsing reverts', work: rehearse },
  ];
}

/**
 * Each of our machines comes back from its snapshot, one after the other: a host that loads many at once is slow at each. An origin
 * that had its snapshot before is among them, as it was stopped for its clones.
 */
async function tryAll(
  { plan, blueprints, start, stop }: PartsOptions,
  display: StepDisplay,
): Promise<void> {
  const booted = plan.booted.filter(({ domain }) => blueprints.has(domain));
  const cloned = plan.clones.flatMap(({ machine, origin }) => [origin, machine]);
  const machines = [...new Set([...booted, ...cloned])];
  if (machines.length === 0) return;
  // A Watchdog that reverts would start all that are off at once.
  const services = await start(machines, { PBOTVM_NOREVERT: '1' });
  for (const machine of machines) {
    display.title(`Trying the snapshot of ${machine.domain}`);
    await startFromSnapshot(machine);
    await waitUntilServing(machine, services);
  }
  display.title('Trying the snapshot');
  await stop();
}

async function warmUp(
  { machines, isProvisional }: { machines: readonly Machine[]; isProvisional: boolean },
  display: StepDisplay,
): Promise<void> {
  for (const { name, host } of machines) {
    await warmMachine({
      address: host.addresses.executor,
      access: host.access,
      machine: name,
      isProvisional,
      onLanguage: (language) => display.title(`Warming up ${name}: ${language}`),
    });
  }
  display.title('Warming up');
}
