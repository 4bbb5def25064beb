// `pbot-vm up`: from a bare host to machines that serve, step by step. A step keeps what is there and still fits.

import { join } from 'node:path';
import type { Language } from '../../../guest/languages/language.js';
import { UserError } from '../../../services/lib/process/user-error.js';
import type { Host } from '../host.js';
import { ensureLibvirt } from '../libvirt/daemon.js';
import {
  type Blueprint,
  createMachine,
  isForeign,
  type Machine,
  machineStatus,
  machinesOf,
  madeWith,
  removeMachine,
  writeRecord,
} from '../machine.js';
import {
  placeChannels,
  poolEnvironment,
  removeSurplus,
  resizePool,
  savePool,
  withSecrets,
} from '../pool.js';
import {
  answers,
  type RunningServices,
  startServices,
  stopServices,
  stopVmServer,
  waitUntilServing,
} from '../services.js';
import { startUnits } from '../systemd/systemd.js';
import { targetOf } from '../systemd/unit-files.js';
import { drawBlueprints, languagesOf, ownLanguages } from './blueprints.js';
import { takeFirstSnapshots } from './first-snapshots.js';
import { shareKvmNode } from './kvm-node.js';
import { type AskedFor, describeChanges, type Plan, planFrom, together } from './made-with.js';
import { findMissing, installMissing, type MissingPrerequisites } from './prerequisites.js';
import { shareMemory } from './share-memory.js';
import { type StepDisplay, skipStep, step } from './step.js';
import { bootWhatIsOff } from './what-is-off.js';

export interface BringUpOptions {
  readonly host: Host;
  /** Directory of the bundled programs. */
  readonly programs: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What the machines are to be made with, where that is said. */
  readonly asked: AskedFor;
  readonly kvmProbeTimeoutMs: number;
  /** How many machines of ours there are to be; absent: as many as there are. */
  readonly machineCount: number | undefined;
  /** The kernel is to keep equal memory of machines once. */
  readonly shareMemory: boolean;
  /** The services outlive us. */
  readonly detach: boolean;
  /** systemd runs the services, in place of a `vm-server` of ours. */
  readonly systemd: boolean;
  /** Asks whether missing packages may be installed. */
  readonly confirmInstall: (missing: MissingPrerequisites) => Promise<boolean>;
  /** Asks whether the machines may be made again, with these changes. */
  readonly confirmChanges: (changes: readonly string[]) => Promise<boolean>;
}

/** The same, with what the machines are made with. */
interface Planned extends BringUpOptions {
  readonly plan: Plan;
  /** The operator's own languages. */
  readonly own: readonly Language[];
}

/**
 * Sets everything up and leaves it serving: packages, libvirt, image, machine, warm-up, snapshot, services. What
 * still fits is kept, so that a second time takes seconds.
 *
 * @returns the services, where this process has started them and they are not detached
 * @throws UserError
 */
export async function bringUp(given: BringUpOptions): Promise<RunningServices | undefined> {
  const { host: before, machineCount } = given;
  const resized = machineCount === undefined ? before : resizePool(before, machineCount);
  const own = ownLanguages(given.host);
  const plan = await planMadeWith({ ...given, own });
  // Asked before the progress display takes the terminal.
  const missing = await findMissing({ isRoot: resized.isRoot });
  if (missing !== undefined && !(await given.confirmInstall(missing))) {
    throw notInstalled(missing);
  }

  await step('Prerequisites', (display) => installPrerequisites(missing, display));
  if (given.shareMemory) await step('Equal memory of machines is kept once', () => shareMemory());
  const { host, ours } = await step('libvirt', async (display) => {
    await startLibvirt(resized, display);
    const placed = await placeChannels(resized, { tcp: plan.tcpChannels });
    return { host: placed, ours: await ownMachines(placed, before) };
  });
  const options = { ...given, host, plan, own };
  if (host.machines.length !== before.machines.length) {
    await step('Pool', (display) => changePool({ before, after: host }, display));
  }
  await savePool(host);
  const [first, ...others] = ours;
  const blueprints = first && (await drawBlueprints(options, [first, ...others]));
  for (const machine of machinesOf(host)) {
    const title = `Machine ${machine.domain}`;
    const blueprint = blueprints?.get(machine.domain);
    if (blueprint === undefined) await skipStep(title, 'the domain was made by somebody else');
    else await step(title, (display) => prepareMachine(machine, blueprint, display));
  }
  const made = { ...options, host: withSecrets(host) };
  await savePool(made.host);
  await takeFirstSnapshots({
    host: made.host,
    environment: made.environment,
    blueprints: blueprints ?? new Map(),
    isProvisional: plan.next !== undefined,
    startVmServer: (own) => startVmServer(made, own),
  });
  const services = await step('Services', (display) => serve(made, display));
  return options.detach ? undefined : services;
}

/**
 * What the machines are made with. What is there is kept.
 *
 * @throws UserError where a change was not agreed to
 */
async function planMadeWith(options: Omit<Planned, 'plan'>): Promise<Plan> {
  const { host, asked, own, confirmChanges } = options;
  const all = await Promise.all(machinesOf(host).map(madeWith));
  const there = together(all);
  const plan = planFrom(asked, there, own);
  languagesOf({ plan, own });
  const changes = describeChanges(plan, there);
  if (changes.length === 0 || (await confirmChanges(changes))) return plan;
  throw new UserError(
    `Nothing was changed. The machines would be made again (${changes.join('; ')}): say --yes to agree.`,
  );
}

function notInstalled(missing: MissingPrerequisites): UserError {
  const commands = missing.commands.map((command) => `  ${command.join(' ')}`).join('\n');
  return new UserError(`Missing on this host: ${missing.tools.join(', ')}. Run:\n${commands}`);
}

async function installPrerequisites(
  missing: MissingPrerequisites | undefined,
  display: StepDisplay,
): Promise<void> {
  if (missing === undefined) return;
  display.title(`Installing ${missing.packages.join(', ')}`);
  await installMissing(missing, (line) => display.line(line));
}

async function startLibvirt(host: Host, display: StepDisplay): Promise<void> {
  if (host.isRoot && (await shareKvmNode())) display.line('gave /dev/kvm to group kvm');
  display.title(`libvirt: ${await ensureLibvirt(host)} at ${host.uri}`);
}

/**
 * The machines that `up` makes. A domain that somebody else has made needs no image and stays as it is. It is served if
 * the user has named it, and is an error if only the number of machines led to its name.
 */
async function ownMachines(host: Host, before: Host): Promise<Machine[]> {
  const ours: Machine[] = [];
  for (const machine of machinesOf(host)) {
    if (!(await isForeign(machine))) ours.push(machine);
    else if (!before.machines.some(({ domain }) => domain === machine.domain)) {
      throw new UserError(
        `libvirt has a domain "${machine.domain}" already, which was made by somebody else: rename it, or name the machines in PBOTVM_MACHINES.`,
      );
    }
  }
  return ours;
}

async function changePool(
  hosts: { before: Host; after: Host },
  display: StepDisplay,
): Promise<void> {
  await stopServices(hosts.after);
  const removed = await removeSurplus(hosts);
  const names = hosts.after.machines.map(({ name }) => name).join(', ');
  display.title(`Pool: ${names}${removed.length > 0 ? `; removed ${removed.join(', ')}` : ''}`);
}

async function prepareMachine(
  machine: Machine,
  blueprint: Blueprint,
  display: StepDisplay,
): Promise<void> {
  const status = await machineStatus(machine, blueprint);
  if (status !== 'current') {
    await stopServices(machine.host);
    await removeMachine(machine);
    await createMachine(machine, blueprint);
  } else {
    // An earlier release has written less.
    await writeRecord(machine, blueprint);
  }
  const outcomes = { current: 'as it was', absent: 'made', outdated: 'made again' };
  const { memoryMiB } = blueprint.settings;
  display.title(`Machine ${machine.domain}: ${outcomes[status]}, ${memoryMiB} MiB of memory`);
}

/** Starts the services where they do not run, and waits until each machine can be given work. */
async function serve(
  options: BringUpOptions,
  display: StepDisplay,
): Promise<RunningServices | undefined> {
  const { host, detach } = options;
  await bootWhatIsOff(host);
  if (options.systemd) return await serveBySystemd(options, display);
  const isRunning = await answers(host);
  if (isRunning) display.title('Services: running already');
  // One that prepares machines is left where an earlier attempt was interrupted.
  else await stopVmServer(host);
  const log = detach ? 'file' : 'inherit';
  const services = isRunning ? undefined : await startVmServer(options, { environment: {}, log });
  try {
    for (const machine of machinesOf(host)) await waitUntilServing(machine, services);
  } catch (error) {
    await services?.stop();
    throw error;
  }
  return services;
}

/** What `vm-server` serves until then goes over to systemd. */
async function serveBySystemd(options: BringUpOptions, display: StepDisplay): Promise<undefined> {
  const { host, programs } = options;
  await stopVmServer(host);
  await startUnits(host, { programs, nodePath: process.execPath });
  for (const machine of machinesOf(host)) await waitUntilServing(machine);
  display.title(`Services: run by systemd, ${targetOf(host)}`);
}

/** Starts `vm-server` with our own environment and what is given on top of it. */
async function startVmServer(
  { host, programs, environment }: BringUpOptions,
  own: { environment: NodeJS.ProcessEnv; log: 'inherit' | 'file' },
): Promise<RunningServices> {
  return await startServices({
    host,
    programPath: join(programs, 'vm-server.js'),
    environment: { ...environment, ...poolEnvironment(host), ...own.environment },
    log: own.log,
  });
}
